"""Comparisons made of columns and conditions, as Splink's are: what a `MatchModel` may hold.

A comparison is a list of levels; the first whose condition holds is the one reached. Its weight
is log2(m/u), corrected by how common the agreed value is where the level asks for that:
weight × (log2 u of the exact level − log2 of the larger share). A null level weighs nothing.
Source: Splink 5, `internals/comparison_level.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2

from matching.core.features import Features
from matching.splink.evaluate import Holds, Read, condition
from matching.splink.sql import Column, Compare, Node, SqlError, columns_of, parse
from matching.splink.tables import FieldError, reader

ELSE = "ELSE"
SMALLEST = 1e-300  # of m and u; Splink's own limit


class ColumnError(ValueError):
    """A column comparison is wrong; the message names it, its condition and the remedy."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How common each value of a column is, 0 to 1; `rare` stands for all others."""

    rare: float
    values: Mapping[str, float]

    def of(self, value: str) -> float:
        return self.values.get(value, self.rare)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Weigh a level by how common the value in `column` is. `exact_u` is what it replaces."""

    column: str
    weight: float
    least_u: float
    exact_u: float
    own_u: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its condition in SQL, and its odds; without odds it is a null level."""

    label: str
    when: str
    m: float | None = None
    u: float | None = None
    adjustment: Adjustment | None = None

    @property
    def bits(self) -> float | None:
        if self.m is None or self.u is None:
            return None
        return log2(max(self.m, SMALLEST) / max(self.u, SMALLEST))


@dataclass(frozen=True, slots=True)
class ColumnComparison:
    """A name and levels in order, the last of which always holds."""

    name: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Columns:
    """All column comparisons of a model. `fields`: column → attribute of ours."""

    fields: Mapping[str, str]
    comparisons: tuple[ColumnComparison, ...]
    shares: Mapping[str, Shares]
    dialect: str = "duckdb"

    def ready(self) -> tuple["ReadyColumn", ...]:
        """The comparisons ready to run; raises `ColumnError` for what cannot be run."""
        readers = {name: _reader(name, attribute) for name, attribute in self.fields.items()}
        return tuple(_ready(each, readers, self.shares) for each in self.comparisons)


@dataclass(frozen=True, slots=True)
class ReadyColumn:
    """A comparison ready to run. `parts` are the attributes of `Features` it reads."""

    name: str
    parts: tuple[str, ...]
    levels: tuple[tuple[Holds | None, "Weigh"], ...]

    def weigh(self, left: Features, right: Features) -> tuple[str, float] | None:
        """The label of the level reached and its bits; `None` for a null level."""
        for holds, weigh in self.levels:
            if holds is None or holds(left, right):
                return weigh(left, right)
        raise AssertionError("the last level holds always")


@dataclass(frozen=True, slots=True)
class Weigh:
    """What a level answers: its label and bits, corrected by `shares` where it is adjusted."""

    label: str
    bits: float | None
    read: Read | None = None
    adjustment: Adjustment | None = None
    shares: Shares | None = None

    def __call__(self, left: Features, right: Features) -> tuple[str, float] | None:
        if self.bits is None:
            return None
        adjusted, shares, read = self.adjustment, self.shares, self.read
        if adjusted is None or shares is None or read is None:
            return self.label, self.bits
        common = [shares.of(value) for value in (read(left), read(right)) if value]
        if not common:
            return self.label, self.bits
        share = max(*common, adjusted.least_u)
        gained = adjusted.weight * (log2(adjusted.exact_u) - log2(share))
        return self.label, self.bits + gained


Readers = Mapping[str, tuple[str, Read]]


def _ready(
    comparison: ColumnComparison, readers: Readers, shares: Mapping[str, Shares]
) -> ReadyColumn:
    reads = {name: read for name, (_, read) in readers.items()}
    levels: list[tuple[Holds | None, Weigh]] = []
    used: set[str] = set()
    for level in comparison.levels:
        adjusted = level.adjustment
        used |= {adjusted.column} if adjusted else set()
        holds = None
        if level.when != ELSE:
            node = _parsed(comparison.name, level.when)
            used |= columns_of(node)
            try:
                holds = condition(node, reads)
            except SqlError as problem:
                raise _wrong(comparison.name, level.when, problem) from None
        levels.append((holds, _weigh(comparison.name, level, reads, shares)))
    if not used:
        raise ColumnError(f"columns.{comparison.name} reads no column: leave it out")
    parts = tuple(sorted({readers[name][0] for name in used}))
    return ReadyColumn(f"columns.{comparison.name}", parts, tuple(levels))


def _weigh(
    name: str, level: Level, reads: Mapping[str, Read], shares: Mapping[str, Shares]
) -> Weigh:
    adjusted = level.adjustment
    if adjusted is None:
        return Weigh(level.label, level.bits)
    if adjusted.column not in reads or adjusted.column not in shares:
        raise ColumnError(
            f"columns.{name}: level “{level.label}” is weighed by how common a value of "
            f"{adjusted.column} is: add that column to fields and to frequencies"
        )
    return Weigh(
        level.label, level.bits, reads[adjusted.column], adjusted, shares[adjusted.column]
    )


def exact_column(name: str, when: str) -> str:
    """The column of a condition that says no more than "equal"; empty for other conditions."""
    match _parsed(name, when):
        case Compare("=", Column(one, ours), Column(other, theirs)):
            return one if one == other and ours != theirs else ""
    return ""


def _parsed(name: str, when: str) -> Node:
    try:
        return parse(when)
    except SqlError as problem:
        raise _wrong(name, when, problem) from None


def _wrong(name: str, when: str, problem: Exception) -> ColumnError:
    return ColumnError(f"columns.{name}: “{when}” is not supported, {problem}")


def _reader(name: str, attribute: str) -> tuple[str, Read]:
    try:
        return reader(attribute)
    except FieldError as problem:
        raise ColumnError(f"columns.fields.{name}: {problem}") from None
