"""Importers at the same moment, on connections of their own and rows really committed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from django.db import OperationalError, connection, connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from profiles.models import Profile, RecordVersion, Source, SourceRecord
from tests.profiles.rows import forget, make_mapping, row, send


@pytest.fixture(autouse=True)
def committed_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rows every connection sees, deleted afterwards: the ledger lets no test truncate."""
    with django_db_blocker.unblock():
        yield
        forget()
        Source.objects.all().delete()
        connection.close()


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
