"""The queue of dirty marks: claiming, giving back, setting aside."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from c360 import advisory
from c360.sql.arrays import id_array
from c360.sql.prepared import ask, tell
from matching.models import DirtyRecord

MAX_ATTEMPTS = 6
LONGEST_WAIT = timedelta(hours=1)
GIVEN_BACK_FOR = timedelta(seconds=0.5)

# Transactions that claim marks need not wait for the disk when they commit: only what can be
# found again is in them. When the machine loses power, the last of them are undone in their
# order: marks wait again, with what was found out about them. Facts stored later take them
# along.

# A mark that failed or killed its worker before is taken alone, and before the others: one bad
# record must neither hold them up nor wait behind them for ever. After its last try it is set
# aside and tried once an hour.
CLAIM = """
WITH again AS (
    SELECT id FROM matching_dirtyrecord WHERE attempts > 0 AND not_before <= clock_timestamp()
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
),
fresh AS (
    SELECT id FROM matching_dirtyrecord
    WHERE lane < 2  -- the third is held
        AND attempts = 0 AND not_before <= clock_timestamp() AND NOT EXISTS (SELECT FROM again)
    ORDER BY lane, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE matching_dirtyrecord SET attempts = attempts + 1,
    not_before = CASE WHEN attempts + 1 < %(most)s THEN not_before
        ELSE clock_timestamp() + make_interval(secs => %(rest)s) END
WHERE id IN (SELECT id FROM again UNION ALL SELECT id FROM fresh)
RETURNING id, set_config('synchronous_commit', 'off', true)
"""
CLAIMING = (
    advisory.CLAIMING,
    1,
)  # the advisory lock of whoever is between counting and locking marks


@dataclass(frozen=True, slots=True)
class Claimed:
    """Marks locked by this transaction; how many of its records lost each block key."""

    marks: list[int]
    records: list[int]
    lost_keys: Mapping[int, int]


@contextmanager
def claiming() -> Iterator[None]:
    """Let one worker at a time count attempts and then lock the marks it counted.

    Without it a second worker could count the same marks in between, and both would take them
    for marks that failed before.
    """
    ask("SELECT pg_advisory_lock(%s, %s)", CLAIMING)
    try:
        yield
    finally:
        ask("SELECT pg_advisory_unlock(%s, %s)", CLAIMING)


DUE = """
SELECT EXISTS (
    SELECT FROM matching_dirtyrecord WHERE attempts > 0 AND not_before <= clock_timestamp()
) OR EXISTS (
    SELECT FROM matching_dirtyrecord
    WHERE lane < 2 AND attempts = 0 AND not_before <= clock_timestamp()
)
"""


def is_any_due() -> bool:
    """Whether a claim might find marks. Takes no locks; others may hold what is due."""
    [(is_due,)] = ask(DUE, [])
    return bool(is_due)


def note_attempts(limit: int) -> list[int]:
    """Count an attempt on the next marks and return their ids.

    Committed before the work starts, so that a record that kills its worker is counted too.
    """
    rest = LONGEST_WAIT.total_seconds()
    with transaction.atomic():
        rows = ask(CLAIM, {"limit": limit, "most": MAX_ATTEMPTS, "rest": rest})
    return [mark for mark, _ in rows]


LOCK_MARKS = """
SELECT id, record_id, touched_keys, set_config('synchronous_commit', 'off', true)
FROM matching_dirtyrecord WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED
"""


def lock_marks(mark_ids: Collection[int]) -> Claimed:
    """Lock those marks nobody else holds. The lock ends with the transaction, or the worker.

    The transaction will not wait for the disk when it commits.
    """
    rows = ask(LOCK_MARKS, [id_array(mark_ids)], about=len(mark_ids))
    return Claimed(
        marks=[pk for pk, *_ in rows],
        records=sorted({record for _, record, *_ in rows}),
        lost_keys=Counter(key for _, _, keys, _ in rows for key in keys),
    )


def drop_marks(claimed: Claimed) -> None:
    drop_these(claimed.marks, of=claimed.records)


# Looked up record by record (OFFSET 0): held against an array, each mark would be compared with
# all of it.
DROP_MARKS = """
DELETE FROM matching_dirtyrecord WHERE id = ANY(ARRAY(
    SELECT unnest(%s::bigint[])
    UNION ALL
    SELECT held.id FROM unnest(%s::bigint[]) AS settled (record_id)
    CROSS JOIN LATERAL (
        SELECT id, lane FROM matching_dirtyrecord WHERE record_id = settled.record_id OFFSET 0
    ) held WHERE held.lane = 2
))
"""
LOCK_THESE = """
SELECT id, record_id, set_config('synchronous_commit', 'off', true)
FROM matching_dirtyrecord WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED
"""


def lock_these(mark_ids: Collection[int]) -> dict[int, int]:
    """Lock those marks that are still there and nobody else holds; mark to record.

    The transaction will not wait for the disk when it commits.
    """
    rows = ask(LOCK_THESE, [id_array(mark_ids)], about=len(mark_ids))
    return {mark: record for mark, record, _ in rows}


def drop_these(mark_ids: Collection[int], *, of: Collection[int]) -> None:
    """Delete marks, and those held of the records they are `of`: these are up to date now."""
    tell(DROP_MARKS, [id_array(mark_ids), id_array(of)], about=len(mark_ids))


def put_off(mark_ids: Collection[int], error: Exception) -> None:
    """Try failed marks again later: after 1 s, 2 s, 4 s … and hourly from the sixth time on.

    One that another worker has settled meanwhile is gone, and stays so.
    """
    for mark in DirtyRecord.objects.filter(pk__in=list(mark_ids)):
        wait = timedelta(seconds=2 ** (mark.attempts - 1))
        if mark.attempts >= MAX_ATTEMPTS:
            wait = LONGEST_WAIT
        DirtyRecord.objects.filter(pk=mark.pk).update(
            not_before=timezone.now() + wait,
            error=type(error).__name__,  # its words may hold a customer's values
        )


def give_back(mark_ids: Collection[int]) -> None:
    """Let marks be claimed again soon, as if they had not been: nothing is wrong with them."""
    DirtyRecord.objects.filter(pk__in=list(mark_ids), attempts__gt=0).update(
        attempts=F("attempts") - 1, not_before=timezone.now() + GIVEN_BACK_FOR
    )


def waiting() -> "QuerySet[DirtyRecord]":
    """Marks that can be worked on now or soon: neither held nor set aside after many tries."""
    marks = DirtyRecord.objects.filter(attempts__lt=MAX_ATTEMPTS)
    return marks.exclude(lane=DirtyRecord.Lane.HELD)


def records_waiting() -> int:
    """How many records wait; one may have many marks."""
    return waiting().values("record").distinct().count()


def set_aside() -> "QuerySet[DirtyRecord]":
    """Marks that failed so often that someone must look."""
    return DirtyRecord.objects.filter(attempts__gte=MAX_ATTEMPTS)


def try_again() -> int:
    """Give every mark that was set aside a fresh start; return how many."""
    return set_aside().update(attempts=0, not_before=timezone.now(), error="", lane=F("lane"))
