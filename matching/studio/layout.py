"""Where the records of a cluster stand in its graph: a tree from left to right. Plain Python.

The same records and links always give the same picture. Each tree stands on its middle record,
so that it is as shallow as it can be; records that nothing ties stand alone below.
"""

from collections.abc import Collection, Mapping, Sequence

Pair = tuple[int, int]
Place = tuple[int, float]  # column and row, from zero; a row may lie between two others


def places(order: Sequence[int], tree: Collection[Pair]) -> dict[int, Place]:
    """Return the place of each record of `order`, which breaks ties. `tree` is a forest."""
    rank = {pk: number for number, pk in enumerate(order)}
    neighbours = _neighbours(order, tree, rank)
    found: dict[int, Place] = {}
    next_row = 0
    for pk in order:
        if pk not in found:
            root = _middle(_reached(pk, neighbours), neighbours, rank)
            next_row = _hang(root, neighbours, found, next_row)
    return found


def _neighbours(
    order: Sequence[int], tree: Collection[Pair], rank: Mapping[int, int]
) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {pk: [] for pk in order}
    for one, other in tree:
        found[one].append(other)
        found[other].append(one)
    for ends in found.values():
        ends.sort(key=rank.__getitem__)
    return found


def _reached(start: int, neighbours: Mapping[int, list[int]]) -> set[int]:
    found, waiting = {start}, [start]
    while waiting:
        more = [pk for pk in neighbours[waiting.pop()] if pk not in found]
        found.update(more)
        waiting += more
    return found


def _middle(
    tree: set[int], neighbours: Mapping[int, list[int]], rank: Mapping[int, int]
) -> int:
    """What is left when the leaves are taken off again and again; the first of two."""
    left = set(tree)
    degree = {pk: len(neighbours[pk]) for pk in tree}
    while len(left) > 2:
        leaves = [pk for pk in left if degree[pk] <= 1]
        left.difference_update(leaves)
        for leaf in leaves:
            for pk in neighbours[leaf]:
                degree[pk] -= 1
    return min(left, key=rank.__getitem__)


def _hang(
    root: int, neighbours: Mapping[int, list[int]], found: dict[int, Place], row: int
) -> int:
    """Place a tree below `row`, children right of their parent; return the next free row."""
    below = _children(root, neighbours)
    column = {root: 0}
    for pk, children in below.items():  # parents come before their children
        column.update((child, column[pk] + 1) for child in children)
    for pk in _leaves_in_order(root, below):
        found[pk] = (column[pk], float(row))
        row += 1
    for pk in reversed(below):
        if children := below[pk]:
            rows = [found[child][1] for child in children]
            found[pk] = (column[pk], (rows[0] + rows[-1]) / 2)
    return row


def _children(root: int, neighbours: Mapping[int, list[int]]) -> dict[int, list[int]]:
    below: dict[int, list[int]] = {}
    waiting, seen = [root], {root}
    for pk in waiting:
        below[pk] = [each for each in neighbours[pk] if each not in seen]
        seen.update(below[pk])
        waiting += below[pk]
    return below


def _leaves_in_order(root: int, below: Mapping[int, list[int]]) -> list[int]:
    leaves, waiting = [], [root]
    while waiting:
        pk = waiting.pop()
        waiting += reversed(below[pk])
        if not below[pk]:
            leaves.append(pk)
    return leaves
