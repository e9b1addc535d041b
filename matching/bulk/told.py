"""How levels are told of many pairs at once: one small number a pair."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.bulk.sketches import Sketches
from matching.core.comparisons import LEVELS

Columns = Mapping[str, Sketches]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Told = NDArray[np.int32]  # a level by its number, or one of these two
UNTOLD, NONE = 0, -1  # somebody has to look; the comparison says nothing


class Tell(Protocol):
    """Tells of pairs of rows that both speak which levels a comparison names, where it can."""

    def __call__(self, columns: Columns, lo: Rows, hi: Rows) -> Told: ...


class Levels:
    """The levels of a comparison by number, in the order of `LEVELS` from 1 on."""

    def __init__(self, comparison: str) -> None:
        self._number = {level: place for place, level in enumerate(LEVELS[comparison], 1)}

    def __getitem__(self, level: str) -> np.int32:
        return np.int32(self._number[level])


def nothing_told(pairs: Rows) -> Told:
    return np.full(len(pairs), UNTOLD, np.int32)


def put(told: Told, where: Mask, level: np.int32 | int) -> None:
    """Tell some pairs the same level.

    By their places: what a mask says next no processor can guess, which takes it three times
    as long. So does `numpy.where` in the loops over all pairs.
    """
    told[np.flatnonzero(where)] = level
