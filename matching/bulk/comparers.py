"""What a model compares by: one comparer for each column, and what it gains at the best."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import inf

from matching.bulk.certain import CERTAIN
from matching.bulk.certain_contacts import account_teller
from matching.bulk.columns import CUSTOM, IDENTIFIERS
from matching.bulk.name_places import NamePlaces
from matching.bulk.naming import NameTeller
from matching.bulk.parts import parts_of
from matching.bulk.told import NONE, Tell
from matching.core.comparisons import LEVELS, custom, identifier
from matching.core.features import Features
from matching.core.model import MatchModel, on_grid
from matching.core.steps import BitTable, Step
from matching.splink.columns import ReadyColumn

Outcome = tuple[str, float, float]  # level, bits against "unrelated" and against "household"
Bits = tuple[float, float]
NAMES = {"given_name": "given", "family_name": "family"}
KNOWN_AT_ONCE = 200_000  # outcomes of pairs of values a comparer remembers, some 100 bytes each


@dataclass(frozen=True, slots=True)
class Comparer:
    """One column: what two records reach by the fields it reads; `None` if they say nothing.

    `most` is what it may gain at the best, in bits against "unrelated" and "household";
    infinite if unknown. `tell` names outcomes of pairs that need not be looked at, `read` of
    others, from texts of many at a time. `table` holds the outcomes met so far: those these two
    may name, at the places they name, then others.
    `known` maps what two records show to a place in the table, from 1 on, or to `NONE`.
    """

    name: str
    reads: tuple[str, ...]
    outcome: Callable[[Features, Features], Outcome | None]
    most: Bits
    tell: Tell | None = None
    read: Tell | None = None
    table: dict[Outcome, int] = field(default_factory=dict)
    known: dict[int, int] = field(default_factory=dict)

    def place_of(self, shown: int, left: Features, right: Features) -> int:
        """Compare two records, and remember what came of it."""
        outcome = self.outcome(left, right)
        place = NONE
        if outcome is not None:
            place = self.table.setdefault(outcome, len(self.table) + 1)
        if len(self.known) >= KNOWN_AT_ONCE:
            self.known.clear()
        self.known[shown] = place
        return place


def comparers(model: MatchModel, columns: Collection[str]) -> list[Comparer]:
    """What the model compares by, for the columns that are there."""
    found = [_of_name(model, s) if s.name in NAMES else _of_step(s) for s in model.steps]
    found += [
        Comparer(step.name, step.parts, partial(_of_column, step), (inf, inf))
        for step in model.column_steps
    ]
    for column in sorted(columns):
        prefix, _, name = column.partition(".")
        if prefix == IDENTIFIERS and model.identifiers:
            bits = model.identifier_bits.get(name, model.identifier_bits["default"])
            gain, tell = partial(_of_identifier, name, bits), account_teller(column)
            table = _table("identifier", bits)
            found.append(Comparer(column, (prefix,), gain, _most(bits), tell, table=table))
        elif prefix == CUSTOM and name in model.custom_bits:
            bits = model.custom_bits[name]
            found.append(
                Comparer(column, (prefix,), partial(_of_custom, name, bits), _most(bits))
            )
    return [comparer for comparer in found if comparer.name in columns]


def _of_step(step: Step) -> Comparer:
    tell = CERTAIN.get(step.name)
    table = _table(step.name, step.bits) if tell is not None else {}
    return Comparer(
        step.name, parts_of(step.name).reads, step.weigh, step.most, tell, table=table
    )


def _of_name(model: MatchModel, step: Step) -> Comparer:
    table = _table(step.name, step.bits)
    own = model.frequencies.get(step.name)
    teller = NameTeller(NAMES[step.name], NamePlaces(step, own.values if own else (), table))
    reads = parts_of(step.name).reads
    return Comparer(step.name, reads, step.weigh, step.most, teller.unseen, teller.seen, table)


def _table(comparison: str, bits: BitTable) -> dict[Outcome, int]:
    return {(level, *bits[level]): n for n, level in enumerate(LEVELS[comparison], 1)}


def _most(bits: Mapping[str, Bits]) -> Bits:
    return max(gained for gained, _ in bits.values()), max(kept for _, kept in bits.values())


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
