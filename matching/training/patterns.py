"""The levels of many pairs, counted: what EM works on instead of the pairs themselves.

A pattern is the level of every comparison at once. Hundreds of thousands of pairs show a few
thousand patterns, so an iteration costs patterns, not pairs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.core.model import MatchModel, Table

Floats = NDArray[np.float64]
MISSING = -1
Code = tuple[int, ...]


@dataclass(frozen=True)
class Columns:
    """The comparisons to learn, by name as `Scored` knows them, with the levels of each."""

    levels: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.levels)

    def code(self, reached: Mapping[str, str]) -> Code:
        """Return the number of each level reached, `MISSING` where nothing was compared."""
        return tuple(
            levels.index(reached[name]) if name in reached else MISSING
            for name, levels in self.levels.items()
        )


def columns_of(model: MatchModel) -> Columns:
    """Every comparison, identifier and custom attribute that the model has a table for."""
    return Columns({name: tuple(table) for name, table in tables_of(model).items()})


def tables_of(model: MatchModel) -> dict[str, Table]:
    """The tables of a model by the names that `Scored.levels` uses."""
    return {
        **model.comparisons,
        **{f"identifiers.{name}": table for name, table in model.identifiers.items()},
        **{f"custom.{name}": table for name, table in model.custom.items()},
    }


@dataclass(frozen=True)
class Patterns:
    """Distinct patterns: `codes` (patterns × columns), `counts` and `allowed` explanations.

    `allowed` (patterns × 3) is true where a pair may be one person, two of one household, two
    unrelated people; a person's verdict rules some of them out.
    """

    columns: Columns
    codes: NDArray[np.int16]
    counts: Floats
    allowed: NDArray[np.bool_]

    @property
    def total(self) -> float:
        """How many pairs were counted."""
        return float(self.counts.sum())


ANY = (True, True, True)
SAME = (True, False, False)
DIFFERENT = (False, True, True)
Allowed = tuple[bool, bool, bool]


def count_patterns(
    columns: Columns, seen: Iterable[tuple[Code, Allowed]]
) -> tuple[Patterns, list[int]]:
    """Count (code, allowed) of pairs; return also the pattern each pair shows.

    The patterns are sorted, so that the result does not depend on the order of the pairs.
    """
    keys = list(seen)
    counts = Counter(keys)
    ordered = sorted(counts)
    place = {key: number for number, key in enumerate(ordered)}
    width = len(columns.names)
    patterns = Patterns(
        columns=columns,
        codes=np.array([code for code, _ in ordered], np.int16).reshape(-1, width),
        counts=np.array([counts[key] for key in ordered], np.float64),
        allowed=np.array([allowed for _, allowed in ordered], np.bool_).reshape(-1, 3),
    )
    return patterns, [place[key] for key in keys]
