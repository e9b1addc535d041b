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

# Both sums of a pair in one number, so that they are looked up and added together: against
# "unrelated" the real part, against "household" the imaginary one.
Sums = NDArray[np.complex128]
Spoken = list[NDArray[np.uint16]]  # a bit for each comparer, some to a word, by pair
ONE_SIDE = {"generation": "~generation"}  # one side is enough: the column that tells who speaks
_IN_WORD = 12  # comparers told by one look-up
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
        self._most = _sums(np.where(most < inf, most, 0.0))
        starts = range(0, len(by), _IN_WORD)
        self._first = [_by_word(self._most[start : start + _IN_WORD]) for start in starts]
        self._lost: dict[int, Sums] = {}
        highest = model.prior_bits + np.maximum(self._most.real, 0).sum()
        self._of_households = highest < model.review_bits + _FARTHEST_BITS

    def of(self, lo: Rows, hi: Rows) -> tuple[Spoken, Sums]:
        """Which comparers have something of both records, and the most these may gain."""
        both = zip(self._speaks, self._turned, strict=True)
        spoken = [words.take(lo) & words.take(hi) ^ turned for words, turned in both]
        sums = np.full(len(lo), complex(self._model.prior_bits, self._model.household_bits))
        for of_word, most in zip(spoken, self._first, strict=True):
            sums += most.take(of_word)
        return spoken, sums

    def are_worth_it(self, sums: Sums) -> Mask:
        """Whether pairs may still reach the review threshold."""
        least = self._model.review_bits
        are = sums.real >= least
        if self._of_households:
            are &= sums.imag >= least - _ROUNDED_BITS
        return np.asarray(are)

    def lost(self, number: int, comparer: Comparer) -> Sums:
        """By outcome, how far it is from the most; the last is that nothing is said.

        Nothing is lost as long as nothing is told.
        """
        lost = self._lost.get(number)
        if lost is None or len(lost) != len(comparer.table) + 2:
            bits = [*(each[1:] for each in comparer.table), (0.0, 0.0)]
            lost = np.append(0.0, _sums(np.array(bits, np.float64)) - self._most[number])
            self._lost[number] = lost
        return lost


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


def _sums(bits: NDArray[np.float64]) -> Sums:
    """Bits against either explanation, two columns, as one number each."""
    return bits.view(np.complex128)[:, 0]


def _by_word(most: Sums) -> Sums:
    """What the comparers of one word may gain together, for each of its values."""
    bits = np.arange(1 << len(most))[:, None] >> np.arange(len(most)) & 1
    return np.asarray(bits @ most)
