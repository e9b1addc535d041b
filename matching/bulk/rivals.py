"""What a household takes off the weights of many pairs, as `against_both` does of one."""

import numpy as np
from numpy.typing import NDArray

from matching.core.model import GRID
from matching.core.scoring import NEGLIGIBLE_BITS, against_both

Bits = NDArray[np.float64]
_HIGHEST = 64.0  # up to here numpy is right to a hundredth of the grid, or a few
_UNSURE = 0.05  # of the grid: a number so near to the middle may be rounded either way


def taken_off(gaps: Bits) -> Bits:
    """What is taken off for gaps of at least `LEAST_GAP_BITS` between the explanations.

    The same to the last bit: what might be rounded otherwise goes through `against_both`.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        on_grid = np.log2(1.0 + np.exp2(gaps)) * GRID
        rounded = np.rint(on_grid)
        is_sure = (gaps <= _HIGHEST) & (np.abs(on_grid - rounded) < 0.5 - _UNSURE)
        taken = rounded / GRID
    is_sure &= np.abs(taken - NEGLIGIBLE_BITS) > 1 / GRID
    taken[taken < NEGLIGIBLE_BITS] = 0.0
    unsure = np.flatnonzero(~is_sure)
    values, which = np.unique(gaps[unsure], return_inverse=True)
    each = [gap - against_both(gap, 0.0) for gap in values.tolist()]
    taken[unsure] = np.array(each, np.float64)[which]
    return np.asarray(taken)
