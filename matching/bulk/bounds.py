"""The most that pairs may still reach, so that those not worth it are dropped early."""

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from matching.bulk.columns import SILENT, Codes
from matching.bulk.comparers import Comparer
from matching.bulk.sketching import NOTHING
from matching.bulk.told import Mask, Rows
from matching.core.model import MatchModel

Sums = NDArray[np.float64]
Spoken = NDArray[np.uint8]  # a bit for each comparer, eight to a byte, by pair
ONE_SIDE = {"generation": "~generation"}  # one side is enough: the column that tells who speaks
_NOTHING_LOST = np.zeros(1), np.zeros(1)
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
        self._speaks, self._turned = _who_speaks(by, columns)
        most = np.array([each.most for each in by], np.float64).reshape(-1, 2)
        self._most = np.where(most < inf, most, 0.0)
        self._first = [_sums(self._most[start : start + 8]) for start in range(0, len(by), 8)]
        self._lost: dict[int, tuple[int, tuple[Sums, Sums]]] = {}  # with how many outcomes
        highest = model.prior_bits + np.maximum(self._most[:, 0], 0).sum()
        self._of_households = highest < model.review_bits + _FARTHEST_BITS

    def of(self, lo: Rows, hi: Rows) -> tuple[Spoken, Sums, Sums]:
        """Which comparers have something of both records, and the most these may gain."""
        spoken = self._speaks[:, lo] & self._speaks[:, hi] ^ self._turned
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
        known, lost = self._lost.get(number, (-1, _NOTHING_LOST))
        if known != len(comparer.table):
            lost = self._lost_in(number, comparer)
            self._lost[number] = len(comparer.table), lost
        return lost

    def _lost_in(self, number: int, comparer: Comparer) -> tuple[Sums, Sums]:
        bits = np.array([each[1:] for each in comparer.table], np.float64).reshape(-1, 2)
        none = np.zeros((1, 2))
        lost = np.concatenate([none, bits - self._most[number], none - self._most[number]])
        return np.ascontiguousarray(lost[:, 0]), np.ascontiguousarray(lost[:, 1])


def speaks(spoken: Spoken, number: int) -> Mask:
    """Where both records of a pair have something to say to one comparer."""
    return np.asarray(spoken[number // 8] >> number % 8 & 1).astype(bool)


def _who_speaks(by: Sequence[Comparer], columns: Mapping[str, Codes]) -> tuple[Spoken, Spoken]:
    """Bits to be joined by "and", and those that are turned round afterwards.

    These tell who is silent: the comparer says nothing only if both are.
    """
    rows = len(columns[by[0].name]) if by else 0
    found = np.zeros(((len(by) + 7) // 8, rows), np.uint8)
    turned = np.zeros((len(found), 1), np.uint8)
    for number, comparer in enumerate(by):
        byte, bit = number // 8, np.uint8(1 << number % 8)
        if comparer.name in ONE_SIDE:
            found[byte] |= (columns[ONE_SIDE[comparer.name]] == NOTHING) * bit
            turned[byte] |= bit
        else:
            found[byte] |= (columns[comparer.name] != SILENT) * bit
    return found, turned


def _sums(most: Sums) -> tuple[Sums, Sums]:
    """What the comparers of one byte may gain together, for each of its 256 values."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    sums = bits[:, : len(most)] @ most
    return np.ascontiguousarray(sums[:, 0]), np.ascontiguousarray(sums[:, 1])
