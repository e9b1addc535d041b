"""The weights of many pairs over columns: each distinct pair of parts is compared once.

The comparisons are the same functions that single pairs go through (`matching.core.scoring`),
called once for all pairs that show them the same parts. Bits lie on a grid on which sums are
exact, so a weight is the same to the last bit whichever way it was added up.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import inf

import numpy as np
from numpy.typing import NDArray

from matching.bulk.certain import ALONE, CERTAIN, Told
from matching.bulk.columns import CUSTOM, IDENTIFIERS, SILENT, Codes
from matching.core.comparisons import custom, identifier
from matching.core.features import Features
from matching.core.model import BitTable, MatchModel, Step, on_grid
from matching.core.scoring import HOUSEHOLD, Scored, against_both
from matching.splink.columns import ReadyColumn

Rows = NDArray[np.int64]
Look = Callable[[int], Features]
Outcome = tuple[str, float, float]  # level, bits against "unrelated" and against "household"
NOBODY = "\0"  # no name, so as rare as names get
_ODD = np.int64(0x9E3779B97F4A7C1 | 1)


@dataclass(frozen=True, slots=True)
class Comparer:
    """One column: what two records reach by it; `None` where they say nothing.

    `most` is what it may gain against "unrelated" at the best, in bits; infinite if unknown.
    `certain` tells of many pairs which levels they reach without being looked at, worth `bits`.
    """

    name: str
    outcome: Callable[[Features, Features], Outcome | None]
    most: float
    certain: Callable[[Mapping[str, Codes], Rows, Rows], Told] | None = None
    bits: BitTable = field(default_factory=dict)


@dataclass(frozen=True)
class Weighed:
    """Pairs worth keeping: their rows, weights in bits, and outcomes by comparer.

    `outcomes[k, j]` says which of `tables[j]` pair k reached by comparer j; 0 is none.
    """

    lo: Rows
    hi: Rows
    weights: NDArray[np.float64]
    outcomes: NDArray[np.int32]
    tables: list[list[Outcome]]


def comparers(model: MatchModel, columns: Collection[str]) -> list[Comparer]:
    """What the model compares by, for the columns that are there."""
    found = [_of_step(step) for step in model.steps]
    found += [
        Comparer(step.name, partial(_of_column, step), inf) for step in model.column_steps
    ]
    for column in sorted(columns):
        prefix, _, name = column.partition(".")
        if prefix == IDENTIFIERS and model.identifiers:
            bits = model.identifier_bits.get(name, model.identifier_bits["default"])
            found.append(Comparer(column, partial(_of_identifier, name, bits), _most(bits)))
        elif prefix == CUSTOM and name in model.custom_bits:
            bits = model.custom_bits[name]
            found.append(Comparer(column, partial(_of_custom, name, bits), _most(bits)))
    return [comparer for comparer in found if comparer.name in columns]


def _of_step(step: Step) -> Comparer:
    return Comparer(step.name, step.weigh, _most_of(step), CERTAIN.get(step.name), step.bits)


def _most(bits: BitTable) -> float:
    return max(gained for gained, _ in bits.values())


def _most_of(step: Step) -> float:
    """Nothing gains more than the best level, or than agreeing on a name nobody else has."""
    if step.by_value is None:
        return _most(step.bits)
    return max(_most(step.bits), step.by_value(Features(given=NOBODY, family=NOBODY))[0])


def _of_column(step: ReadyColumn, left: Features, right: Features) -> Outcome | None:
    found = step.weigh(left, right)
    if found is None:
        return None
    gained = on_grid(found[1])
    return found[0], gained, gained


def _of_identifier(namespace: str, bits: BitTable, left: Features, right: Features) -> Outcome:
    level = identifier(dict(left.identifiers)[namespace], dict(right.identifiers)[namespace])
    return (level, *bits[level])


def _of_custom(attribute: str, bits: BitTable, left: Features, right: Features) -> Outcome:
    level = custom(dict(left.custom)[attribute], dict(right.custom)[attribute])
    return (level, *bits[level])


def weigh(
    model: MatchModel,
    by: Sequence[Comparer],
    columns: Mapping[str, Codes],
    look: Look,
    lo: Rows,
    hi: Rows,
) -> Weighed:
    """Weigh pairs of rows and keep those at or above the review threshold, in their order.

    A pair that cannot reach the threshold any more, whatever the comparisons left would say, is
    dropped on the way: most candidates are strangers, and the first few differences tell.
    """
    outcomes = np.zeros((len(lo), len(by)), np.int32)
    tables: list[list[Outcome]] = [[] for _ in by]
    bound = np.full(len(lo), model.prior_bits)
    for comparer in by:
        bound += _speaks(columns[comparer.name], lo, hi) * _finite(comparer.most)
    of_unknown_gain = any(comparer.most == inf for comparer in by)
    alive = np.arange(len(lo))
    for number, comparer in enumerate(by):
        told, tables[number] = _certain(comparer, columns, lo[alive], hi[alive])
        outcomes[alive, number] = told
        bound[alive] += _lost(comparer, tables[number])[told]
        if not of_unknown_gain:
            alive = alive[bound[alive] >= model.review_bits]
    for number in sorted(range(len(by)), key=lambda number: -by[number].most):
        comparer = by[number]
        rest = alive[outcomes[alive, number] == 0]
        rest = rest[_speaks(columns[comparer.name], lo[rest], hi[rest])]
        reached = _compared(comparer, columns, look, lo[rest], hi[rest], tables[number])
        outcomes[rest, number] = reached
        bound[rest] += _lost(comparer, tables[number])[reached]
        if comparer.most < inf:  # those of unknown gain come first
            alive = alive[bound[alive] >= model.review_bits]
    first, which = _patterns(outcomes[alive], tables)
    distinct = [_weight(model, tables, outcomes[alive[row]]) for row in first]
    weights = np.array(distinct, np.float64)[which]
    kept = weights >= model.review_bits
    alive, weights = alive[kept], weights[kept]
    return Weighed(lo[alive], hi[alive], weights, outcomes[alive], tables)


def _speaks(codes: Codes, lo: Rows, hi: Rows) -> NDArray[np.bool_]:
    """Where both records of a pair have something to say."""
    return np.asarray((codes[lo] != SILENT) & (codes[hi] != SILENT))


def _finite(bits: float) -> float:
    return bits if bits < inf else 0.0


def _lost(comparer: Comparer, table: Sequence[Outcome]) -> NDArray[np.float64]:
    """How far each outcome is from the most a comparer might gain; nothing where it said none.

    One of unknown gain was not counted on, so all it gains comes on top.
    """
    most = _finite(comparer.most)
    return np.array([0.0, *(gained - most for _, gained, _ in table)])


def _certain(
    comparer: Comparer, columns: Mapping[str, Codes], lo: Rows, hi: Rows
) -> tuple[NDArray[np.int32], list[Outcome]]:
    """Which outcome each pair reaches for certain, from 1 on, and the outcomes there are."""
    found = np.zeros(len(lo), np.int32)
    known: list[Outcome] = []
    if comparer.certain is not None:
        speak = np.flatnonzero(_speaks(columns[comparer.name], lo, hi))
        for level, certain in comparer.certain(columns, lo[speak], hi[speak]):
            known.append((level, *comparer.bits[level]))
            found[speak[certain]] = len(known)
    return found, known


def _compared(
    comparer: Comparer,
    columns: Mapping[str, Codes],
    look: Look,
    lo: Rows,
    hi: Rows,
    table: list[Outcome],
) -> NDArray[np.int32]:
    """Which outcome each pair reaches; new ones are added to the table. 0 is none."""
    known = {outcome: number for number, outcome in enumerate(table, 1)}
    first, which = _distinct(*_shown(comparer.name, columns, lo, hi))
    reached = np.zeros(len(first), np.int32)
    pairs = zip(lo[first].tolist(), hi[first].tolist(), strict=True)
    for place, (left, right) in enumerate(pairs):
        outcome = comparer.outcome(look(left), look(right))
        if outcome is not None:
            reached[place] = known.setdefault(outcome, len(known) + 1)
    table[:] = known
    return reached[which]


def _shown(name: str, columns: Mapping[str, Codes], lo: Rows, hi: Rows) -> tuple[Codes, Codes]:
    """Numbers for all a comparison looks at in each pair: mostly those of the two records."""
    ours, theirs = columns[name][lo], columns[name][hi]
    if (alone := ALONE.get(name)) is not None:
        mine, yours = columns[alone][lo], columns[alone][hi]
        ours, theirs = np.where(mine == yours, (mine, yours), (ours, theirs))
    return ours, theirs


def _distinct(ours: Codes, theirs: Codes) -> tuple[Rows, Rows]:
    """Where each distinct pair of numbers first stands, and which one every pair is."""
    with np.errstate(over="ignore"):
        mixed = ours * _ODD + theirs
    _, first, which = np.unique(mixed, return_index=True, return_inverse=True)
    return first, which


def _patterns(
    outcomes: NDArray[np.int32], tables: Sequence[Sequence[Outcome]]
) -> tuple[Rows, Rows]:
    """Where each distinct row of outcomes first stands, and which one every row is."""
    which = np.zeros(len(outcomes), np.int64)
    first = np.zeros(min(1, len(outcomes)), np.int64)
    for number, table in enumerate(tables):
        combined = which * (len(table) + 1) + outcomes[:, number]
        _, first, which = np.unique(combined, return_index=True, return_inverse=True)
    return first, which


def _weight(
    model: MatchModel, tables: Sequence[Sequence[Outcome]], row: NDArray[np.int32]
) -> float:
    unrelated, household = model.prior_bits, model.household_bits
    for table, reached in zip(tables, row.tolist(), strict=True):
        if reached:
            _, gained, kept = table[reached - 1]
            unrelated += gained
            household += kept
    return against_both(unrelated, household)


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
        moved = np.empty_like(part.outcomes)
        for number, known in enumerate(tables):
            new = [known.setdefault(each, len(known) + 1) for each in part.tables[number]]
            moved[:, number] = np.array([0, *new], np.int32)[part.outcomes[:, number]]
        columns.append(moved)
    return Weighed(
        np.concatenate([part.lo for part in parts]),
        np.concatenate([part.hi for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate(columns),
        [list(known) for known in tables],
    )
