"""What is asked about a batch before it is weighed, and once more under its locks.

OFFSET 0 keeps look-ups by index what they are, however many rows are expected: a statement
about a few records must never read a whole table. Every step of the plan takes its time before
the first row comes, so there are few: none about lost keys where none is lost, and fewer for
one record than for many. Kinds and limits travel as two arrays.
"""

from matching.core.blocking import KEY_SCHEME

_SOUGHT = """
    (SELECT g.key FROM matching_generickey g WHERE g.key = a.key) IS NOT NULL AS was_generic,
    ARRAY(
        SELECT b.record_id FROM matching_blockkey b WHERE b.key = a.key LIMIT l.most + 1
    ) AS records
"""
_LIMITS = """
JOIN unnest(%(kinds)s::varchar[], %(limits)s::int[]) AS l (kind, most) ON l.kind = a.kind
"""
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
_COUNTED = f"""
counted AS MATERIALIZED (
    SELECT a.key, a.kind, a.lost, a.is_own, l.most, {_SOUGHT} FROM asked a {_LIMITS}
),
"""  # noqa: S608 - words of our own
# those only observed are counted for the limits, never compared
_INVOLVED = """
involved AS (
    SELECT id, array_agg(met) FILTER (WHERE met IS NOT NULL) AS met
    FROM (
        SELECT k.id, o.record_id AS met
        FROM own o
        JOIN sized z ON z.key = o.key AND NOT z.is_generic
        CROSS JOIN LATERAL unnest(z.records) AS k (id)
        WHERE k.id <> o.record_id AND o.matches
        UNION ALL
        SELECT hi_id, NULL FROM matching_link WHERE lo_id = ANY(%(records)s::bigint[])
        UNION ALL
        SELECT lo_id, NULL FROM matching_link WHERE hi_id = ANY(%(records)s::bigint[])
        UNION ALL SELECT unnest(%(records)s::bigint[]), NULL
    ) AS every GROUP BY id
)
"""
_COUNTED_OF_ONE = f"""
WITH counted AS MATERIALIZED (
    SELECT a.key, a.kind, 0 AS lost, true AS is_own, l.most, {_SOUGHT}
    FROM matching_blockkey a {_LIMITS}
    WHERE a.record_id = %(record)s::bigint
),
"""  # noqa: S608 - words of our own
_INVOLVED_OF_ONE = """
involved AS (
    SELECT id, CASE WHEN bool_or(is_met) THEN ARRAY[%(record)s::bigint] END AS met
    FROM (
        SELECT k.id, true AS is_met
        FROM profiles_sourcerecord r
        JOIN profiles_source s ON s.id = r.source_id AND s.stage <> 'observe'
        CROSS JOIN sized z
        CROSS JOIN LATERAL unnest(z.records) AS k (id)
        WHERE r.id = %(record)s::bigint AND NOT z.is_generic AND k.id <> r.id
        UNION ALL SELECT hi_id, false FROM matching_link WHERE lo_id = %(record)s::bigint
        UNION ALL SELECT lo_id, false FROM matching_link WHERE hi_id = %(record)s::bigint
        UNION ALL SELECT %(record)s::bigint, false
    ) AS every GROUP BY id
)
"""
_SIZED = """
sized AS NOT MATERIALIZED (
    -- a key that has just come back under its limit counts as crossed even where nobody noted
    -- it as generic: another worker may be about to
    SELECT *, cardinality(records) > most AS is_generic,
        (cardinality(records) > most) <> was_generic
            OR (cardinality(records) <= most AND cardinality(records) + lost > most) AS crossed
    FROM counted
),
"""
# What is kept of a record beside its keys is written with each of its versions. So the record
# itself is read only where this code would make other features, or there are none.
_READ = f"""
SELECT 'record', i.id, coalesce(r.version, k.version), coalesce(r.is_live, true), s.stage,
    coalesce(r.said, k.folded), i.met
FROM involved i
LEFT JOIN LATERAL (
    SELECT * FROM matching_keyedrecord k WHERE k.record_id = i.id OFFSET 0
) k ON true
LEFT JOIN LATERAL (
    SELECT r.version, r.source_id, r.deleted_at IS NULL AND r.erased_at IS NULL AS is_live,
        r.attributes::text AS said
    FROM profiles_sourcerecord r
    WHERE r.id = i.id
        AND (k.scheme = {KEY_SCHEME} AND k.folded IS NOT NULL) IS NOT TRUE
    OFFSET 0
) r ON true
JOIN profiles_source s ON s.id = coalesce(r.source_id, k.source_id)
UNION ALL SELECT CASE WHEN is_generic THEN 'became' ELSE 'no longer' END, key, NULL, NULL,
    kind, NULL, NULL FROM sized WHERE crossed
UNION ALL SELECT 'noted', key, NULL, NULL, NULL, NULL, NULL FROM sized
    WHERE was_generic AND is_own
UNION ALL SELECT 'values', NULL, NULL, NULL, NULL, NULL, ARRAY(
    SELECT key FROM matching_generickey WHERE kind = ANY(%(identifying)s::varchar[])
)
"""  # noqa: S608 - words of our own
OF_MANY = _OWN + _ASKED + _COUNTED + _SIZED + _INVOLVED + _READ
OF_MANY_AND_LOST_KEYS = _OWN + _ASKED_OR_LOST + _COUNTED + _SIZED + _INVOLVED + _READ
OF_ONE = _COUNTED_OF_ONE + _SIZED + _INVOLVED_OF_ONE + _READ

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
