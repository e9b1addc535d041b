"""Records parted into groups that have nothing to do with each other, a few thousand each."""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
_HALF = 32  # bits of a row, of two in one number


def components(total: int, lo: Rows, hi: Rows) -> Rows:
    """The smallest row reachable from each row over the pairs."""
    root = np.arange(total, dtype=np.int64)
    low, high = np.minimum(lo, hi), np.maximum(lo, hi)
    while len(low):
        np.minimum.at(root, high, low)
        root = _to_the_end(root)
        ours, theirs = root[low], root[high]
        apart = np.flatnonzero(ours != theirs)
        ours, theirs = ours[apart], theirs[apart]
        low, high = np.minimum(ours, theirs), np.maximum(ours, theirs)
    return root


def _to_the_end(root: Rows) -> Rows:
    while True:
        further = root[root]
        if np.array_equal(further, root):
            return root
        root = further


def groups_of(component: Rows, wanted: NDArray[np.bool_], most: int) -> list[Rows]:
    """Rows of the components that hold a wanted row, whole ones together, about `most` each.

    A component larger than that is cut: its groups will wait for each other's locks.
    """
    holds = np.zeros(len(component), bool)
    holds[component[wanted]] = True
    rows = np.flatnonzero(holds[component])
    both = component[rows] << _HALF | rows  # numbers are sorted faster than places by numbers
    both.sort()
    rows = both & ((1 << _HALF) - 1)
    ends = np.flatnonzero(np.diff(both >> _HALF, append=-1)) + 1
    groups, begin = [], 0
    while begin < len(rows):
        end = _end_of_group(ends, begin, most)
        groups.append(rows[begin:end])
        begin = end
    return groups


def _end_of_group(ends: Rows, begin: int, most: int) -> int:
    """Where the group ends that begins there; `ends` are those of components."""
    place = int(np.searchsorted(ends, begin + most, "right"))
    if place and ends[place - 1] > begin:
        return int(ends[place - 1])
    end = int(ends[place])
    return end if end - begin <= 2 * most else begin + most
