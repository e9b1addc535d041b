"""Which pairs of numbers are there, so that each is compared once."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
_ODD = np.int64(0x9E3779B97F4A7C1 | 1)


def distinct_pairs(ours: Numbers, theirs: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """One number for each distinct pair; where each stands; which one all are."""
    with np.errstate(over="ignore"):
        mixed = ours * _ODD + theirs
    order = np.argsort(mixed)
    mixed = mixed.take(order)
    is_first = np.ones(len(mixed), bool)
    np.not_equal(mixed[1:], mixed[:-1], out=is_first[1:])
    which = np.empty(len(mixed), np.int64)
    which[order] = np.cumsum(is_first) - 1
    return mixed.compress(is_first), order.compress(is_first), which
