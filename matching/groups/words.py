"""The fewest decisions that say who of some records is one person and who is not. Pure."""

from collections.abc import Collection, Sequence
from itertools import combinations

from matching.deciding.preview import Words, ordered
from matching.world import Pair, connected


def words_for_groups(
    groups: Sequence[Collection[int]], *, same: Collection[Pair], different: Collection[Pair]
) -> Words:
    """Return what must be said so that each group is one person and no two are.

    `same` and `different` are what people have said already, pairs in order; those about other
    records are ignored. Words that agree count, words that disagree are replaced, and what is
    missing is said of the smallest ids: a tree within each group, one pair between two. Each
    word returned is needed, and all together leave nothing to the evidence.
    """
    group_of = {pk: number for number, group in enumerate(groups) for pk in group}
    known_same = [pair for pair in same if group_of.keys() >= set(pair)]
    known_apart = [pair for pair in different if group_of.keys() >= set(pair)]

    def within(pair: Pair) -> bool:
        return group_of[pair[0]] == group_of[pair[1]]

    joined = {pair for pair in known_apart if within(pair)}
    parted = {pair for pair in known_same if not within(pair)}
    held = joined | {pair for pair in known_same if within(pair)}
    told = parted | {pair for pair in known_apart if not within(pair)}
    return Words(
        same=frozenset(joined | _missing_ties(group_of, groups, held)),
        different=frozenset(
            parted | _missing_walls(groups, [(group_of[a], group_of[b]) for a, b in told])
        ),
    )


def _missing_ties(
    group_of: Collection[int], groups: Sequence[Collection[int]], held: Collection[Pair]
) -> set[Pair]:
    """Ties from the first record of each group to what nothing ties to it yet."""
    root = connected(sorted(group_of), held)
    return {
        ordered(first, other)
        for group in groups
        for first, *others in [sorted({root[pk] for pk in group})]
        for other in others
    }


def _missing_walls(
    groups: Sequence[Collection[int]], told: Collection[tuple[int, int]]
) -> set[Pair]:
    walls = {frozenset(numbers) for numbers in told}
    return {
        ordered(min(groups[one]), min(groups[other]))
        for one, other in combinations(range(len(groups)), 2)
        if frozenset((one, other)) not in walls
    }
