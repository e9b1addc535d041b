"""Bulk runs on a real database: they end as batches do, whatever happens meanwhile."""

import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from io import StringIO
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from matching.bulk import reading, settling
from matching.bulk import run as bulk
from matching.bulk.run import resolve_in_bulk
from matching.core.blocking import KINDS
from matching.core.model import default_model
from matching.models import DirtyRecord, GenericKey, KeyedRecord, Link, MergeEvent
from matching.progress import Meter, Progress, Stage
from matching.resolving import marks, queue
from matching.resolving.resolve import bulk_pays, resolve_all
from profiles.models import SourceRecord
from tests.committed import committed_rows
from tests.matching.anna import ELSE, SHOP, three_of_anna
from tests.matching.arrivals import (
    are_together,
    arrive,
    clusters,
    day,
    deliver,
    everything_off,
    faces,
    lock,
    open_cases,
    profile_of,
    record,
    resolve,
    row,
    say,
    snapshot_hash,
)
from tests.matching.crew import FORK, Crew
from tests.matching.test_concurrency import (
    CARD,
    MEANWHILE,
    SOURCES,
    decide_now_and_then,
    deliver_all,
    forget_everything,
    household_facts,
    resolve_until,
)
from tests.staff import staff

ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Kowalska", "identifiers": CARD}


rows_are_committed = committed_rows(forget_everything)


def arrive_all() -> None:
    """Some hundred records of households of four systems, with a telephone too many share."""
    for source in SOURCES:
        deliver(source, *(fact for owner, fact in household_facts() if owner == source))


def links() -> list[tuple[Any, ...]]:
    """Every stored link with its evidence."""
    return list(Link.objects.order_by("lo_id", "hi_id").values_list())


def test_a_bulk_run_stores_what_batches_store() -> None:
    arrive_all()

    done = resolve_in_bulk(processes=2)
    resolve()
    by_bulk = links(), clusters(), open_cases(), faces()

    assert done.resolved == SourceRecord.objects.count()
    assert not done.failed
    assert everything_off() == []
    assert MergeEvent.objects.count() >= done.receipts > 0
    Link.objects.all().delete()
    marks.mark_all_dirty()
    resolve()
    assert (links(), clusters(), open_cases(), faces()) == by_bulk


def test_resolving_all_again_in_bulk_changes_nothing() -> None:
    arrive_all()
    resolve()
    before = snapshot_hash(), links()
    marks.mark_all_dirty()

    done = resolve_in_bulk(processes=1)

    assert done.receipts == 0
    assert not DirtyRecord.objects.exists()
    assert (snapshot_hash(), links()) == before


