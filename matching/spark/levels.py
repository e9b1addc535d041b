"""The levels two records reach, as numbers: what Splink asks on each machine of Spark.

Needs this repository and its packages there, but neither Django nor the database.
"""

import json
from base64 import b64decode
from dataclasses import dataclass
from functools import lru_cache

from matching.core.codec import unpacked
from matching.core.features import Features
from matching.splink.columns import ReadyColumn
from matching.splink.levels import level_of
from matching.splink.spec import columns_from_spec
from matching.splink.tables import row

BLANK = 0  # the number of the null level of our own comparisons, which stands first


@dataclass(frozen=True)
class Question:
    """Our comparisons by name with the number of each level, column comparisons ready to run,
    and the attribute of each column of values."""

    own: tuple[tuple[str, dict[str | None, int]], ...]
    columns: tuple[ReadyColumn, ...]
    values: dict[str, str]


@lru_cache(maxsize=1)
def question(text: str) -> Question:
    """Read what `matching.spark.asking` wrote."""
    found = json.loads(text)
    columns = columns_from_spec(found["columns"]) if found["columns"] else None
    return Question(
        own=tuple(
            (name, {None: BLANK} | {label: place for place, label in enumerate(labels, 1)})
            for name, labels in found["own"]
        ),
        columns=columns.ready() if columns else (),
        values=found["values"],
    )


def numbers(text: str, left: str, right: str) -> list[int]:
    """The place of the level that two records, as written, reach in each comparison."""
    asked, one, other = question(text), features(left), features(right)
    own = [places.get(level_of(name, one, other), len(places)) for name, places in asked.own]
    return own + [_place(step, one, other) for step in asked.columns]


def _place(step: ReadyColumn, left: Features, right: Features) -> int:
    return next(
        place
        for place, (holds, _) in enumerate(step.levels)
        if holds is None or holds(left, right)
    )


def values(text: str, record: str) -> list[str | None]:
    """The values that levels are weighed by, in the order of the columns; `None` for blank."""
    found = row(features(record), question(text).values)
    return [value or None for value in found.values()]


@lru_cache(maxsize=100_000)
def features(record: str) -> Features:
    """A record as `matching.spark.tables` writes it."""
    return unpacked(b64decode(record))
