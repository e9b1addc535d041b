"""The levels of our own comparisons as a function of two records, for use inside Splink.

Most of our levels are no SQL: nicknames, parts of names and streets are looked up. So an
exported model asks `c360_level('given_name', record_l, record_r)`, and whoever runs it gives
that function to the database first (`docs/splink.md`).
"""

import json
from functools import lru_cache

from matching.core.comparisons import COMPARISONS, custom, identifier
from matching.core.features import Features, features_of

FUNCTION = "c360_level"


@lru_cache(maxsize=100_000)
def _features(record: str) -> Features:
    return features_of(json.loads(record))


def level(comparison: str, left: str, right: str) -> str | None:
    """Name the level two records reach; `None` where either side is blank.

    `left` and `right` are attributes of records as JSON; `comparison` is the name of one of
    our comparisons, or `identifiers.NAMESPACE` or `custom.NAME`. Raises `KeyError` for others.
    """
    return level_of(comparison, _features(left), _features(right))


def level_of(comparison: str, ours: Features, theirs: Features) -> str | None:
    """As `level`, of two records that are read already."""
    group, _, name = comparison.partition(".")
    if not name:
        return COMPARISONS[comparison](ours, theirs)
    if group == "identifiers":
        held, other = dict(ours.identifiers).get(name), dict(theirs.identifiers).get(name)
        return identifier(held, other) if held and other else None
    mine, yours = dict(ours.custom).get(name), dict(theirs.custom).get(name)
    return custom(mine, yours) if mine and yours else None