@pytest.mark.parametrize("is_snapshot", [True, False])
def test_only_the_snapshot_may_wait_long_between_its_queries(is_snapshot: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 50")

    with nullcontext() if is_snapshot else pytest.raises(DatabaseError), transaction.atomic():
        if is_snapshot:
            reading.begin_snapshot()
        GenericKey.objects.count()
        time.sleep(0.5)  # as while the pairs of many records are found
        GenericKey.objects.count()
    connection.close()


def test_few_new_records_join_many_old_ones_in_bulk() -> None:
    arrive_all()
    resolve()
    arrive("crm", "N-1", **ANNA)
    arrive("shop", "N-2", **ANNA)
    arrive("shop", "app-1-0", updated_at=day(9999), given_name="Boris")

    done = resolve_in_bulk(processes=1)

    assert done.resolved == 3
    assert are_together(record("crm", "N-1"), record("shop", "N-2"))
    assert everything_off() == []


def test_what_people_said_holds_in_bulk_too() -> None:
    one, other = arrive("crm", "A-1", **ANNA), arrive("shop", "S-1", **ANNA)
    say("different", one, other)
    arrive("app", "X-1", **ANNA)
    marks.mark_all_dirty()

    resolve_in_bulk(processes=1)

    assert not are_together(one, other)
    assert everything_off() == []


def test_a_locked_customer_ends_alike_in_batches_and_in_bulk() -> None:
    crm, shop, app = three_of_anna()
    lock(profile_of(crm))
    new = arrive("till", "N-1", **SHOP)
    arrive("app", "X-1", updated_at=day(9), **ELSE)
    resolve()
    by_batches = links(), clusters(), open_cases(), faces()

    Link.objects.all().delete()
    marks.mark_all_dirty()
    resolve_in_bulk(processes=1)

    assert are_together(crm, shop, app)
    assert not are_together(crm, new)
    assert {why for _pair, why, _bits in open_cases()} == {"locked"}
    assert (links(), clusters(), open_cases(), faces()) == by_batches
    assert everything_off() == []


def test_a_value_too_many_share_is_noted_and_joins_nobody() -> None:
    names = (f"{letter * 4}o" for letter in "bcdefghijklmnopqrst")
    deliver("till", *(row(f"T-{n}", given_name=n, identifiers=CARD) for n in names))

    resolve_in_bulk(processes=1)

    assert GenericKey.objects.filter(kind="identifier").count() == 1
    assert not Link.objects.exists()
    assert everything_off() == []


def test_a_value_that_falls_back_under_its_limit_joins_again() -> None:
    crm, shop = arrive("crm", "A-1", **ANNA), arrive("shop", "S-1", **ANNA)
    names = [f"{letter * 4}o" for letter in "bcdefghijkl"]
    deliver("till", *(row(f"T-{n}", given_name=n, identifiers=CARD) for n in names))
    resolve()
    assert GenericKey.objects.filter(kind="identifier").exists()
    gone = [row(f"T-{n}", updated_at=day(99), deleted=True) for n in names]
    deliver("till", *gone)

    resolve_in_bulk(processes=1)
    resolve()

    assert not GenericKey.objects.filter(kind="identifier").exists()
    assert are_together(crm, shop)
    assert everything_off() == []


def meanwhile(act: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let something happen, and be resolved, after the pairs were weighed."""

    def on_a_connection_of_its_own() -> None:
        try:
            act()
        finally:
            connections.close_all()

    def keep_groups(*arguments: Any) -> int:
        other = Thread(target=on_a_connection_of_its_own)
        other.start()
        other.join()
        return settling.keep_groups(*arguments)

    monkeypatch.setattr(bulk, "keep_groups", keep_groups)


@pytest.mark.parametrize("is_resolved", [True, False])
@pytest.mark.parametrize("what", MEANWHILE)
def test_what_changes_during_a_run_is_resolved_by_its_own_mark(
    what: str, is_resolved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive("crm", "A-0", given_name="Zoe", identifiers=CARD)
    arrive("shop", "S-1", **ANNA)
    arrive("crm", "A-1", **ANNA)

    def act() -> None:
        MEANWHILE[what]()
        if is_resolved:
            resolve()

    meanwhile(act, monkeypatch)

    resolve_in_bulk(processes=1)
    resolve()

    assert everything_off() == []


def test_a_record_that_arrives_during_a_run_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrive("crm", "A-1", **ANNA)
    arrive("crm", "B-1", given_name="Boris", family_name="Lis")
    meanwhile(lambda: arrive("shop", "S-1", **ANNA), monkeypatch)

    resolve_in_bulk(processes=1)

    assert DirtyRecord.objects.get().record == record("shop", "S-1")
    resolve()
    assert are_together(record("crm", "A-1"), record("shop", "S-1"))
    assert everything_off() == []


def test_a_record_nobody_can_read_is_left_to_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    arrive_all()
    bad = arrive("crm", "bad", **ANNA)
    SourceRecord.objects.filter(pk=bad.pk).update(attributes=[1])
    KeyedRecord.objects.filter(record=bad).delete()

    done = resolve_in_bulk(processes=1)

    assert done.resolved == SourceRecord.objects.count() - 1
    assert DirtyRecord.objects.get().record == bad


def test_a_group_that_fails_keeps_its_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    arrive_all()
    waiting = queue.records_waiting()

    def fail(*rest: object, **more: object) -> int:
        raise ValueError

    monkeypatch.setattr(settling, "apply", fail)
    done = resolve_in_bulk(processes=1)

    assert done == Progress(failed=waiting)
    assert queue.records_waiting() == waiting
    monkeypatch.undo()
    resolve()
    assert everything_off() == []


def in_small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "RECORDS_AT_ONCE", 25)


def test_groups_too_small_for_their_components_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settling, "RECORDS_AT_ONCE", 4)
    arrive_all()

    resolve_in_bulk(processes=2)
    resolve()

    assert everything_off() == []


def test_resolve_takes_the_path_that_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    arrive_all()
    assert not bulk_pays()
    monkeypatch.setattr("matching.resolving.resolve.BULK_MARKS", 100)
    assert bulk_pays()
    said = StringIO()

    call_command("resolve", json=True, stdout=said)

    report = json.loads(said.getvalue().splitlines()[-1])
    assert report["path"] == "bulk"
    assert report["resolved"] >= SourceRecord.objects.count()
    assert not DirtyRecord.objects.exists()
    arrive("crm", "N-1", **ANNA)
    assert not bulk_pays()
    assert resolve_all()[1] == "batch"


def test_few_marks_among_very_many_records_go_in_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("matching.resolving.resolve.BULK_MARKS", 1)
    arrive_all()
    resolve()

    arrive("crm", "N-1", **ANNA)

    assert not bulk_pays()


def test_a_run_that_is_stopped_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    arrive_all()

    def stopped(**rest: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("matching.management.commands.resolve.resolve_all", stopped)

    with pytest.raises(CommandError, match="run resolve again to go on") as refusal:
        call_command("resolve", stdout=StringIO())
    assert refusal.value.returncode == 130


def test_progress_tells_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    meter = Meter(every_seconds=5)
    assert meter.line(Stage("Weighing", "pairs", 0, 4000)) == ""

    now = 110.0
    assert (
        meter.line(Stage("Weighing", "pairs", 1000, 4000))
        == "Weighing: 1,000 of 4,000 pairs, 100/s, 30 s left"
    )
    assert meter.line(Stage("Weighing", "pairs", 1001, 4000)) == ""
    now = 120.0
    assert meter.line(Stage("Settling", "records", 5, 9)) == "Settling: 5 of 9 records"


def begin(work: Callable[..., Any], *arguments: Any) -> BaseProcess:
    """Some work in a process that may have children, which a member of a crew may not."""
    connection.close()
    started = FORK.Process(target=work, args=arguments)
    started.start()
    return started


def one_run_after_the_other(enough: Event) -> None:
    """Bulk runs beside everybody else."""
    settling.RECORDS_AT_ONCE = 40
    while not enough.is_set():
        resolve_in_bulk(processes=2)
        time.sleep(0.2)


@pytest.mark.faults
def test_a_killed_run_is_completed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    in_small_groups(monkeypatch)
    arrive_all()
    everything = DirtyRecord.objects.count()

    for _ in range(3):
        killed = begin(resolve_in_bulk)
        before = DirtyRecord.objects.count()
        while killed.is_alive() and DirtyRecord.objects.count() == before:
            time.sleep(0.01)
        killed.kill()
        killed.join()
    assert 0 < DirtyRecord.objects.count() < everything
    resolve_in_bulk()
    resolve()

    assert everything_off() == []


@pytest.mark.faults
@pytest.mark.parametrize("seed", [1, 2])
def test_bulk_runs_beside_workers_importers_and_stewards_end_as_batches_would(
    seed: int, tmp_path: Path
) -> None:
    crew, dice, facts = Crew(tmp_path), Random(seed), household_facts()
    enough = FORK.Event()
    staff("sol")
    importers = [crew.start(deliver_all, facts, seed + number) for number in range(2)]
    crew.start(decide_now_and_then, seed, enough)
    crew.start(resolve_until, enough)
    runs = [begin(one_run_after_the_other, enough)]
    while any(each.is_alive() for each in importers):
        time.sleep(0.5)
        if dice.random() < 0.3:
            runs[-1].kill()
            runs.append(begin(one_run_after_the_other, enough))
    enough.set()
    crew.finish(seconds=60)
    for each in runs:
        each.join(60)
    assert runs[-1].exitcode == 0
    queue.try_again()
    resolve()

    assert not crew.failed(), crew.said()
    assert "deadlock" not in crew.said()
    assert everything_off() == []


def test_every_kind_of_key_keeps_its_own_number() -> None:
    with connection.cursor() as cursor:
        cursor.execute(reading.KINDS, {"kinds": list(KINDS)})
        numbers = {number for (number,) in cursor.fetchall()}

    assert len(numbers) == len(KINDS)
    assert default_model().generic_limits().keys() <= set(KINDS)


def test_other_processes_read_what_the_snapshot_saw() -> None:
    crm = arrive("crm", "A-1", **ANNA)
    later: list[str] = []

    def change_and_read(snapshot: str) -> None:
        try:
            arrive("crm", "A-1", updated_at=day(9), given_name="Boris")
            later.extend(reading.what_these_say(snapshot, np.array([crm.pk])))
        finally:
            connections.close_all()

    with transaction.atomic():
        reading.begin_snapshot()
        other = Thread(target=change_and_read, args=[reading.share_snapshot()])
        other.start()
        other.join()

    assert len(later) == 1
    assert '"anna"' in later[0]
    assert "Boris" in str(SourceRecord.objects.get(pk=crm.pk).attributes)
