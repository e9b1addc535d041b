"""Everything about a batch of records, read by one statement and so at one moment.

Two statements would see two moments: a record that arrives between them would be compared
with contents it never stood beside, or not at all.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from matching.core.blocking import IDENTIFYING
from matching.core.model import MatchModel
from matching.live import WHAT_IT_SAYS
from profiles.arrays import id_array, text_array
from profiles.prepared import ask

# OFFSET 0 keeps look-ups by index what they are, however many rows are expected: a statement
# about a few records must never read a whole table. Every step of the plan takes its time
# before the first row comes, so there are few, and none about lost keys where none is lost.
# kinds and limits travel as two arrays; a kind without a limit of its own uses the default
_OWN = """
WITH own AS MATERIALIZED (
    SELECT k.record_id, k.key, k.kind, s.stage <> 'observe' AS matches
    FROM profiles_sourcerecord r
    JOIN profiles_source s ON s.id = r.source_id
    CROSS JOIN LATERAL (
        SELECT * FROM matching_blockkey k WHERE k.record_id = r.id OFFSET 0
    ) k
    WHERE r.id = ANY(%(records)s::bigint[])
),
"""
_ASKED = """
asked AS (SELECT DISTINCT key, kind, 0 AS lost, true AS is_own FROM own),
"""
_ASKED_OR_LOST = """
lost AS MATERIALIZED (
    SELECT o.key, o.records, coalesce(
        (SELECT g.kind FROM matching_generickey g WHERE g.key = o.key),
        (SELECT b.kind FROM matching_blockkey b WHERE b.key = o.key LIMIT 1)
    ) AS kind
    FROM unnest(%(lost_keys)s::bigint[], %(lost_records)s::int[]) AS o (key, records)
),
asked AS (
    SELECT key, kind, sum(records) AS lost, bool_or(is_own) AS is_own
    FROM (
        SELECT key, kind, 0 AS records, true AS is_own FROM own
        UNION ALL SELECT key, kind, records, false FROM lost WHERE kind IS NOT NULL
    ) AS every GROUP BY key, kind
),
"""
_SEEN = f"""
counted AS MATERIALIZED (
    SELECT a.key, a.kind, a.lost, a.is_own, l.most,
        (SELECT g.key FROM matching_generickey g WHERE g.key = a.key) IS NOT NULL
            AS was_generic,
        ARRAY(
            SELECT b.record_id FROM matching_blockkey b WHERE b.key = a.key LIMIT l.most + 1
        ) AS records
    FROM asked a
    JOIN unnest(%(kinds)s::varchar[], %(limits)s::int[]) AS l (kind, most) ON l.kind = a.kind
),
sized AS NOT MATERIALIZED (
    -- a key that has just come back under its limit counts as crossed even where nobody noted
    -- it as generic: another worker may be about to
    SELECT *, cardinality(records) > most AS is_generic,
        (cardinality(records) > most) <> was_generic
            OR (cardinality(records) <= most AND cardinality(records) + lost > most) AS crossed
    FROM counted
),
involved AS (
    SELECT id, array_agg(met) FILTER (WHERE met IS NOT NULL) AS met
    FROM (
        SELECT k.id, o.record_id AS met
        FROM own o
        JOIN sized z ON z.key = o.key AND NOT z.is_generic
        CROSS JOIN LATERAL unnest(z.records) AS k (id)
        WHERE k.id <> o.record_id
        AND o.matches  -- those only observed are counted for the limits, never compared
        UNION ALL
        SELECT hi_id, NULL FROM matching_link WHERE lo_id = ANY(%(records)s::bigint[])
        UNION ALL
        SELECT lo_id, NULL FROM matching_link WHERE hi_id = ANY(%(records)s::bigint[])
        UNION ALL SELECT unnest(%(records)s::bigint[]), NULL
    ) AS every GROUP BY id
)
SELECT 'record', r.id, r.version, r.deleted_at IS NULL AND r.erased_at IS NULL, s.stage,
    {WHAT_IT_SAYS}, i.met
FROM involved i
CROSS JOIN LATERAL (SELECT * FROM profiles_sourcerecord r WHERE r.id = i.id OFFSET 0) r
LEFT JOIN LATERAL (
    SELECT * FROM matching_keyedrecord k WHERE k.record_id = i.id OFFSET 0
) k ON true
JOIN profiles_source s ON s.id = r.source_id
UNION ALL SELECT CASE WHEN is_generic THEN 'became' ELSE 'no longer' END, key, NULL, NULL,
    kind, NULL, NULL FROM sized WHERE crossed
UNION ALL SELECT 'noted', key, NULL, NULL, NULL, NULL, NULL FROM sized
    WHERE was_generic AND is_own
UNION ALL SELECT 'value', key, NULL, NULL, NULL, NULL, NULL FROM matching_generickey
    WHERE kind = ANY(%(identifying)s::varchar[])
"""  # noqa: S608 - words of our own
STATEMENT = _OWN + _ASKED + _SEEN
STATEMENT_WITH_LOST = _OWN + _ASKED_OR_LOST + _SEEN

HOLDS = """
SELECT
    (SELECT version FROM matching_matchmodelversion WHERE state = 'live'),
    ARRAY(
        SELECT DISTINCT k.key FROM matching_blockkey k
        CROSS JOIN LATERAL (
            SELECT FROM matching_generickey g WHERE g.key = k.key OFFSET 0
        ) g
        WHERE k.record_id = ANY(%s::bigint[])
    ),
    ARRAY(SELECT key FROM matching_generickey WHERE kind = ANY(%s::varchar[]))
"""

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
    parameters = {
        "records": id_array(records),
        "kinds": kinds,
        "limits": most,
        "identifying": _IDENTIFYING,
    }
    statement = STATEMENT
    if lost_keys:
        statement = STATEMENT_WITH_LOST
        parameters["lost_keys"] = id_array(lost_keys)
        parameters["lost_records"] = id_array(lost_keys.values())
    seen: dict[int, SeenRecord] = {}
    pairs: set[tuple[int, int]] = set()
    keys: dict[str, list[Any]] = {"noted": [], "value": [], "became": [], "no longer": []}
    for what, key, version, flag, word, said, met in ask(
        statement, parameters, about=len(records)
    ):
        if what == "record":
            seen[key] = SeenRecord(key, version, flag, word, said)
            for own in met or ():
                pairs.add((own, key) if own < key else (key, own))
        else:
            keys[what].append((key, word) if what == "became" else key)
    return Snapshot(
        pairs=sorted(pairs),
        generic=frozenset(keys["noted"]),
        noted_values=frozenset(keys["value"]),
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
