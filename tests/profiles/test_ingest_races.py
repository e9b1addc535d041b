"""Importers at the same moment, on connections of their own and rows really committed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any

from django.db import OperationalError, connection, connections, transaction

from profiles.models import CustomerObject, Event, Profile, RecordVersion, Source, SourceRecord
from tests.committed import committed_rows
from tests.profiles.happenings import event, forget_events, make_event_mapping, tell
from tests.profiles.rows import forget, make_mapping, row, send


def forget_sources_too() -> None:
    forget_events()
    forget()
    Source.objects.all().delete()


rows_are_committed = committed_rows(forget_sources_too)


def test_importers_at_the_same_moment_double_nothing_lose_nothing_and_never_block() -> None:
    mapping = make_mapping()
    rows = [row(f"{key}", day, name=f"N{day}") for key in range(40) for day in range(1, 6)]
    together = Barrier(4)

    def deliver(seed: int) -> int:
        shuffled = Random(seed).sample(rows, k=len(rows))
        try:
            together.wait(timeout=10)
            return sum(
                send(mapping, *shuffled[start : start + 25]).counts.new
                for start in range(0, len(rows), 25)
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        new = sum(pool.map(deliver, range(4)))

    assert new == SourceRecord.objects.count() == Profile.objects.count() == 40
    assert {each.attributes["given_name"] for each in SourceRecord.objects.all()} == {"N5"}
    assert RecordVersion.objects.count() == len(rows)


def test_an_importer_that_dies_leaves_nothing_and_the_next_one_finds_the_way_free() -> None:
    mapping = make_mapping()

    def die() -> None:
        try:
            with transaction.atomic():
                send(mapping, row("1", 3, name="Ana"))
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        except OperationalError:
            pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(die).result(timeout=10)

    assert send(mapping, row("1", 3, name="Ana")).counts.new == 1
    assert RecordVersion.objects.count() == 1


def test_records_and_events_at_the_same_moment_always_find_each_other() -> None:
    mapping, events = make_mapping(), make_event_mapping()
    keys = [str(number) for number in range(60)]
    together = Barrier(4)

    def deliver(seed: int) -> None:
        shuffled = Random(seed).sample(keys, k=len(keys))
        try:
            together.wait(timeout=10)
            for start in range(0, len(keys), 6):
                some = shuffled[start : start + 6]
                if seed % 2:
                    send(mapping, *[row(key, 3, name="Ana") for key in some])
                else:
                    told = [event(f"{seed}-{key}", who=key, order=f"HP-{key}") for key in some]
                    tell(events, *told)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, range(4)))

    assert Event.objects.count() == 2 * len(keys)
    assert not Event.objects.filter(record=None).exists()
    assert not CustomerObject.objects.filter(record=None).exists()
    assert all(each.record_key == each.record.external_id for each in _attached())


def _attached() -> Iterator[Any]:
    yield from Event.objects.select_related("record")
    yield from CustomerObject.objects.select_related("record")


def test_importers_of_the_same_events_store_each_message_once_and_move_the_last_event() -> None:
    send(make_mapping(), *[row(str(number), 3) for number in range(10)])
    mapping = make_event_mapping()
    rows = [
        event(f"m{number}", 1 + number % 28, who=str(number % 10), order=f"HP-{number % 7}")
        for number in range(100)
    ]
    together = Barrier(3)

    def deliver(seed: int) -> int:
        shuffled = Random(seed).sample(rows, k=len(rows))
        try:
            together.wait(timeout=10)
            return sum(
                tell(mapping, *shuffled[start : start + 20]).counts.new
                for start in range(0, len(rows), 20)
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(deliver, range(3))) == 100

    assert Event.objects.count() == 100
    for profile in Profile.objects.all():
        newest = Event.objects.filter(record=profile.birth_record).latest("occurred_at")
        assert profile.last_event_at == newest.occurred_at
