"""How pairs show what they are: what was planted is found, and a little moves little."""

from collections import Counter
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.model import Odds
from matching.training.mixture import HOUSEHOLD, PERSON, Fit, Start, fit
from matching.training.patterns import (
    ANY,
    DIFFERENT,
    SAME,
    Code,
    Columns,
    Patterns,
    count_patterns,
)
from matching.training.unrelated import estimate_u, random_pairs

YES_OR_NO = ("exact", "different")
LEVELS_OF = {"name": ("exact", "close", "different"), "town": YES_OR_NO}
COLUMNS = Columns({**LEVELS_OF, **dict.fromkeys(("mail", "born", "surname"), YES_OR_NO)})
# what each class shows: one person, one household, unrelated people who met in a block
PLANTED: dict[str, tuple[tuple[float, ...], ...]] = {
    "name": ((0.8, 0.15, 0.05), (0.1, 0.1, 0.8), (0.05, 0.15, 0.8)),
    "town": ((0.9, 0.1), (0.97, 0.03), (0.2, 0.8)),
    "mail": ((0.7, 0.3), (0.1, 0.9), (0.01, 0.99)),
    "born": ((0.85, 0.15), (0.02, 0.98), (0.03, 0.97)),
    "surname": ((0.9, 0.1), (0.85, 0.15), (0.1, 0.9)),
}
SHARES = (0.4, 0.25, 0.35)
GUESS = {
    "name": {
        "exact": Odds(0.6, 0.02, 0.05),
        "close": Odds(0.2, 0.08, 0.15),
        "different": Odds(0.2, 0.9, 0.8),
    },
    "town": {"exact": Odds(0.7, 0.05, 0.9), "different": Odds(0.3, 0.95, 0.1)},
    "mail": {"exact": Odds(0.5, 0.001, 0.05), "different": Odds(0.5, 0.999, 0.95)},
    "born": {"exact": Odds(0.7, 0.005, 0.05), "different": Odds(0.3, 0.995, 0.95)},
    "surname": {"exact": Odds(0.7, 0.02, 0.7), "different": Odds(0.3, 0.98, 0.3)},
}
START = Start(GUESS, prior_bits=-10, household_bits=0, all_pairs=10_000_000)


def planted(seed: int, pairs: int) -> Patterns:
    """Patterns of pairs drawn from what was planted."""
    rng = Random(seed)
    return count_patterns(COLUMNS, ((drawn_code(rng), ANY) for _ in range(pairs)))[0]


def drawn_code(rng: Random) -> Code:
    kind = rng.choices(range(3), SHARES)[0]
    return tuple(
        rng.choices(range(len(shares[kind])), shares[kind])[0] if rng.random() > 0.1 else -1
        for shares in PLANTED.values()
    )


def learnt(patterns: Patterns, *, starts: int = 3, seed: int = 5) -> Fit:
    return fit(patterns, START, starts=starts, seed=seed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_em_finds_the_shares_that_were_planted(seed: int) -> None:
    found = learnt(planted(seed, 40_000))

    assert found.converged
    assert found.shares == pytest.approx(SHARES, abs=0.04)
    for table, shares in zip(found.tables, PLANTED.values(), strict=True):
        assert table[PERSON] == pytest.approx(shares[PERSON], abs=0.03)
        assert table[HOUSEHOLD] == pytest.approx(shares[HOUSEHOLD], abs=0.06)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), pairs=st.integers(50, 3000))
def test_em_never_gets_worse_and_its_tables_stay_probabilities(seed: int, pairs: int) -> None:
    found = learnt(planted(seed, pairs), starts=2, seed=seed)

    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(found.objective))
    for table in found.tables:
        assert (table > 0).all()
        assert table.sum(axis=1) == pytest.approx(1)


def test_the_best_of_several_starts_is_kept() -> None:
    patterns = planted(7, 5000)

    alone, several = learnt(patterns, starts=1), learnt(patterns, starts=6)

    assert several.objective[-1] >= alone.objective[-1] - 1e-5
    assert several.told()["starts"] == 6


def test_the_same_seed_learns_the_same_to_the_last_bit() -> None:
    one, other = learnt(planted(3, 5000)), learnt(planted(3, 5000))

    assert one.objective == other.objective
    assert all((a == b).all() for a, b in zip(one.tables, other.tables, strict=True))


def in_houses(at_home: str) -> tuple[Patterns, Start]:
    """What was planted, with given names, and towns as addresses of which the best is this."""
    tables: dict[str, dict[str, Odds]] = {
        "given_name": GUESS["name"],
        "address": {at_home: GUESS["town"]["exact"]},
        **{name: GUESS[name] for name in ("mail", "born", "surname")},
    }
    tables["address"]["different"] = GUESS["town"]["different"]
    drawn = planted(4, 5000)
    columns = Columns({name: tuple(table) for name, table in tables.items()})
    patterns = Patterns(columns, drawn.codes, drawn.counts, drawn.allowed)
    return patterns, Start(tables, prior_bits=-10, household_bits=0, all_pairs=10_000_000)


