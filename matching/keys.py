"""Block keys and dirty marks, written in the transaction that stored the records."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from matching.features import features_of
from matching.live import keys_of
from matching.models import BlockKey, DirtyRecord
from profiles.signals import RecordChange

REPLACE_KEYS = """
INSERT INTO matching_blockkey (record_id, kind, key)
SELECT * FROM unnest(%s::bigint[], %s::varchar[], %s::bigint[])
ON CONFLICT ON CONSTRAINT key_once_per_record DO NOTHING
"""

DROP_KEYS = """
DELETE FROM matching_blockkey held
USING unnest(%s::bigint[], %s::bigint[]) AS lost (record_id, key)
WHERE held.record_id = lost.record_id AND held.key = lost.key
"""


def replace_keys(changes: Sequence[RecordChange]) -> dict[int, list[int]]:
    """Bring the block keys of changed records up to date; return the keys each one lost."""
    wanted = {change.record.pk: _keys(change) for change in changes}
    held = _held_keys([c.record.pk for c in changes if c.record.version > 1])
    lost = {
        record_id: sorted(held[record_id] - {key for _, key in keys})
        for record_id, keys in wanted.items()
        if record_id in held
    }
    _delete_keys((pk, key) for pk, keys in lost.items() for key in keys)
    _insert_keys((pk, kind, key) for pk, keys in wanted.items() for kind, key in keys)
    return lost


def _keys(change: RecordChange) -> frozenset[tuple[str, int]]:
    if not change.record.is_live:
        return frozenset()
    return keys_of(features_of(change.attributes))


def _held_keys(record_ids: Collection[int]) -> dict[int, set[int]]:
    held: dict[int, set[int]] = defaultdict(set)
    rows = BlockKey.objects.filter(record_id__in=record_ids).values_list("record_id", "key")
    for record_id, key in rows:
        held[record_id].add(key)
    return held


def _delete_keys(rows: Iterable[tuple[int, int]]) -> None:
    columns = list(zip(*sorted(rows), strict=True))
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(DROP_KEYS, [list(column) for column in columns])


def _insert_keys(rows: Iterable[tuple[int, str, int]]) -> None:
    columns = list(zip(*sorted(rows), strict=True))
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(REPLACE_KEYS, [list(column) for column in columns])


def mark_dirty(
    record_ids: Iterable[int],
    *,
    lane: DirtyRecord.Lane = DirtyRecord.Lane.LIVE,
    touched: dict[int, list[int]] | None = None,
) -> None:
    """Ask for records to be resolved. `touched` holds keys a record has just lost."""
    DirtyRecord.objects.bulk_create(
        [
            DirtyRecord(record_id=pk, lane=lane, touched_keys=(touched or {}).get(pk, []))
            for pk in record_ids
        ],
        batch_size=2000,
    )


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
SELECT id, 1, '{}'::bigint[], now(), now(), 0, '' FROM profiles_sourcerecord
WHERE %(source)s::bigint IS NULL OR source_id = %(source)s
ORDER BY id
"""


def mark_all_dirty(*, of_source: int | None = None) -> int:
    """Ask for every record, or those of one source, to be looked at; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_ALL, {"source": of_source})
        return int(cursor.rowcount)
