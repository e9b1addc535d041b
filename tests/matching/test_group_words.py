"""The words of a group case: enough, none too many, and what others said is not forgotten."""

from collections.abc import Collection

from hypothesis import assume, given
from hypothesis import strategies as st

from matching.core.clustering import contradiction, partition
from matching.deciding.preview import Words
from matching.groups.words import words_for_groups
from tests.matching.test_clustering import MODEL, World, worlds

Pair = tuple[int, int]
Groups = list[list[int]]


def grouped(world: World, letters: dict[int, int]) -> Groups:
    found: dict[int, list[int]] = {}
    for pk in world.nodes:
        found.setdefault(letters[pk], []).append(pk)
    return list(found.values())


LETTERS = st.integers(0, 3)


@st.composite
def cases(draw: st.DrawFn) -> tuple[World, Groups]:
    """A world of links and earlier words, and how a person groups its records."""
    world = draw(worlds())
    letters = {pk: draw(LETTERS) for pk in world.nodes}
    return world, grouped(world, letters)


def said_then(world: World, words: Words) -> tuple[set[Pair], set[Pair]]:
    """What holds when these words are said too: the newest of each pair counts."""
    same = (set(world.same) - words.different) | words.same
    different = (set(world.different) - words.same) | words.different
    return same, different


def clusters(world: World, same: Collection[Pair], different: Collection[Pair]) -> set:
    solved = partition(world.nodes, world.edges, same=same, different=different, model=MODEL)
    found: dict[int, set[int]] = {}
    for pk, root in solved.cluster_of.items():
        found.setdefault(root, set()).add(pk)
    return {frozenset(members) for members in found.values()}


def words_of(world: World, groups: Groups) -> Words:
    return words_for_groups(groups, same=world.same, different=world.different)


@given(case=cases())
def test_solving_the_world_with_them_gives_exactly_these_groups(
    case: tuple[World, Groups],
) -> None:
    world, groups = case
    same, different = said_then(world, words_of(world, groups))

    assert contradiction(same, different) is None
    assert clusters(world, same, different) == {frozenset(group) for group in groups}


@given(case=cases())
def test_without_any_one_of_them_people_would_not_have_said_as_much(
    case: tuple[World, Groups],
) -> None:
    world, groups = case
    words = words_of(world, groups)

    for pair in words.same | words.different:
        fewer = Words(words.same - {pair}, words.different - {pair})
        same, different = said_then(world, fewer)
        assert not _is_settled(groups, same, different)


def _is_settled(groups: Groups, same: Collection[Pair], different: Collection[Pair]) -> bool:
    """Whether words alone, whatever the evidence, make these groups."""
    if contradiction(same, different):
        return False
    group_of = {pk: number for number, group in enumerate(groups) for pk in group}
    if any(group_of[lo] != group_of[hi] for lo, hi in same):
        return False
    told = {frozenset((group_of[lo], group_of[hi])) for lo, hi in different}
    pairs = len(groups) * (len(groups) - 1) // 2
    ties = sum(len(group) for group in groups) - len(groups)
    return len(told) == pairs and _tied(same, group_of) == ties


def _tied(same: Collection[Pair], group_of: dict[int, int]) -> int:
    """How many unions the words make."""
    root = {pk: pk for pk in group_of}

    def find(pk: int) -> int:
        while root[pk] != pk:
            pk = root[pk]
        return pk

    unions = 0
    for lo, hi in same:
        if find(lo) != find(hi):
            root[find(hi)] = find(lo)
            unions += 1
    return unions


@given(case=cases())
def test_said_again_there_is_nothing_to_say(case: tuple[World, Groups]) -> None:
    world, groups = case
    same, different = said_then(world, words_of(world, groups))

    assert words_for_groups(groups, same=same, different=different) == Words()


@given(case=cases())
def test_words_about_other_records_are_left_alone(case: tuple[World, Groups]) -> None:
    world, groups = case
    assume(len(groups) > 1)
    rows = {pk for group in groups[1:] for pk in group}

    words = words_of(world, groups[1:])

    assert all({lo, hi} <= rows for lo, hi in words.same | words.different)