def test_how_often_two_of_one_house_share_a_given_name_is_not_learnt() -> None:
    found = fit(*in_houses("house"), starts=3, seed=5)

    before = np.array([odds.h for odds in GUESS["name"].values()])
    assert found.tables[0][HOUSEHOLD] == pytest.approx(before / before.sum(), abs=1e-12)
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(found.objective))


def test_where_no_pair_shows_a_household_given_names_are_learnt_like_all_else() -> None:
    found = fit(*in_houses("postcode"), starts=3, seed=5)

    planted_shares = PLANTED["name"][HOUSEHOLD]
    assert found.tables[0][HOUSEHOLD] == pytest.approx(planted_shares, abs=0.06)


def test_a_handful_of_pairs_hardly_moves_the_model() -> None:
    found = learnt(planted(1, 10), starts=1)

    for name, table in zip(COLUMNS.names, found.tables, strict=True):
        before = np.array([odds.m for odds in GUESS[name].values()])
        assert table[PERSON] == pytest.approx(before / before.sum(), abs=0.05)


def test_what_a_person_said_is_not_argued_with() -> None:
    alike: Code = (0, 0, 0, 0, 0)
    patterns, places = count_patterns(
        COLUMNS, [(alike, ANY)] * 500 + [(alike, DIFFERENT)] * 3 + [((2, 1, 1, 1, 1), SAME)] * 3
    )

    found = learnt(patterns, starts=1)

    assert found.posterior[places[0], PERSON] > 0.9
    assert found.posterior[places[500], PERSON] == 0
    assert found.posterior[places[-1], PERSON] == 1


def test_verdicts_pull_the_tables_their_way() -> None:
    """Pairs with equal names and nothing else, said to be the same, raise what names tell."""
    only_names: Code = (0, 1, 1, 1, 1)
    others = [(drawn_code(Random(number)), ANY) for number in range(3000)]

    silent = learnt(count_patterns(COLUMNS, [*others, *[(only_names, ANY)] * 300])[0])
    told = learnt(count_patterns(COLUMNS, [*others, *[(only_names, SAME)] * 300])[0])

    mail = COLUMNS.names.index("mail")
    assert told.tables[mail][PERSON, 1] > silent.tables[mail][PERSON, 1] + 0.02


def test_random_pairs_are_two_records_and_all_of_them_where_there_are_few() -> None:
    drawn = random_pairs(1000, most=5000, seed=3)

    assert len(drawn) == 5000
    assert all(lo != hi and 0 <= lo < 1000 and 0 <= hi < 1000 for lo, hi in drawn)
    assert (
        drawn == random_pairs(1000, most=5000, seed=3) != random_pairs(1000, most=5000, seed=4)
    )
    assert Counter(random_pairs(20, most=5000, seed=3)).total() == 190


def unrelated_with(matches: int, strangers: int) -> Patterns:
    """Random pairs of which some are one person, alike in everything."""
    rng = Random(1)
    one_person: Code = (0, 0, 0, 0, 0)
    return count_patterns(
        COLUMNS,
        [(one_person, ANY)] * matches
        + [((2, int(rng.random() > 0.05), 1, 1, 1), ANY) for _ in range(strangers)],
    )[0]


def sampled_u(patterns: Patterns) -> tuple[list[np.ndarray], list[np.ndarray]]:
    tables = [
        np.array([[o.m, o.h, o.u] for o in GUESS[name].values()]).T for name in COLUMNS.names
    ]
    start = [np.array([odds.u for odds in GUESS[name].values()]) for name in COLUMNS.names]
    shares = np.array([0.004, 0.001, 0.995])
    return estimate_u(patterns, tables, shares, start)


def test_pairs_of_one_person_in_the_sample_do_not_spoil_u() -> None:
    clean, _ = sampled_u(unrelated_with(0, 20_000))
    spoilt, _ = sampled_u(unrelated_with(80, 20_000))

    for ours, theirs in zip(clean, spoilt, strict=True):
        assert ours == pytest.approx(theirs, rel=0.2)
    assert clean[1][0] == pytest.approx(0.05, rel=0.1)


def test_a_level_never_drawn_keeps_a_probability_below_what_the_sample_could_miss() -> None:
    found, counts = sampled_u(unrelated_with(0, 20_000))

    mail = COLUMNS.names.index("mail")
    assert counts[mail][0] == 0
    assert 1e-9 <= found[mail][0] <= 3.1 / 20_000
