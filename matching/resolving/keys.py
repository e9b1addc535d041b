"""Block keys, features and dirty marks, written in the transaction that stored the records."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from matching.core.blocking import IDENTIFYING, KEY_SCHEME
from matching.live import fold, keys_of
from matching.models import DirtyRecord
from profiles.arrays import id_array, key_array, text_array
from profiles.models import SourceRecord
from profiles.prepared import ask, tell
from profiles.signals import RecordChange

Keys = frozenset[tuple[str, int]]


class Made(NamedTuple):
    """What is kept of a version of a record: its block keys, and its features as a text.

    `source` is the id of the record's source.
    """

    source: int
    version: int
    keys: Keys = frozenset()
    folded: str | None = None


# Outdated keys are no longer noted: ingest has just taken them away, `rekey` notes them anew.
WRITE_KEYS = """
WITH noted AS (
    INSERT INTO matching_keyedrecord AS held (record_id, source_id, scheme, version, folded)
    SELECT id, source, %s, version, folded
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[])
        AS made (id, source, version, folded)
    ON CONFLICT (record_id) DO UPDATE SET scheme = excluded.scheme, outdated = NULL,
        version = excluded.version, folded = excluded.folded
)
INSERT INTO matching_blockkey (record_id, kind, key)
SELECT * FROM unnest(%s::bigint[], %s::varchar[], %s::bigint[])
ON CONFLICT (record_id, key) DO NOTHING
"""

HELD = "SELECT record_id, key FROM matching_blockkey WHERE record_id = ANY(%s::bigint[])"
DROP_KEYS = """
DELETE FROM matching_blockkey held
USING unnest(%s::bigint[], %s::bigint[]) AS lost (record_id, key)
WHERE held.record_id = lost.record_id AND held.key = lost.key
"""


def replace_keys(changes: Sequence[RecordChange]) -> dict[int, list[int]]:
    """Bring the block keys of changed records up to date; return the keys each one lost."""
    wanted = {each.record.pk: made_of(each.record, each.attributes) for each in changes}
    lost = lost_keys(wanted, of=[c.record.pk for c in changes if c.record.version > 1])
    drop_keys(lost)
    write_keys(wanted)
    return lost


def made_of(record: SourceRecord, attributes: dict[str, Any]) -> Made:
    """What is to be kept of a record that says this; of one that is gone, nothing."""
    return made(record.source_id, record.version, attributes, is_live=record.is_live)


def made(source: int, version: int, attributes: dict[str, Any], *, is_live: bool) -> Made:
    """The same from the source's id, the version, and whether the record is there."""
    if not is_live:
        return Made(source, version)
    folded = fold(attributes)
    return Made(source, version, keys_of(folded.features), folded.as_text())


def lost_keys(wanted: Mapping[int, Made], *, of: Collection[int]) -> dict[int, list[int]]:
    """Keys that these records have and shall have no longer, ascending. One query."""
    return {
        record_id: sorted(held - {key for _, key in wanted[record_id].keys})
        for record_id, held in _held_keys(of).items()
    }


def write_keys(wanted: Mapping[int, Made]) -> None:
    """Add keys to those that records have; keep features, and the scheme all was made by."""
    rows = sorted((pk, kind, key) for pk, each in wanted.items() for kind, key in each.keys)
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    records, kinds, keys = columns
    facts = [
        KEY_SCHEME,
        id_array(wanted),
        id_array(each.source for each in wanted.values()),
        id_array(each.version for each in wanted.values()),
        text_array(each.folded for each in wanted.values()),
        id_array(records),
        key_array(kinds),
        id_array(keys),
    ]
    tell(WRITE_KEYS, facts, about=len(wanted))


def _held_keys(record_ids: Collection[int]) -> dict[int, set[int]]:
    held: dict[int, set[int]] = defaultdict(set)
    if record_ids:
        for record_id, key in ask(HELD, [id_array(record_ids)], about=len(record_ids)):
            held[record_id].add(key)
    return held


def drop_keys(lost: Mapping[int, Iterable[int]]) -> None:
    """Take keys away from records."""
    rows = sorted((pk, key) for pk, keys in lost.items() for key in keys)
    columns = list(zip(*rows, strict=True))
    if columns:
        tell(DROP_KEYS, [id_array(column) for column in columns], about=len(lost))


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
