"""Records parted into groups that have nothing to do with each other, a few thousand each."""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


def components(total: int, lo: Rows, hi: Rows) -> Rows:
    """The smallest row reachable from each row over the pairs."""
    root = np.arange(total, dtype=np.int64)
    while len(lo):
        low, high = np.minimum(root[lo], root[hi]), np.maximum(root[lo], root[hi])
        apart = low != high
        lo, hi, low, high = lo[apart], hi[apart], low[apart], high[apart]
        np.minimum.at(root, high, low)
        root = _to_the_end(root)
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
    rows = rows[np.argsort(component[rows], kind="stable")]
    ends = np.flatnonzero(np.diff(component[rows], append=-1)) + 1
    groups, begin, start = [], 0, 0
    for end in ends.tolist():
        if end - begin > most and start > begin:
            groups.append(rows[begin:start])
            begin = start
        while end - begin > 2 * most:
            groups.append(rows[begin : begin + most])
            begin += most
        start = end
    if begin < len(rows):
        groups.append(rows[begin:])
    return groups
