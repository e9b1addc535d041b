"""Learning a model: what was planted is found, a little moves little, nonsense is refused."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.clustering import Edge, Node, partition
from matching.core.comparisons import LEVELS
from matching.core.features import Features
from matching.core.metrics import b_cubed
from matching.core.metrics import pairwise as by_pairs
from matching.core.model import MatchModel, Odds, default_model
from matching.core.scoring import score
from matching.training.calibration import calibrate, fit_curve, reliability
from matching.training.checks import turned_round
from matching.training.costs import Costs, cost_curve, thresholds
from matching.training.frequencies import count_frequencies
from matching.training.mixture import HOUSEHOLD, PERSON, Fit, Start, fit
from matching.training.patterns import (
    ANY,
    DIFFERENT,
    SAME,
    Code,
    Columns,
    Patterns,
    count_patterns,
    tables_of,
)
from matching.training.refusal import Refused
from matching.training.task import Material, Settings
from matching.training.trainer import Trained, train
from matching.training.unrelated import estimate_u, random_pairs
from tests.matching.learning import Town, make_town
from tests.matching.people import person

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


@settings(max_examples=20)
@given(slope=st.floats(0.4, 1.6), offset=st.floats(-3, 3), seed=st.integers(0, 1000))
def test_the_curve_that_made_the_verdicts_is_found(
    slope: float, offset: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.uniform(-12, 12, 6000)
    odds = np.exp2(slope * weights + offset)
    said = (rng.random(6000) < odds / (1 + odds)).astype(float)

    curve = fit_curve(weights, said)

    assert curve.slope == pytest.approx(slope, abs=0.2)
    assert curve.weight_at(0.5) == pytest.approx(-offset / slope, abs=0.6)
    bins = reliability(curve, weights, said)
    assert sum(each["pairs"] for each in bins) == 6000
    full = [each for each in bins if each["pairs"] >= 100]
    assert full
    assert all(abs(each["predicted"] - each["observed"]) < 0.15 for each in full)


def test_a_hundred_decisions_with_both_verdicts_calibrate_and_fewer_do_not() -> None:
    weights = np.linspace(-10, 10, 400)
    expected = 1 / (1 + np.exp2(-weights))
    said = np.full(400, np.nan)
    said[100:199] = (weights[100:199] > -2).astype(float)

    few = calibrate(weights, expected, said)
    said[199] = 1.0
    enough = calibrate(weights, expected, said)
    said[100:200] = 1.0
    one_sided = calibrate(weights, expected, said)

    assert few.source == one_sided.source == "the posteriors of EM"
    assert (enough.source, enough.pairs) == ("decisions", 100)
    assert enough.curve.weight_at(0.5) < few.curve.weight_at(0.5) - 0.5


@given(
    wrong=st.floats(1, 1000),
    dearer=st.floats(1, 50),
    missed=st.floats(0.1, 1),
    question=st.floats(0.01, 2),
)
def test_the_dearer_a_wrong_join_the_later_one_joins(
    wrong: float, dearer: float, missed: float, question: float
) -> None:
    curve = fit_curve([-3.0, 3.0], [0.0, 1.0])

    cheap = thresholds(curve, Costs(wrong, missed, question))
    dear = thresholds(curve, Costs(wrong * dearer, missed, question))

    assert cheap.review_bits <= cheap.join_bits
    assert cheap.join_bits <= dear.join_bits


def test_the_curve_of_costs_is_lowest_at_the_chosen_threshold() -> None:
    weights = np.linspace(-12, 12, 5000)
    costs = Costs()
    curve = fit_curve(weights, 1 / (1 + np.exp2(-weights)))
    chosen = thresholds(curve, costs)

    rows = cost_curve(curve, weights, chosen, costs)

    cheapest = min(rows, key=lambda each: each["cost"])
    assert abs(cheapest["join_bits"] - chosen.join_bits) <= 0.5
    assert [each["wrong"] for each in rows] == sorted((e["wrong"] for e in rows), reverse=True)
    assert [each["asked"] for each in rows] == sorted(each["asked"] for each in rows)


@pytest.mark.parametrize(
    ("costs", "told"),
    [
        (Costs(0, 1, 0.4), "a wrong join costs 0"),
        (Costs(5, -1, 0.4), "a missed join costs -1"),
        (Costs(5, 1, float("nan")), "a question costs nan"),
        (Costs(1, 2, 0.4), "at least as much"),
    ],
)
def test_costs_without_sense_are_refused(costs: Costs, told: str) -> None:
    with pytest.raises(Refused, match=told):
        costs.check()


def test_names_are_counted_by_people_and_shrunk() -> None:
    records = [
        person("Zebulon", "Smith", birth_date=f"19{year}-03-02") for year in range(50, 90)
    ]
    many_rows_of_one = [person("Ottoline", "Smith", birth_date="1970-05-05")] * 500

    counted = count_frequencies([*records, *many_rows_of_one], default_model())["given_name"]

    before = default_model().frequencies["given_name"]
    assert counted.of("zebulon") > 10 * before.of("zebulon")
    assert counted.of("ottoline") < 3 * before.rare
    assert counted.of("nobody") == counted.rare >= 1e-9


def test_no_more_than_a_thousand_names_are_kept() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [a + b + c for a in letters for b in letters for c in "aeiou"]
    counted = count_frequencies([person(name, "Hall") for name in names], default_model())

    assert len(counted["given_name"].values) == 1000


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return make_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def trained(town: Town) -> Trained:
    return train(town.material(default_model()), default_model(), quick())


def quick(**more: Any) -> Settings:
    return Settings(**{"version": "t", "sample": 20_000, **more})


def test_a_trained_model_is_a_model_that_tells_where_it_comes_from(trained: Trained) -> None:
    model = trained.model

    assert MatchModel.from_spec(model.to_spec()) == model
    assert model.provenance["from"] == default_model().version
    assert model.provenance["em"]["log_likelihood"]
    assert model.provenance["calibration"]["reliability"]
    assert model.provenance["cost"]["curve"]
    assert model.review_bits < model.join_bits


def test_a_trained_model_finds_more_of_the_same_and_joins_few_strangers(
    town: Town, trained: Trained
) -> None:
    before = quality(town, default_model())
    after = quality(town, trained.model)

    assert after[1] >= 0.98
    assert after[0] >= before[0] - 0.01


def quality(town: Town, model: MatchModel) -> tuple[float, float]:
    """B-cubed F1 and pairwise precision of the clusters a model makes."""
    material = town.material(model)
    records = material.records
    weighed = (
        (p, score(model, records[p[0]], records[p[1]]).weight_bits) for p in material.pairs
    )
    edges = [Edge(*pair, bits) for pair, bits in weighed if bits >= model.join_bits]
    nodes = {n: Node(n, key, records[n]) for n, key in enumerate(town.keys)}
    found = partition(nodes, edges, same=(), different=(), model=model).cluster_of
    truth = dict(enumerate(town.person))
    return b_cubed(truth, found).f1, by_pairs(truth, found).precision


def test_learning_twice_gives_the_same_and_another_seed_nearly(
    town: Town, trained: Trained
) -> None:
    material = town.material(default_model())

    again = train(material, default_model(), quick())
    other = train(material, default_model(), quick(seed=99))

    assert again.model.to_spec() == trained.model.to_spec()
    assert other.model.join_bits == pytest.approx(trained.model.join_bits, abs=2)


def test_decisions_about_pairs_of_all_kinds_move_the_model_and_its_thresholds(
    town: Town, trained: Trained
) -> None:
    material = town.material(default_model())
    decided = Random(3).sample(list(material.pairs), 600)

    told = train(replace(material, decisions=town.verdicts(decided)), default_model(), quick())

    assert told.report["calibration"]["from"] == "decisions"
    assert sum(told.report["labels"][each] for each in ("same", "different")) == 600
    assert told.model.join_bits != trained.model.join_bits
    assert told.model.comparisons != trained.model.comparisons


def test_answers_from_the_queue_alone_calibrate_and_leave_the_tables_as_they_are(
    town: Town, trained: Trained
) -> None:
    model = default_model()
    material = town.material(model)
    records = material.records
    below = [
        (lo, hi)
        for lo, hi in material.pairs
        if score(model, records[lo], records[hi]).weight_bits < model.join_bits
    ]
    decided = Random(3).sample(below, 300)

    told = train(replace(material, decisions=town.verdicts(decided)), model, quick())

    assert told.report["calibration"]["from"] == "decisions"
    assert told.model.comparisons == trained.model.comparisons
    assert told.model.review_bits != trained.model.review_bits


def test_an_attribute_of_ones_own_is_learnt_and_a_meaningless_one_tells_nothing(
    town: Town,
) -> None:
    material = town.material(default_model())
    rng = Random(4)
    shoe = {each: str(rng.randrange(200)) for each in sorted(set(town.person))}
    records = [
        each._replace(custom=(("colour", str(rng.randrange(9))), ("shoe", shoe[who])))
        for each, who in zip(material.records, town.person, strict=True)
    ]

    found = train(Material(records, material.pairs), default_model(), quick())

    assert "custom.shoe" in found.report["added"]
    assert found.model.custom["shoe"]["exact"].bits[0] > 4
    assert found.model.custom["shoe"]["different"].bits[0] < -3
    colour = found.model.custom.get("colour")
    assert colour is None or abs(colour["exact"].bits[0]) < 1


def test_too_little_is_refused() -> None:
    few = [person("Anna", f"Hall{number}") for number in range(20)]
    with pytest.raises(Refused, match="20 records are too few"):
        train(Material(few, []), default_model(), quick())

    apart = [person("Anna", f"Hall{number}") for number in range(200)]
    with pytest.raises(Refused, match="candidate pairs are too few"):
        train(Material(apart, [(0, 1)]), default_model(), quick())


def test_records_that_are_all_different_people_are_refused() -> None:
    rng = Random(8)
    records = [stranger(rng) for _ in range(300)]

    with pytest.raises(Refused, match="look like one person"):
        train(Material(records, consecutive(records)), default_model(), quick())


def stranger(rng: Random) -> Features:
    letters = "abcdefghijklmnopqrstuvwxyz"
    given, family = ("".join(rng.choices(letters, k=8)) for _ in range(2))
    born = f"19{rng.randrange(50, 99)}-{rng.randrange(2, 12):02}-{rng.randrange(2, 28):02}"
    return person(given, family, birth_date=born, email=f"{given}{rng.random()}@example.org")


def consecutive(records: Sequence[Features]) -> list[tuple[int, int]]:
    return [(number, number + 1) for number in range(len(records) - 1)]


def test_tables_turned_round_are_named() -> None:
    start = default_model()
    name = next(iter(start.comparisons))
    best = LEVELS[name][0]
    spec = start.to_spec()
    spec["comparisons"][name][best] = {"m": 0.001, "u": 0.5, "h": 0.5}
    many = {each: np.full(len(table), 1000.0) for each, table in tables_of(start).items()}
    none = {each: np.zeros(len(table)) for each, table in tables_of(start).items()}

    assert turned_round(start, start, many) == {}
    odd = turned_round(MatchModel.from_spec(spec), start, many)
    assert "would speak against a match" in odd[name]
    assert turned_round(MatchModel.from_spec(spec), start, none) == {}
