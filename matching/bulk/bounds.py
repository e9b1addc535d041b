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
Spoken = list[NDArray[np.uint16]]  # a bit for each comparer, some to a word, by pair
ONE_SIDE = {"generation": "~generation"}  # one side is enough: the column that tells who speaks
_IN_WORD = 12  # comparers told by one look-up
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
        starts = range(0, len(by), _IN_WORD)
        self._first = [_sums(self._most[start : start + _IN_WORD]) for start in starts]
        self._lost: dict[int, tuple[int, tuple[Sums, Sums]]] = {}  # with how many outcomes
        highest = model.prior_bits + np.maximum(self._most[:, 0], 0).sum()
        self._of_households = highest < model.review_bits + _FARTHEST_BITS

    def of(self, lo: Rows, hi: Rows) -> tuple[Spoken, Sums, Sums]:
        """Which comparers have something of both records, and the most these may gain."""
        both = zip(self._speaks, self._turned, strict=True)
        spoken = [words.take(lo) & words.take(hi) ^ turned for words, turned in both]
        gained = np.full(len(lo), self._model.prior_bits)
        kept = np.full(len(lo), self._model.household_bits)
        for of_word, (gains, keeps) in zip(spoken, self._first, strict=True):
            gained += gains.take(of_word)
            kept += keeps.take(of_word)
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
    bit = np.uint16(1 << number % _IN_WORD)
    return np.asarray(spoken[number // _IN_WORD] & bit != 0)


def _who_speaks(
    by: Sequence[Comparer], columns: Mapping[str, Codes]
) -> tuple[Spoken, list[np.uint16]]:
    """Bits to be joined by "and", and those that are turned round afterwards.

    These tell who is silent: the comparer says nothing only if both are.
    """
    rows = len(columns[by[0].name]) if by else 0
    words = -(-len(by) // _IN_WORD)
    found, turned = np.zeros((words, rows), np.uint16), [np.uint16(0)] * words
    for number, comparer in enumerate(by):
        word, bit = number // _IN_WORD, np.uint16(1 << number % _IN_WORD)
        if comparer.name in ONE_SIDE:
            found[word] |= (columns[ONE_SIDE[comparer.name]] == NOTHING) * bit
            turned[word] |= bit
        else:
            found[word] |= (columns[comparer.name] != SILENT) * bit
    return list(found), turned


def _sums(most: Sums) -> tuple[Sums, Sums]:
    """What the comparers of one word may gain together, for each of its values."""
    bits = np.arange(1 << len(most))[:, None] >> np.arange(len(most)) & 1
    sums = bits @ most
    return np.ascontiguousarray(sums[:, 0]), np.ascontiguousarray(sums[:, 1])
