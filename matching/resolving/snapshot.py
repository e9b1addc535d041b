"""Everything about a batch of records, read by one statement and so at one moment.

Two statements would see two moments: a record that arrives between them would be compared
with contents it never stood beside, or not at all.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from matching.core.blocking import IDENTIFYING
from matching.core.model import MatchModel
from matching.live import WHAT_IT_SAYS
from profiles.arrays import id_array
from profiles.prepared import ask

# OFFSET 0 keeps look-ups by index what they are, however many rows are expected: a statement
# about a few records must never read a whole table.
# kinds and limits travel as two arrays; a kind without a limit of its own uses the default
STATEMENT = f"""
WITH limits AS (
    SELECT * FROM unnest(%(kinds)s::varchar[], %(limits)s::int[]) AS l (kind, most)
),
own AS MATERIALIZED (
    SELECT k.record_id, k.key, k.kind, s.stage <> 'observe' AS matches
    FROM matching_blockkey k
    JOIN profiles_sourcerecord r ON r.id = k.record_id
    JOIN profiles_source s ON s.id = r.source_id
    WHERE k.record_id = ANY(%(records)s::bigint[])
),
lost AS MATERIALIZED (
    SELECT o.key, o.records, coalesce(
        (SELECT g.kind FROM matching_generickey g WHERE g.key = o.key),
        (SELECT b.kind FROM matching_blockkey b WHERE b.key = o.key LIMIT 1)
    ) AS kind
    FROM unnest(%(lost_keys)s::bigint[], %(lost_records)s::int[]) AS o (key, records)
),
asked AS MATERIALIZED (
    SELECT key, kind FROM own UNION SELECT key, kind FROM lost WHERE kind IS NOT NULL
),
counted AS MATERIALIZED (
    SELECT a.key, a.kind, l.most,
        (SELECT g.key FROM matching_generickey g WHERE g.key = a.key) IS NOT NULL
            AS was_generic,
        coalesce((SELECT sum(o.records) FROM lost o WHERE o.key = a.key), 0) AS lost,
        these.size, these.records
    FROM asked a
    JOIN limits l ON l.kind = a.kind
    CROSS JOIN LATERAL (
        SELECT count(*) AS size, array_agg(record_id) AS records FROM (
            SELECT b.record_id FROM matching_blockkey b WHERE b.key = a.key LIMIT l.most + 1
        ) AS first
    ) AS these
),
sized AS MATERIALIZED (
    -- a key that has just come back under its limit counts as crossed even where nobody noted
    -- it as generic: another worker may be about to
    SELECT key, kind, records, was_generic, size > most AS is_generic,
        (size > most) <> was_generic OR (size <= most AND size + lost > most) AS crossed
    FROM counted
),
pairs AS MATERIALIZED (
    SELECT DISTINCT least(o.record_id, k.id) AS lo, greatest(o.record_id, k.id) AS hi
    FROM own o
    JOIN sized z ON z.key = o.key AND NOT z.is_generic
    CROSS JOIN LATERAL unnest(z.records) AS k (id)
    WHERE k.id <> o.record_id
    AND o.matches  -- those only observed are counted for the limits, never compared
),
links AS MATERIALIZED (
    SELECT lo_id AS lo, hi_id AS hi FROM matching_link WHERE lo_id = ANY(%(records)s::bigint[])
    UNION
    SELECT lo_id, hi_id FROM matching_link WHERE hi_id = ANY(%(records)s::bigint[])
),
involved AS (
    SELECT lo AS id FROM pairs UNION SELECT hi FROM pairs
    UNION SELECT lo FROM links UNION SELECT hi FROM links
    UNION SELECT unnest(%(records)s::bigint[])
)
SELECT
    (SELECT coalesce(json_agg(json_build_array(lo, hi)), '[]') FROM pairs),
    (SELECT coalesce(json_agg(json_build_array(key, kind, is_generic)), '[]')
     FROM sized WHERE crossed),
    (SELECT coalesce(json_agg(DISTINCT z.key), '[]')
     FROM own JOIN sized z ON z.key = own.key AND z.was_generic),
    (SELECT coalesce(json_agg(key), '[]') FROM matching_generickey
     WHERE kind = ANY(%(identifying)s::varchar[])),
    (SELECT coalesce(json_agg(json_build_array(
        r.id, r.version, r.deleted_at IS NULL AND r.erased_at IS NULL, s.stage, {WHAT_IT_SAYS}
     )), '[]')
     FROM involved i
     CROSS JOIN LATERAL (SELECT * FROM profiles_sourcerecord r WHERE r.id = i.id OFFSET 0) r
     LEFT JOIN LATERAL (
        SELECT * FROM matching_keyedrecord k WHERE k.record_id = i.id OFFSET 0
     ) k ON true
     JOIN profiles_source s ON s.id = r.source_id)
"""  # noqa: S608 - words of our own

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

NOTHING: Mapping[int, int] = MappingProxyType({})


class SeenRecord(NamedTuple):
    """A record as the snapshot saw it; what it `said` is for `matching.live.read`."""

    id: int
    version: int
    is_live: bool
    stage: str
    said: dict[str, Any] | list[Any]


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
        became = {key for key, kind in self.became_generic if kind in IDENTIFYING}
        return (self.noted_values | became) - set(self.no_longer_generic)


def take_snapshot(
    records: Collection[int], *, model: MatchModel, lost_keys: Mapping[int, int] = NOTHING
) -> Snapshot:
    """Read a batch. One query; its cost grows with the candidates, not with the database.

    `lost_keys` says of how many records of the batch each block key has been taken away.
    """
    limits = model.generic_limits()
    parameters: dict[str, str | list[str]] = {
        "records": id_array(records),
        "lost_keys": id_array(lost_keys),
        "lost_records": id_array(lost_keys.values()),
        "kinds": list(limits),
        "identifying": list(IDENTIFYING),
        "limits": id_array(limits.values()),
    }
    [(pairs, crossed, generic, values, seen)] = ask(STATEMENT, parameters, about=len(records))
    return Snapshot(
        pairs=sorted((lo, hi) for lo, hi in pairs),
        generic=frozenset(generic),
        noted_values=frozenset(values),
        became_generic=sorted((key, kind) for key, kind, now in crossed if now),
        no_longer_generic=sorted(key for key, _, now in crossed if not now),
        records={row[0]: SeenRecord(*row) for row in seen},
    )


class Holding(NamedTuple):
    """The version that is live, and the keys noted as generic, as in a `Snapshot`."""

    model_version: str | None
    generic: frozenset[int]
    noted_values: frozenset[int]


def what_holds(records: Collection[int]) -> Holding:
    """What a snapshot of these records stood on, as it is now. One query."""
    parameters = [id_array(records), list(IDENTIFYING)]
    [(version, generic, values)] = ask(HOLDS, parameters, about=len(records))
    return Holding(version, frozenset(generic), frozenset(values))
