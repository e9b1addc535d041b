"""What was learnt, written as the spec of a model."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log2
from typing import Any

import numpy as np

from matching.core.model import Frequencies, MatchModel, Odds
from matching.training.mixture import HOUSEHOLD, PERSON, Tables
from matching.training.patterns import Columns, Floats, tables_of

ENOUGH_PAIRS = 20.0  # seen at a level, from which the data outweigh the starting model
Spec = dict[str, Any]
# What only repeats another comparison: a mailbox that is just the name agrees among namesakes,
# and next to never among strangers drawn at random, from whom `u` is learnt.
REPEATING = frozenset({("email", "namesake")})
GUARDS_ON_WEIGHTS = (
    *("birth_date_bits", "names_bits", "twins_bits"),
    *("bridge_bits", "bridge_floor_bits"),
)


@dataclass(frozen=True)
class Learnt:
    """Tables (3 × levels a column), u a column, and how many pairs each class has.

    `counts` (3 × levels a column) holds the pairs behind each figure: those expected to be one
    person and one household among the candidates, and the strangers drawn at random.
    """

    tables: Tables
    u: Sequence[Floats]
    counts: Tables
    persons: float
    households: float
    all_pairs: int


def to_spec(
    start: MatchModel,
    columns: Columns,
    learnt: Learnt,
    frequencies: Mapping[str, Frequencies],
    *,
    leave: Sequence[str] = (),
) -> Spec:
    """Return the spec of the starting model with what was learnt in place of its tables.

    The less a level was seen, the nearer its evidence stays to that of the starting model.
    Columns named in `leave` are taken out.
    """
    spec = start.to_spec()
    for number, (name, levels) in enumerate(columns.levels.items()):
        if name in leave:
            _remove(spec, name)
        else:
            before = tables_of(start)[name]
            odds = [
                asdict(before[level])
                if (name, level) in REPEATING
                else _odds(learnt, number, place, before[level])
                for place, level in enumerate(levels)
            ]
            _put(spec, name, dict(zip(levels, odds, strict=True)))
    spec["prior"] = {
        "prior_bits": _bits(learnt.persons, learnt.all_pairs - learnt.persons),
        "household_bits": _bits(learnt.persons, learnt.households),
    }
    spec["frequencies"] = {
        kind: {"rare": table.rare, "values": dict(table.values)}
        for kind, table in frequencies.items()
    }
    return spec


def _bits(these: float, those: float) -> float:
    return round(float(np.clip(log2(max(these, 1e-9) / max(those, 1e-9)), -60, 60)), 4)


def _odds(learnt: Learnt, column: int, level: int, before: Odds) -> dict[str, float]:
    """Odds of one level; its bits are blended with those it had, by how often it was seen.

    Without that, a level that does not occur in the data would gain or lose evidence only
    because m and u are known from different numbers of pairs.
    """
    m = float(learnt.tables[column][PERSON, level])
    h = float(learnt.tables[column][HOUSEHOLD, level])
    u = float(learnt.u[column][level])
    persons, households, strangers = learnt.counts[column][:, level]
    against_u = _blend(log2(m / u), log2(before.m / before.u), persons + strangers)
    against_h = _blend(log2(m / h), log2(before.m / before.h), persons + households)
    return {
        "m": _probability(m),
        "u": _probability(m * 2.0**-against_u),
        "h": _probability(m * 2.0**-against_h),
    }


def _blend(learnt_bits: float, before_bits: float, pairs: float) -> float:
    trust = pairs / (pairs + ENOUGH_PAIRS)
    return float(trust * learnt_bits + (1 - trust) * before_bits)


def _probability(value: float) -> float:
    """Six significant digits, which is far more than any sample can tell."""
    return float(f"{min(max(float(value), 1e-9), 1.0):.6g}")


def _put(spec: Spec, name: str, table: Mapping[str, Any]) -> None:
    section, _, own = name.partition(".")
    if own:
        spec[section][own] = dict(table)
    else:
        spec["comparisons"][name] = dict(table)


def _remove(spec: Spec, name: str) -> None:
    section, _, own = name.partition(".")
    spec[section].pop(own)


def with_thresholds(spec: Spec, *, join_bits: float, review_bits: float) -> Spec:
    """Set the thresholds; limits of guards that are weights move with the join threshold."""
    moved = join_bits - spec["thresholds"]["join_bits"]
    guards = dict(spec["guards"])
    for name in GUARDS_ON_WEIGHTS:
        if name in guards:
            guards[name] = round(float(np.clip(guards[name] + moved, -100, 100)), 2)
    thresholds = spec["thresholds"] | {"join_bits": join_bits, "review_bits": review_bits}
    return spec | {"thresholds": thresholds, "guards": guards}


def largest_changes(old: MatchModel, new: MatchModel, most: int = 15) -> list[dict[str, Any]]:
    """The levels whose evidence against "unrelated" changed most, in bits, largest first.

    `before` is None for comparisons the old model did not have.
    """
    before, after = tables_of(old), tables_of(new)
    found = []
    for name, table in after.items():
        for level, odds in table.items():
            had = round(before[name][level].bits[0], 2) if name in before else None
            has = round(odds.bits[0], 2)
            if had != has:
                found.append((-abs(has - (had or 0.0)), name, level, had, has))
    return [
        {"comparison": name, "level": level, "before": had, "after": has}
        for _, name, level, had, has in sorted(found, key=lambda each: each[:3])[:most]
    ]
