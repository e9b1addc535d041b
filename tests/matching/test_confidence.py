"""How sure a customer is depends on the weakest link it needs, and on what stewards said."""

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.confidence import Confidence, Tie, judge, spanning_tree, weakest_bridge

JOIN = 10.0


def link(lo: int, hi: int, bits: float) -> Tie:
    return Tie(lo, hi, bits)


def word(lo: int, hi: int) -> Tie:
    return Tie(lo, hi, 0.0, is_said=True)


def sure(*ties: Tie, members: Sequence[int] = (1, 2, 3)) -> Confidence:
    return judge(members, ties, join_bits=JOIN)


def test_one_weak_link_makes_the_whole_customer_probable() -> None:
    assert sure(link(1, 2, 30), link(2, 3, 11)) is Confidence.PROBABLE
    assert sure(link(1, 2, 30), link(2, 3, 20)) is Confidence.STRONG


def test_a_weak_link_does_not_matter_where_strong_ones_lead_around_it() -> None:
    assert sure(link(1, 2, 11), link(2, 3, 20), link(1, 3, 20)) is Confidence.STRONG


def test_a_steward_confirms_what_was_doubtful() -> None:
    assert sure(link(1, 2, 20), link(2, 3, 11), word(2, 3)) is Confidence.CONFIRMED


def test_a_steward_who_confirmed_one_half_does_not_vouch_for_a_weak_other() -> None:
    assert sure(word(1, 2), link(2, 3, 11)) is Confidence.PROBABLE


def test_records_nothing_holds_together_are_under_review() -> None:
    assert sure(link(1, 2, 30)) is Confidence.UNDER_REVIEW


def test_the_weakest_bridge_names_the_smaller_side() -> None:
    ties = [link(1, 2, 30), link(2, 3, 12), link(3, 4, 25), link(2, 5, 20)]
    bridge = weakest_bridge([1, 2, 3, 4, 5], ties)

    assert bridge is not None
    assert (bridge.lo, bridge.hi, bridge.side) == (2, 3, frozenset({3, 4}))


def test_what_stewards_said_is_never_called_a_weak_bridge() -> None:
    assert weakest_bridge([1, 2], [word(1, 2)]) is None


WEIGHTS = st.lists(st.integers(0, 30), min_size=10, max_size=10)


@given(WEIGHTS)
def test_the_tree_keeps_the_best_way_between_any_two_records(weights: list[int]) -> None:
    pairs = combinations(range(5), 2)
    ties = [link(lo, hi, bits) for (lo, hi), bits in zip(pairs, weights, strict=True)]
    tree = spanning_tree(range(5), ties)

    for start, end in combinations(range(5), 2):
        assert widest(ties, start, end) == widest(tree, start, end)


def widest(ties: Sequence[Tie], start: int, end: int) -> float:
    """The weakest link of the best path, by trying every threshold: slow and obvious."""
    levels = sorted({tie.weight_bits for tie in ties}, reverse=True)
    return next(
        level
        for level in levels
        if end in reachable([tie for tie in ties if tie.weight_bits >= level], start)
    )


def reachable(ties: Sequence[Tie], start: int) -> set[int]:
    found = {start}
    for _ in ties:
        for tie in ties:
            if found & {tie.lo, tie.hi}:
                found |= {tie.lo, tie.hi}
    return found


@pytest.mark.parametrize("bits", [10.0, 14.9])
def test_just_enough_evidence_is_probable(bits: float) -> None:
    assert sure(link(1, 2, bits), members=(1, 2)) is Confidence.PROBABLE
