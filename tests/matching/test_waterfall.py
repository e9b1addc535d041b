"""The waterfall adds up, stays in its lane and shows evidence against as clearly as for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.telling.waterfall import Part, Waterfall, waterfall

BITS = st.floats(min_value=-40, max_value=40, allow_nan=False)


def draw(prior: float, *bits: float, **marks: float) -> Waterfall:
    parts = [Part(f"field {number}", "level", each) for number, each in enumerate(bits)]
    total = Part("Sum", "", prior + sum(bits))
    return waterfall(Part("Prior", "", prior), parts, total, marks=marks)


def test_each_bar_begins_where_the_one_before_ended() -> None:
    prior, email, name, total = draw(-10, 8, -3).bars

    assert [bar.total for bar in (prior, email, name, total)] == [-10, -2, -5, -5]
    assert prior.x == email.x == 0
    assert email.x + email.width == pytest.approx(name.x + name.width)


def test_for_and_against_are_told_apart() -> None:
    tones = [bar.tone for bar in draw(-10, 8, -3, 0.01).bars]

    assert tones == ["against", "for", "against", "silent", "sum"]


def test_thresholds_have_their_place_in_the_lane() -> None:
    drawn = draw(-10, 5, join=10)

    assert drawn.zero == 50
    assert drawn.marks == (("join", 100),)


def test_a_pair_without_evidence_can_be_drawn() -> None:
    assert [bar.width for bar in draw(0).bars] == [0.6, 0.6]


@given(BITS, st.lists(BITS, max_size=12), BITS)
def test_nothing_leaves_the_lane(prior: float, bits: list[float], join: float) -> None:
    drawn = draw(prior, *bits, join=join)

    for bar in drawn.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= 100.02
    assert all(0 <= place <= 100 for place in (drawn.zero, *(x for _, x in drawn.marks)))
