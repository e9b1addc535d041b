"""The most that pairs may still reach, so that those not worth it are dropped early."""

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from matching.bulk.columns import SILENT, Codes
from matching.bulk.comparers import Comparer
from matching.bulk.told import Mask, Rows
from matching.core.model import MatchModel

Sums = NDArray[np.float64]
Spoken = NDArray[np.uint8]  # a bit for each comparer, eight to a byte, by pair
_ROUNDED_BITS = 0.001  # more than `against_both` may round
_FARTHEST_BITS = 900.0  # it tells no greater gaps apart


class Bounds:
    """What comparers may gain at the most, against "unrelated" and against "household".

    Whatever the levels, a pair weighs no more than the evidence against either. A comparer of
    unknown gain counts nothing here, so that all it gains comes on top.
    """

    def __init__(
        self, model: MatchModel, by: Sequence[Comparer], columns: Mapping[str, Codes]
    ) -> None:
        self._model = model
        self._speaks = _who_speaks([columns[each.name] for each in by])
        most = np.array([each.most for each in by], np.float64).reshape(-1, 2)
        self._most = np.where(most < inf, most, 0.0)
        self._first = [_sums(self._most[start : start + 8]) for start in range(0, len(by), 8)]
        highest = model.prior_bits + np.maximum(self._most[:, 0], 0).sum()
        self._of_households = highest < model.review_bits + _FARTHEST_BITS

    def of(self, lo: Rows, hi: Rows) -> tuple[Spoken, Sums, Sums]:
        """Which comparers have something of both records, and the most these may gain."""
        spoken = self._speaks[:, lo] & self._speaks[:, hi]
        gained = np.full(len(lo), self._model.prior_bits)
        kept = np.full(len(lo), self._model.household_bits)
        for of_byte, (gains, keeps) in zip(spoken, self._first, strict=True):
            gained += gains[of_byte]
            kept += keeps[of_byte]
        return spoken, gained, kept

    def are_worth_it(self, gained: Sums, kept: Sums) -> Mask:
        """Whether pairs may still reach the review threshold."""
        least = self._model.review_bits
        are = gained >= least
        if self._of_households:
            are &= kept >= least - _ROUNDED_BITS
        return np.asarray(are)

    def lost(self, number: int, comparer: Comparer) -> tuple[Sums, Sums]:
        """By outcome, how far it is from the most; the last is that nothing is said.

        Nothing is lost as long as nothing is told.
        """
        bits = np.array([each[1:] for each in comparer.table], np.float64).reshape(-1, 2)
        none = np.zeros((1, 2))
        lost = np.concatenate([none, bits - self._most[number], none - self._most[number]])
        return lost[:, 0], lost[:, 1]


def speaks(spoken: Spoken, number: int) -> Mask:
    """Where both records of a pair have something to say to one comparer."""
    return np.asarray(spoken[number // 8] >> number % 8 & 1).astype(bool)


def _who_speaks(columns: Sequence[Codes]) -> Spoken:
    rows = len(columns[0]) if columns else 0
    found = np.zeros(((len(columns) + 7) // 8, rows), np.uint8)
    for number, codes in enumerate(columns):
        found[number // 8] |= (codes != SILENT).astype(np.uint8) << np.uint8(number % 8)
    return found


def _sums(most: Sums) -> tuple[Sums, Sums]:
    """What the comparers of one byte may gain together, for each of its 256 values."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    sums = bits[:, : len(most)] @ most
    return np.ascontiguousarray(sums[:, 0]), np.ascontiguousarray(sums[:, 1])
