"""Where the records of a graph stand: every one somewhere of its own, the same every time."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from matching.studio.layout import Pair, places


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[int], list[Pair]]:
    """Records in some order, and ties of which none closes a circle."""
    number = draw(st.integers(1, 25))
    order = draw(st.permutations(range(number)))
    parents = [draw(st.integers(0, pk)) for pk in range(number)]  # itself: a root
    return list(order), [(parent, pk) for pk, parent in enumerate(parents) if parent != pk]


@given(forest=forests())
def test_no_two_records_stand_on_one_place(forest: tuple[list[int], list[Pair]]) -> None:
    order, tree = forest

    found = places(order, tree)

    assert found.keys() == set(order)
    assert len(set(found.values())) == len(order)
    columns: dict[int, list[float]] = {}
    for column, row in sorted(found.values()):
        columns.setdefault(column, []).append(row)
    assert all(b - a >= 0.99 for rows in columns.values() for a, b in pairwise(rows))


@given(forest=forests())
def test_whoever_is_tied_stands_one_column_apart(
    forest: tuple[list[int], list[Pair]],
) -> None:
    order, tree = forest

    found = places(order, tree)

    assert all(abs(found[one][0] - found[other][0]) == 1 for one, other in tree)
    assert places(order, tree[::-1]) == found


def test_the_middle_of_a_chain_stands_first_so_that_the_graph_is_shallow() -> None:
    assert (
        max(column for column, _ in places(range(5), [(0, 1), (1, 2), (2, 3), (3, 4)]).values())
        == 2
    )
