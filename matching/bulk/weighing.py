"""The weights of many pairs over columns: each distinct pair of parts is compared once.

The comparisons are the same functions that single pairs go through (`matching.core.scoring`),
called once for all pairs that show them the same parts. Bits lie on a grid on which sums are
exact, so a weight is the same to the last bit whichever way it was added up.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from matching.bulk.bounds import Bounds, Sums, speaks
from matching.bulk.certain import CERTAIN, SHOWN
from matching.bulk.columns import Codes
from matching.bulk.comparers import Comparer, Outcome, comparers
from matching.bulk.distinct import distinct_pairs
from matching.bulk.rivals import taken_off
from matching.bulk.told import NONE, UNTOLD, Rows
from matching.core.features import Features
from matching.core.model import MatchModel
from matching.core.scoring import HOUSEHOLD, LEAST_GAP_BITS, Scored

Look = Callable[[int, tuple[str, ...]], Features]  # a row with these fields at least
PAIRS_AT_ONCE = 131_072  # told by numpy together: many enough, and near the processor
NEARLY_ALL = 0.9
NAMES = ("family_name", "given_name")


@dataclass(frozen=True)
class Weighed:
    """Pairs worth keeping: their rows, weights in bits, and outcomes by comparer.

    `outcomes[k, j]` says which of `tables[j]` pair k reached by comparer j; 0 is none.
    """

    lo: Rows
    hi: Rows
    weights: NDArray[np.float64]
    outcomes: NDArray[np.integer]  # as small as they can be: there are very many
    tables: list[list[Outcome]]


class Weigher:
    """Weighs pairs of the rows of some columns; remembers comparisons for the next ones."""

    def __init__(self, model: MatchModel, columns: Mapping[str, Codes], look: Look) -> None:
        self._model, self._columns, self._look = model, columns, look
        self._by = comparers(model, columns)
        self._bounds = Bounds(model, self._by, columns)
        self._in_order = _cheapest_first(self._by)
        self._is_any_unknown = any(comparer.most[0] == inf for comparer in self._by)

    def __call__(self, lo: Rows, hi: Rows) -> Weighed:
        """Weigh pairs and keep those at or above the review threshold, in their order.

        A pair that cannot reach the threshold any more, whatever the comparisons left would
        say, is dropped on the way: most candidates are strangers, and the first few differences
        tell.
        """
        parts = [
            self._told(lo[start : start + PAIRS_AT_ONCE], hi[start : start + PAIRS_AT_ONCE])
            for start in range(0, max(len(lo), 1), PAIRS_AT_ONCE)
        ]
        left = _joined(parts)
        for number in _remembered_first(self._by):
            left = self._looked_at(number, left)
        return self._kept(left)

    def _told(self, lo: Rows, hi: Rows) -> "_Left":
        """What is told unseen, of the pairs that may still be worth it.

        Names cost most; before them, pairs not worth it any more are dropped.
        """
        reached = np.full((len(self._by), len(lo)), NONE, np.int32)
        alive = np.arange(len(lo))
        spoken, sums = self._bounds.of(lo, hi)
        for number in self._in_order:
            comparer = self._by[number]
            if comparer.name in NAMES:
                worth = self._worth_it(sums)
                alive, lo, hi = (each.take(worth) for each in (alive, lo, hi))
                sums = sums.take(worth)
                spoken = [words.take(worth) for words in spoken]
            heard = np.flatnonzero(speaks(spoken, number))
            if comparer.tell is None:
                reached[number, alive[heard]] = UNTOLD
                continue
            told = comparer.tell(self._columns, lo.take(heard), hi.take(heard))
            reached[number, alive.take(heard)] = told
            sums[heard] += self._bounds.lost(number, comparer).take(told)
        worth = self._worth_it(sums)
        alive, lo, hi = (each.take(worth) for each in (alive, lo, hi))
        return _Left(lo, hi, sums.take(worth), reached.take(alive, axis=1))

    def _worth_it(self, sums: Sums) -> Rows:
        if self._is_any_unknown:
            return np.arange(len(sums))
        return np.flatnonzero(self._bounds.are_worth_it(sums))

    def _looked_at(self, number: int, left: "_Left") -> "_Left":
        """Have one comparison look at the pairs of which nothing was told."""
        comparer = self._by[number]
        rest = np.flatnonzero(left.reached[number] == UNTOLD)
        if not len(rest):
            return left
        found = self._read(comparer, left.lo.take(rest), left.hi.take(rest))
        left.reached[number, rest] = found
        left.sums[rest] += self._bounds.lost(number, comparer).take(found)
        if comparer.most[0] == inf:  # these come first; what others gain is not known before
            return left
        return left.only(np.flatnonzero(self._bounds.are_worth_it(left.sums)))

    def _read(self, comparer: Comparer, lo: Rows, hi: Rows) -> NDArray[np.int32]:
        """Which outcome each pair reaches: by texts where these tell, else by the records."""
        if comparer.read is None:
            return self._compared(comparer, lo, hi)
        found = comparer.read(self._columns, lo, hi).astype(np.int32)
        rest = np.flatnonzero(found == UNTOLD)
        found[rest] = self._compared(comparer, lo[rest], hi[rest])
        return found

    def _compared(self, comparer: Comparer, lo: Rows, hi: Rows) -> NDArray[np.int32]:
        """Which outcome each pair reaches, or that it says nothing."""
        codes = self._columns[comparer.name]
        shown = codes.take(lo), codes.take(hi)
        if comparer.name in SHOWN:
            shown = SHOWN[comparer.name](self._columns, lo, hi, shown)
            shown = np.minimum(*shown), np.maximum(*shown)  # whichever record comes first
        numbers, first, which = distinct_pairs(*shown)
        values = numbers.tolist()
        known = comparer.known
        reached = [known.get(value, UNTOLD) for value in values]
        new = [place for place, outcome in enumerate(reached) if outcome == UNTOLD]
        pairs = first.take(np.array(new, np.int64))
        rows = zip(lo.take(pairs).tolist(), hi.take(pairs).tolist(), strict=True)
        for place, (low, high) in zip(new, rows, strict=True):
            left, right = (self._look(row, comparer.reads) for row in (low, high))
            reached[place] = comparer.place_of(values[place], left, right)
        return np.array(reached, np.int32).take(which)

    def _kept(self, left: "_Left") -> Weighed:
        """The pairs that are worth it after all; what is told of them is all they say now."""
        weights = _against_both(left.sums)
        kept = np.flatnonzero(weights >= self._model.review_bits)
        reached = np.maximum(left.reached[:, kept], 0)  # instead of `NONE`
        tables = [list(comparer.table) for comparer in self._by]
        return Weighed(
            left.lo[kept],
            left.hi[kept],
            weights[kept],
            np.ascontiguousarray(reached.T, _smallest(tables)),
            tables,
        )


@dataclass(frozen=True, slots=True)
class _Left:
    """Pairs that may still be worth it: the most they may come to, and what they reached.

    `reached[j, k]` is the outcome of pair k by comparer j, `NONE` or `UNTOLD`.
    """

    lo: Rows
    hi: Rows
    sums: Sums
    reached: NDArray[np.int32]

    def only(self, which: Rows) -> "_Left":
        """These pairs, or still all if nearly all are: the others are dropped at the end."""
        if len(which) > NEARLY_ALL * len(self.lo):
            return self
        lo, hi = self.lo.take(which), self.hi.take(which)
        return _Left(lo, hi, self.sums.take(which), self.reached.take(which, axis=1))


def _joined(parts: Sequence[_Left]) -> _Left:
    return _Left(
        np.concatenate([part.lo for part in parts]),
        np.concatenate([part.hi for part in parts]),
        np.concatenate([part.sums for part in parts]),
        np.concatenate([part.reached for part in parts], axis=1),
    )


def _cheapest_first(by: Sequence[Comparer]) -> list[int]:
    """The comparers in the order in which they are asked what they can tell unseen."""
    cost = {name: place for place, name in enumerate(CERTAIN)}
    return sorted(range(len(by)), key=lambda number: cost.get(by[number].name, 0))


def _remembered_first(by: Sequence[Comparer]) -> list[int]:
    """The comparers in the order in which they look at pairs.

    Those of unknown gain, of which nothing else is known before; then names, which come again
    and again; then those that may gain most.
    """
    place = {name: number for number, name in enumerate(NAMES)}

    def cost(number: int) -> tuple[bool, int, float]:
        most, _ = by[number].most
        return most < inf, place.get(by[number].name, len(NAMES)), -most

    return sorted(range(len(by)), key=cost)


def _smallest(tables: Sequence[Collection[Outcome]]) -> np.dtype:
    """What holds a place in any of the tables."""
    return np.min_scalar_type(max(map(len, tables), default=0))


def _against_both(sums: Sums) -> NDArray[np.float64]:
    """The weights of pairs by their evidence against either explanation."""
    weights = sums.real.copy()
    with np.errstate(invalid="ignore"):
        gaps = sums.real - sums.imag
    rivals = np.flatnonzero(gaps >= LEAST_GAP_BITS)
    weights[rivals] -= taken_off(gaps[rivals])
    return weights


def scored(
    model: MatchModel,
    names: Sequence[str],
    tables: Sequence[Sequence[Outcome]],
    row: Sequence[int],
    weight_bits: float,
) -> Scored:
    """One kept pair as the scorer of single pairs would have given it."""
    levels: dict[str, str] = {}
    bits: dict[str, float] = {}
    unrelated = model.prior_bits
    for name, table, reached in zip(names, tables, row, strict=True):
        if reached:
            levels[name], bits[name], _ = table[reached - 1]
            unrelated += bits[name]
    if weight_bits != unrelated:
        levels[HOUSEHOLD] = "possible"
        bits[HOUSEHOLD] = weight_bits - unrelated
    return Scored(weight_bits, levels, bits)


def merged(parts: Sequence[Weighed]) -> Weighed:
    """The kept pairs of several runs of `weigh` by the same comparers, under common tables."""
    width = len(parts[0].tables)
    tables: list[dict[Outcome, int]] = [{} for _ in range(width)]
    columns = []
    for part in parts:
        new = [
            [0, *(known.setdefault(each, len(known) + 1) for each in table)]
            for known, table in zip(tables, part.tables, strict=True)
        ]
        moved = part.outcomes.astype(_smallest(tables))
        for number, places in enumerate(new):
            if places != list(range(len(places))):  # else they stand where they stood
                moved[:, number] = np.array(places)[part.outcomes[:, number]]
        columns.append(moved)
    return Weighed(
        np.concatenate([part.lo for part in parts]),
        np.concatenate([part.hi for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate(columns),
        [list(known) for known in tables],
    )
