"""Block keys of stored records made again, after the code that makes them has changed.

Two passes, each in small transactions that can be stopped, killed and repeated. The first adds
the new keys; outdated ones stay, so that a record which is resolved meanwhile still meets
those whose keys are not made yet. The second takes the outdated ones away. Either marks the
records it is done with, each of them once.
"""

import json
import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from c360.sql.arrays import id_array
from matching.core.blocking import KEY_SCHEME
from matching.models import DirtyRecord
from matching.progress import Stage, TellStage, silent_stage
from matching.resolving import keys, marks

logger = logging.getLogger(__name__)
Parameters = Sequence[int | str] | Mapping[str, int | str]

AT_ONCE = 1_000
WAIT_SECONDS = 0.2

BEHIND = """
SELECT count(*) FROM profiles_sourcerecord r
LEFT JOIN matching_keyedrecord k ON k.record_id = r.id
WHERE k.scheme IS DISTINCT FROM %s OR k.outdated IS NOT NULL
"""
OTHER_SCHEME = """
FROM profiles_sourcerecord r LEFT JOIN matching_keyedrecord k ON k.record_id = r.id
WHERE k.scheme IS DISTINCT FROM %(scheme)s AND r.id <> ALL(%(failed)s::bigint[])
"""
COUNT_OTHERS = f"SELECT count(*) {OTHER_SCHEME}"
# Nothing is waited for while records are locked, so no importer is ever part of a circle. What
# an importer holds gets its keys from the importer, or from the next round.
LOCK_OTHERS = f"""
SELECT r.id, r.source_id, r.version, r.attributes,
    r.deleted_at IS NULL AND r.erased_at IS NULL
{OTHER_SCHEME} AND r.id > %(after)s
ORDER BY r.id LIMIT %(limit)s FOR NO KEY UPDATE OF r SKIP LOCKED
"""
NOTE_OUTDATED = """
UPDATE matching_keyedrecord SET outdated = %s::bigint[] WHERE record_id = %s
"""
LOCK_OUTDATED = """
SELECT k.record_id, k.outdated
FROM matching_keyedrecord k JOIN profiles_sourcerecord r ON r.id = k.record_id
WHERE k.outdated IS NOT NULL
ORDER BY k.record_id LIMIT %s FOR NO KEY UPDATE OF k, r SKIP LOCKED
"""
FORGET_OUTDATED = """
UPDATE matching_keyedrecord SET outdated = NULL WHERE record_id = ANY(%s::bigint[])
"""
COUNT_OUTDATED = "SELECT count(*) FROM matching_keyedrecord WHERE outdated IS NOT NULL"
DISTRUST = """
UPDATE matching_keyedrecord held SET scheme = 0 FROM (
    SELECT record_id FROM matching_keyedrecord ORDER BY record_id FOR UPDATE SKIP LOCKED
) AS free WHERE held.record_id = free.record_id
"""


@dataclass
class Rekeyed:
    """What became of the records: how many have new keys, lost some, could not be read."""

    records: int = 0
    lost_keys: int = 0
    failed: list[int] = field(default_factory=list)


def records_behind() -> int:
    """How many records do not have just the keys of this code's scheme. One query."""
    return _number(BEHIND, [KEY_SCHEME])


def in_words(behind: int) -> str:
    """One line for people about records that are behind."""
    return (
        f"{behind} records have block keys of another version of Customer 360, so they may not "
        "meet newer ones: run rekey."
    )


def distrust_all() -> None:
    """Let the next `rekey` make the keys of every record, whatever scheme is noted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DISTRUST)


def rekey(*, tell: TellStage = silent_stage) -> Rekeyed:
    """Give every record the keys of this code's scheme and have it resolved again.

    Returns when none is behind but those that cannot be read, which keep the keys they have.
    Beside importers and workers; must be called outside a transaction.
    """
    done = Rekeyed()
    while left := _number(COUNT_OTHERS, _chosen(done)):
        _add_new_keys(done, left, tell)
        if _number(COUNT_OTHERS, _chosen(done)):
            time.sleep(WAIT_SECONDS)  # for importers that held some of them
    while left := _number(COUNT_OUTDATED, []):
        _drop_outdated_keys(done, left, tell)
        if _number(COUNT_OUTDATED, []):
            time.sleep(WAIT_SECONDS)
    return done


def _chosen(done: Rekeyed) -> dict[str, int | str]:
    return {"scheme": KEY_SCHEME, "failed": id_array(done.failed)}


def _add_new_keys(done: Rekeyed, left: int, tell: TellStage) -> None:
    """One round over the records that nobody else holds, ascending."""
    after, before = 0, done.records
    while True:
        with transaction.atomic():
            rows = _fetch(LOCK_OTHERS, _chosen(done) | {"after": after, "limit": AT_ONCE})
            if not rows:
                return
            _rekey_these(rows, done)
        after = rows[-1][0]
        tell(Stage("Making keys", "records", done.records - before, left))


Row = tuple[int, int, int, str, bool]  # id, source, version, attributes, whether it is live


def _rekey_these(rows: Collection[Row], done: Rekeyed) -> None:
    wanted = dict(_readable(rows, done))
    lost = {pk: old for pk, old in keys.lost_keys(wanted, of=wanted).items() if old}
    keys.write_keys(wanted)
    with connection.cursor() as cursor:
        cursor.executemany(NOTE_OUTDATED, [(id_array(old), pk) for pk, old in lost.items()])
    marks.mark_dirty(sorted(wanted.keys() - lost.keys()), lane=DirtyRecord.Lane.BULK)
    done.records += len(wanted)


def _readable(rows: Collection[Row], done: Rekeyed) -> Iterator[tuple[int, keys.Made]]:
    """Records with the keys they shall have; one that breaks the code holds up no other."""
    for pk, source, version, attributes, is_live in rows:
        try:
            yield pk, keys.made(source, version, json.loads(attributes), is_live=is_live)
        except Exception:
            logger.exception("record %d cannot be read and keeps its block keys", pk)
            done.failed.append(pk)


def _drop_outdated_keys(done: Rekeyed, left: int, tell: TellStage) -> None:
    """One round over the records that nobody else holds."""
    before = done.lost_keys
    while True:
        with transaction.atomic():
            lost: dict[int, list[int]] = dict(_fetch(LOCK_OUTDATED, [AT_ONCE]))
            if not lost:
                return
            keys.drop_keys(lost)
            marks.mark_dirty(lost, lane=DirtyRecord.Lane.BULK, touched=lost)
            with connection.cursor() as cursor:
                cursor.execute(FORGET_OUTDATED, [id_array(lost)])
        done.lost_keys += len(lost)
        tell(Stage("Dropping outdated keys", "records", done.lost_keys - before, left))


def _number(query: str, parameters: Parameters) -> int:
    return int(_fetch(query, parameters)[0][0])


def _fetch(query: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
