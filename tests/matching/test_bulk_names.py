"""Names of many pairs at a time: what the comparison would say of each, to the last bit."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matching.bulk.columns import encode, parts_read
from matching.bulk.comparers import Comparer, comparers
from matching.bulk.told import UNTOLD
from matching.core.features import Features
from matching.core.model import MatchModel, default_model
from matching.core.steps import Outcome
from matching.core.words import name_family
from tests.matching.people import as_stored, people

LEFT_OPEN = ("left open", 0.0, 0.0)
KINDS = ("given_name", "family_name")
COMMON = ("james", "jim", "jimmy", "smith", "smyth", "smiths", "jones", "elizabeth", "liz", "e")
NAMES = st.one_of(st.sampled_from(COMMON), st.text("abelnst", min_size=1, max_size=8))


def without_frequencies() -> MatchModel:
    return MatchModel.from_spec(default_model().to_spec() | {"frequencies": {}})


MODELS = {"shipped": default_model(), "without frequencies": without_frequencies()}


def named(given_name: str, family: str, *parts: str, middle: str = "") -> Features:
    initials = (middle,) if middle else ()
    return Features(given_name, initials, family, parts, name_family(given_name))


@st.composite
def doubles(draw: st.DrawFn) -> Features:
    parts = draw(st.lists(NAMES, min_size=2, max_size=3))
    return named(draw(NAMES), "".join(parts), *parts)


PLAIN = st.builds(named, NAMES, NAMES, middle=st.sampled_from(("", "", "e", "elizabeth")))


def outcomes(model: MatchModel, kind: str, everyone: list[Features]) -> list[Outcome]:
    """What is told of each pair, unseen or else by texts."""
    columns = encode([as_stored(each) for each in everyone], parts_read(model)).columns
    comparer = named_comparer(model, kind, set(columns))
    lo, hi = np.array(list(combinations(range(len(everyone)), 2)), np.int64).T
    assert comparer.tell is not None
    assert comparer.read is not None
    told = comparer.tell(columns, lo, hi)
    open_ = np.flatnonzero(told == UNTOLD)
    told[open_] = comparer.read(columns, lo[open_], hi[open_])
    by_place = [LEFT_OPEN, *comparer.table]
    return [by_place[place] for place in told.tolist()]


def named_comparer(model: MatchModel, kind: str, columns: set[str]) -> Comparer:
    return next(each for each in comparers(model, columns) if each.name == kind)


def one_by_one(model: MatchModel, kind: str, everyone: list[Features]) -> list[Outcome | None]:
    step = next(step for step in model.steps if step.name == kind)
    return [step.weigh(left, right) for left, right in combinations(everyone, 2)]


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("kind", KINDS)
@given(everyone=st.lists(st.one_of(PLAIN, doubles()), min_size=2, max_size=8))
@example(everyone=[named("martha", "marhta"), named("marhta", "martha")])
@example(everyone=[named("james", "smith"), named("smith", "james"), named("s", "james")])
@example(everyone=[named("jim", "smithjones", "smith", "jones"), named("james", "jones")])
@settings(max_examples=300)
def test_names_of_many_pairs_are_told_as_those_of_one(
    everyone: list[Features], kind: str, model: MatchModel
) -> None:
    told = outcomes(model, kind, everyone)
    expected = one_by_one(model, kind, everyone)
    assert [
        one for one, other in zip(told, expected, strict=True) if one not in (other, LEFT_OPEN)
    ] == []


@pytest.mark.parametrize("kind", KINDS)
@given(everyone=st.lists(st.builds(named, NAMES, NAMES), min_size=2, max_size=8))
@settings(max_examples=100)
def test_nothing_is_left_open_of_plain_names(everyone: list[Features], kind: str) -> None:
    assert LEFT_OPEN not in outcomes(default_model(), kind, everyone)


@pytest.mark.parametrize("kind", KINDS)
def test_another_second_name_leaves_nothing_open(kind: str) -> None:
    both = [named("mary", "smyth"), named("jane", "jones", middle="elizabeth")]

    assert outcomes(default_model(), kind, both) == one_by_one(default_model(), kind, both)


@given(everyone=st.lists(people(), min_size=2, max_size=8), kind=st.sampled_from(KINDS))
@settings(max_examples=200)
def test_names_of_people_are_told_as_they_are(everyone: list[Features], kind: str) -> None:
    spoken = [each for each in everyone if each.given and each.family]
    if len(spoken) > 1:
        told = outcomes(default_model(), kind, spoken)
        expected = one_by_one(default_model(), kind, spoken)
        assert all(one in (other, LEFT_OPEN) for one, other in zip(told, expected, strict=True))


def test_agreeing_on_a_common_name_is_worth_less() -> None:
    common, rare = ([named(name, "x")] * 2 for name in ("james", "jamesina"))
    (of_common,), (of_rare,) = (
        outcomes(default_model(), "given_name", both) for both in (common, rare)
    )

    assert of_common[0] == of_rare[0] == "exact"
    assert of_common[1] < of_rare[1]


@pytest.mark.parametrize(
    "other",
    [
        named("jane", "smith", middle="mary"),
        named("martha", ""),
        named("martha" * 5, "smith"),
        named("\u043c\u0430\u0440\u0442\u0430", "smith"),
        named("marta", "smithjoneswebb", "smith", "jones", "webb"),
    ],
    ids=[
        "a second name",
        "a lone name",
        "a very long one",
        "other letters",
        "three parts",
    ],
)
def test_what_is_no_whole_name_is_left_to_the_comparison(other: Features) -> None:
    kind = "family_name" if other.family_parts else "given_name"
    assert outcomes(default_model(), kind, [named("mary", "smyth"), other]) == [LEFT_OPEN]
