"""The queue of dirty marks: nothing is lost or waits for ever, one bad record is alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from matching.models import DirtyRecord
from matching.progress import Progress
from matching.resolving import queue
from matching.resolving.marks import mark_dirty
from matching.resolving.resolve import (
    SnapshotIsOver,
    resolve_batch,
    resolve_until_settled,
    resolve_waiting,
)
from profiles.locking import ComponentsKeepMoving
from profiles.models import Membership
from tests.matching.arrivals import arrive, deliver, row, say
from tests.matching.pairs import ANNA
from tests.profiles.customers import make_record

pytestmark = pytest.mark.django_db


def waiting_record() -> int:
    record = make_record("shop", **ANNA)
    mark_dirty([record.pk])
    return record.pk


def test_people_at_their_desks_come_before_files() -> None:
    from_file, typed = make_record("shop", **ANNA), make_record("crm", **ANNA)
    mark_dirty([from_file.pk], lane=DirtyRecord.Lane.BULK)
    mark_dirty([typed.pk], lane=DirtyRecord.Lane.LIVE)

    marks = queue.note_attempts(1)

    assert queue.lock_marks(marks).records == [typed.pk]


def test_a_resolved_record_leaves_no_mark() -> None:
    waiting_record()

    done = resolve_batch()

    assert done is not None
    assert done.resolved == 1
    assert not DirtyRecord.objects.exists()
    assert resolve_batch() is None


def test_only_marks_that_can_be_claimed_now_are_due() -> None:
    assert not queue.is_any_due()
    waiting_record()
    assert queue.is_any_due()

    [mark] = queue.note_attempts(10)
    queue.put_off([mark], ValueError())
    assert not queue.is_any_due()  # in a second

    DirtyRecord.objects.update(not_before=timezone.now())
    assert queue.is_any_due()  # tried again
    DirtyRecord.objects.update(attempts=0, lane=DirtyRecord.Lane.HELD)
    assert not queue.is_any_due()


@pytest.mark.parametrize("candidates", [1, 6])
def test_one_new_record_costs_few_statements_however_many_it_meets(
    candidates: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    anna: dict[str, Any] = dict(ANNA)
    for number in range(candidates):
        arrive("crm", f"A-{number}", **anna)
    resolve_waiting()
    deliver("crm", row("B-1", **anna))
    resolve_waiting()  # its words, and the version that is live, are known from here on

    with django_assert_max_num_queries(58):
        deliver("crm", row("B-2", **anna))
        resolve_waiting()

    assert not DirtyRecord.objects.exists()
    assert len(set(Membership.objects.values_list("profile", flat=True))) == 1


def test_a_mark_made_while_its_record_is_resolved_stays() -> None:
    record = waiting_record()
    marks = queue.note_attempts(10)
    claimed = queue.lock_marks(marks)
    mark_dirty([record])

    queue.drop_marks(claimed)

    assert DirtyRecord.objects.get().record_id == record


def test_what_failed_is_tried_again_alone_and_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad, good = waiting_record(), waiting_record()

    def fail_for_the_bad(batch: list[int], *rest: object) -> int:
        if bad in batch:
            raise ValueError("Anna's number is 42")
        return 0

    monkeypatch.setattr("matching.resolving.resolve.resolve_records", fail_for_the_bad)
    first = resolve_batch()
    DirtyRecord.objects.update(not_before=timezone.now())
    for _ in range(2):
        resolve_batch()

    assert first is not None
    assert first.failed == 2
    mark = DirtyRecord.objects.get()
    assert mark.record_id == bad != good
    assert mark.error == "ValueError"  # never the values in its words


@pytest.mark.parametrize("overtaken", [ComponentsKeepMoving, SnapshotIsOver])
def test_marks_others_got_in_the_way_of_are_given_back_unblemished(
    monkeypatch: pytest.MonkeyPatch, overtaken: type[Exception]
) -> None:
    waiting_record()

    def always_overtaken(*_: object) -> int:
        raise overtaken("6 times")

    with monkeypatch.context() as busy:
        busy.setattr("matching.resolving.resolve._resolve", always_overtaken)
        assert resolve_batch() == Progress()

    mark = DirtyRecord.objects.get()
    assert (mark.attempts, mark.error) == (0, "")
    assert resolve_until_settled(max_seconds=10).resolved == 1


def test_putting_off_what_another_worker_has_settled_brings_nothing_back() -> None:
    waiting_record()
    marks = queue.note_attempts(10)

    DirtyRecord.objects.all().delete()
    queue.put_off(marks, ValueError("too late"))

    assert not DirtyRecord.objects.exists()


def test_what_fails_again_and_again_is_set_aside_until_someone_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting_record()

    def fail(*rest: object) -> int:
        raise ValueError

    monkeypatch.setattr("matching.resolving.resolve.resolve_records", fail)
    for _ in range(queue.MAX_ATTEMPTS):
        resolve_batch()
        DirtyRecord.objects.filter(attempts__lt=queue.MAX_ATTEMPTS).update(
            not_before=timezone.now()
        )

    assert resolve_batch() is None
    assert queue.set_aside().count() == 1
    assert not queue.waiting().exists()
    monkeypatch.undo()
    assert queue.try_again() == 1
    assert resolve_until_settled().resolved == 1


def test_a_record_that_kills_its_worker_is_set_aside_too() -> None:
    waiting_record()

    for _ in range(queue.MAX_ATTEMPTS):
        assert queue.note_attempts(10)  # and then the worker dies

    assert queue.note_attempts(10) == []
    mark = queue.set_aside().get()
    assert mark.not_before > timezone.now() + timedelta(minutes=30)


def test_trying_later_waits_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting_record()

    def fail(*rest: object) -> int:
        raise ValueError

    monkeypatch.setattr("matching.resolving.resolve.resolve_records", fail)
    waits = []
    for _ in range(3):
        resolve_batch()
        mark = DirtyRecord.objects.get()
        waits.append(round((mark.not_before - timezone.now()).total_seconds()))
        DirtyRecord.objects.update(not_before=timezone.now())

    assert waits == [1, 2, 4]


def test_only_what_can_be_found_again_is_committed_without_waiting_for_the_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting_record()
    told: list[str] = []

    def noting(claimed: queue.Claimed) -> None:
        told.append(synchronous_commit())
        queue.drop_these(claimed.marks, of=claimed.records)

    monkeypatch.setattr(queue, "drop_marks", noting)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
    say("different", make_record("crm", **ANNA), make_record("app", **ANNA))
    after_a_word = synchronous_commit()

    resolve_batch()

    assert (after_a_word, told) == ("on", ["off"])


def synchronous_commit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        [(setting,)] = cursor.fetchall()
    return str(setting)
