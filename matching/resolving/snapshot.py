"""Everything about a batch of records, read by one statement and so at one moment.

Two statements would see two moments: a record that arrives between them would be compared
with contents it never stood beside, or not at all.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from c360.sql.arrays import id_array, text_array
from c360.sql.prepared import ask
from matching.core.blocking import IDENTIFYING
from matching.core.model import MatchModel
from matching.resolving.statements import HOLDS, OF_MANY, OF_MANY_AND_LOST_KEYS, OF_ONE

_IDENTIFYING = text_array(IDENTIFYING)
NOTHING: Mapping[int, int] = MappingProxyType({})


class SeenRecord(NamedTuple):
    """A record as the snapshot saw it; what it `said` is a text for `matching.live.read`."""

    id: int
    version: int
    is_live: bool
    stage: str
    said: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Candidate pairs `(lo, hi)`, keys that crossed their limit, and the records involved.

    `generic` are those keys of the batch that were noted as generic before, `noted_values` the
    keys of all identifying values that were, and `generic_values` those that are now.
    """

    pairs: list[tuple[int, int]]
    generic: frozenset[int]
    noted_values: frozenset[int]
    became_generic: list[tuple[int, str]]
    no_longer_generic: list[int]
    records: Mapping[int, SeenRecord]

    @property
    def generic_values(self) -> frozenset[int]:
        if not (self.became_generic or self.no_longer_generic):
            return self.noted_values
        became = {key for key, kind in self.became_generic if kind in IDENTIFYING}
        return (self.noted_values | became) - set(self.no_longer_generic)


@lru_cache(maxsize=8)
def _as_arrays(*limits: tuple[str, int]) -> tuple[str, str]:
    """Kinds and their limits, as they are sent with every snapshot under a model."""
    return text_array(kind for kind, _ in limits), id_array(most for _, most in limits)


def take_snapshot(
    records: Collection[int], *, model: MatchModel, lost_keys: Mapping[int, int] = NOTHING
) -> Snapshot:
    """Read a batch. One query; its cost grows with the candidates, not with the database.

    `lost_keys` says of how many records of the batch each block key has been taken away.
    """
    kinds, most = _as_arrays(*model.limits.items())
    parameters: dict[str, str | int] = {
        "records": id_array(records),
        "kinds": kinds,
        "limits": most,
        "identifying": _IDENTIFYING,
    }
    if lost_keys:
        statement = OF_MANY_AND_LOST_KEYS
        parameters["lost_keys"] = id_array(lost_keys)
        parameters["lost_records"] = id_array(lost_keys.values())
    elif len(records) == 1:
        statement = OF_ONE
        [parameters["record"]] = records
    else:
        statement = OF_MANY
    seen: dict[int, SeenRecord] = {}
    pairs: set[tuple[int, int]] = set()
    keys: dict[str, list[Any]] = {"noted": [], "became": [], "no longer": []}
    values: frozenset[int] = frozenset()
    for what, key, version, flag, word, said, met in ask(
        statement, parameters, about=len(records)
    ):
        if what == "record":
            seen[key] = SeenRecord(key, version, flag, word, said)
            for own in met or ():
                pairs.add((own, key) if own < key else (key, own))
        elif what == "values":
            values = frozenset(met)
        else:
            keys[what].append((key, word) if what == "became" else key)
    return Snapshot(
        pairs=sorted(pairs),
        generic=frozenset(keys["noted"]),
        noted_values=values,
        became_generic=sorted(keys["became"]),
        no_longer_generic=sorted(keys["no longer"]),
        records=seen,
    )


class Holding(NamedTuple):
    """The version that is live, and the keys noted as generic, as in a `Snapshot`."""

    model_version: str | None
    generic: frozenset[int]
    noted_values: frozenset[int]


def what_holds(records: Collection[int]) -> Holding:
    """What a snapshot of these records stood on, as it is now. One query."""
    parameters = [id_array(records), _IDENTIFYING]
    [(version, generic, values)] = ask(HOLDS, parameters, about=len(records))
    return Holding(version, frozenset(generic), frozenset(values))
