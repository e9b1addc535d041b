"""The queue of dirty marks: claiming, giving back, setting aside."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from matching.models import DirtyRecord

MAX_ATTEMPTS = 6
LONGEST_WAIT = timedelta(hours=1)

CLAIM = """
UPDATE matching_dirtyrecord SET attempts = attempts + 1
WHERE id IN (
    SELECT id FROM matching_dirtyrecord WHERE not_before <= now()
    ORDER BY lane, id LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING id, attempts
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Marks locked by this transaction."""

    marks: list[int]
    records: list[int]
    touched_keys: list[int]


def note_attempts(limit: int) -> list[int]:
    """Count an attempt on the next marks and return their ids.

    Committed before the work starts, so that a record that kills its worker is counted too.
    A mark that failed before is taken alone: one bad record must not hold up the others.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [limit])
        rows = cursor.fetchall()
    first_timers = [mark for mark, attempts in rows if attempts == 1]
    return first_timers or [mark for mark, _ in rows[:1]]


def lock_marks(mark_ids: Collection[int]) -> Claimed:
    """Lock those marks nobody else holds. The lock ends with the transaction, or the worker."""
    rows = list(
        DirtyRecord.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk__in=list(mark_ids))
        .order_by("pk")
        .values_list("pk", "record_id", "touched_keys")
    )
    return Claimed(
        marks=[pk for pk, _, _ in rows],
        records=sorted({record for _, record, _ in rows}),
        touched_keys=sorted({key for _, _, keys in rows for key in keys}),
    )


def drop_marks(claimed: Claimed) -> None:
    DirtyRecord.objects.filter(pk__in=claimed.marks).delete()


def put_off(mark_ids: Collection[int], error: Exception) -> None:
    """Try failed marks again later: after 1 s, 2 s, 4 s … and hourly from the sixth time on."""
    for mark in DirtyRecord.objects.filter(pk__in=list(mark_ids)):
        wait = timedelta(seconds=2 ** (mark.attempts - 1))
        if mark.attempts >= MAX_ATTEMPTS:
            wait = LONGEST_WAIT
        mark.not_before = timezone.now() + wait
        mark.error = f"{type(error).__name__}: {error}"[:500]
        mark.save(update_fields=["not_before", "error"])


def waiting() -> "QuerySet[DirtyRecord]":
    """Marks that can be worked on now or soon; those set aside after many tries are not."""
    return DirtyRecord.objects.filter(attempts__lt=MAX_ATTEMPTS)


def set_aside() -> "QuerySet[DirtyRecord]":
    """Marks that failed so often that someone must look."""
    return DirtyRecord.objects.filter(attempts__gte=MAX_ATTEMPTS).exclude(error="")


def try_again() -> int:
    """Give every mark that was set aside a fresh start; return how many."""
    return set_aside().update(attempts=0, not_before=timezone.now(), error="", lane=F("lane"))
