"""Dirty marks: which records are asked for to be resolved, and why so many or so few."""

from collections.abc import Collection, Iterable

from django.db import connection

from c360.sql.arrays import id_array, text_array
from c360.sql.prepared import tell
from matching.core.blocking import IDENTIFYING
from matching.models import DirtyRecord

MARK = """
INSERT INTO matching_dirtyrecord
    (record_id, lane, touched_keys, created_at, not_before, attempts, error)
SELECT record_id, %s, lost::bigint[], clock_timestamp(), clock_timestamp(), 0, ''
FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS new (record_id, lost, place)
ORDER BY place
"""


def mark_dirty(
    record_ids: Iterable[int],
    *,
    lane: DirtyRecord.Lane = DirtyRecord.Lane.LIVE,
    touched: dict[int, list[int]] | None = None,
) -> None:
    """Ask for records to be resolved. `touched` holds keys a record has just lost."""
    lost = touched or {}
    ids = list(record_ids)
    if ids:
        keys = text_array(id_array(lost.get(pk, ())) for pk in ids)  # none of arrays is ragged
        tell(MARK, [lane.value, id_array(ids), keys], about=len(ids))


MARK_BLOCKS = """
INSERT INTO matching_dirtyrecord
    (record_id, lane, touched_keys, created_at, not_before, attempts, error)
SELECT DISTINCT record_id, 1, '{}'::bigint[], now(), now(), 0, ''
FROM matching_blockkey WHERE key = ANY(%s) AND record_id <> ALL(%s)
"""


def mark_blocks_dirty(keys: Collection[int], *, besides: Collection[int]) -> None:
    """Ask for every record under these keys to be looked at again."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_BLOCKS, [list(keys), list(besides)])


# Pairs that share a value that identifies meet by that as well, and are asked for when that one
# becomes generic. A link is written by whoever holds the mark of one of its ends: either it is
# there already, or that mark still is. The locks on rows of either are of no interest here.
MARK_MET = """
INSERT INTO matching_dirtyrecord
    (record_id, lane, touched_keys, created_at, not_before, attempts, error)
WITH under AS MATERIALIZED (
    SELECT key, record_id FROM matching_blockkey
    WHERE key = ANY(%(keys)s::bigint[]) AND record_id <> ALL(%(besides)s::bigint[])
), linked AS MATERIALIZED (
    SELECT under.key, record_id AS lo_id, hi_id
    FROM under
    CROSS JOIN LATERAL (
        SELECT hi_id FROM matching_link WHERE lo_id = under.record_id OFFSET 0
    ) link
), met AS MATERIALIZED (
    SELECT DISTINCT lo_id, hi_id FROM linked WHERE (hi_id, key) IN (
        SELECT record_id, key FROM under
    )
)
SELECT record_id, 1, '{}'::bigint[], now(), now(), 0, '' FROM (
    SELECT lo_id AS record_id FROM met WHERE (
        SELECT true
        FROM matching_blockkey lo
        CROSS JOIN LATERAL (
            SELECT FROM matching_blockkey hi
            WHERE hi.record_id = met.hi_id AND hi.key = lo.key
                AND (SELECT g.key FROM matching_generickey g WHERE g.key = lo.key) IS NULL
            OFFSET 0
        ) hi
        WHERE lo.record_id = met.lo_id AND lo.kind = ANY(%(identifying)s::varchar[])
        LIMIT 1
    ) IS NULL
    UNION
    SELECT record_id FROM matching_dirtyrecord
    WHERE lane < 2 AND record_id IN (SELECT record_id FROM under)
) AS concerned
"""


def mark_met_dirty(keys: Collection[int], *, besides: Collection[int]) -> None:
    """Ask for pairs that may have met by these keys alone to be looked at: one end of each.

    Enough where a key brings candidates no longer and nothing else of its records changes: a
    pair without a link loses nothing. `besides` are looked at anyway, and so are their links.
    """
    identifying = text_array(IDENTIFYING)
    facts = {"keys": id_array(keys), "besides": id_array(besides), "identifying": identifying}
    tell(MARK_MET, facts, about=len(keys))


MARK_ALL = """
INSERT INTO matching_dirtyrecord
    (record_id, lane, touched_keys, created_at, not_before, attempts, error)
SELECT id, %(lane)s, '{}'::bigint[], now(),
    CASE WHEN %(lane)s = 2 THEN timestamptz '9999-01-01' ELSE now() END, 0, ''
FROM profiles_sourcerecord
WHERE %(source)s::bigint IS NULL OR source_id = %(source)s
ORDER BY id
"""
RELEASE = """
UPDATE matching_dirtyrecord SET lane = 1, not_before = now(), created_at = now() WHERE lane = 2
"""


def mark_all_dirty(
    *, of_source: int | None = None, lane: DirtyRecord.Lane = DirtyRecord.Lane.BULK
) -> int:
    """Ask for every record, or those of one source, to be looked at; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_ALL, {"source": of_source, "lane": lane.value})
        return int(cursor.rowcount)


def release_held() -> int:
    """Let marks that were held be taken; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE)
        return int(cursor.rowcount)
