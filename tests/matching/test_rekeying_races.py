"""Block keys made again beside importers and workers, on rows really committed."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connection, connections

from matching.models import BlockKey
from matching.progress import Stage
from matching.resolving import rekeying
from matching.resolving.resolve import resolve_waiting
from tests.committed import committed_rows
from tests.matching.arrivals import arrive, day, deliver, everything_off, record, resolve, row
from tests.matching.schemes import by_birth_date, take_over
from tests.matching.test_concurrency import forget_everything

rows_are_committed = committed_rows(forget_everything)


def test_a_record_an_importer_holds_is_come_back_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        arrive("crm", f"{number}", given_name="Anna", birth_date="1984-03-02")
    take_over(monkeypatch, by_birth_date)
    held = record("crm", "1").pk
    rounds: list[int] = []
    importer = connection.copy()

    def let_go(stage: Stage) -> None:
        rounds.append(stage.done)
        if len(rounds) == 1:
            importer.rollback()

    try:
        importer.set_autocommit(False)
        with importer.cursor() as cursor:
            cursor.execute("SELECT FROM profiles_sourcerecord WHERE id = %s FOR UPDATE", [held])
        done = rekeying.rekey(tell=let_go)
    finally:
        importer.close()

    assert (done.records, done.lost_keys) == (3, 3)
    assert rounds[:2] == [2, 1]
    assert BlockKey.objects.count() == 3


def test_beside_importers_and_workers_it_ends_as_if_it_had_run_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [f"{number}" for number in range(60)]
    send(people, 1)
    resolve()
    take_over(monkeypatch, by_birth_date)
    monkeypatch.setattr(rekeying, "AT_ONCE", 5)

    works = (importing, importing, working, rekeyed, rekeyed)
    with ThreadPoolExecutor(len(works)) as pool:
        for each in [pool.submit(_alone, work) for work in works]:
            each.result(timeout=60)
    resolve()

    assert rekeying.records_behind() == 0
    assert everything_off() == []


def send(people: list[str], version: int) -> None:
    rows = (
        row(key, updated_at=day(version), family_name=f"N{version}", birth_date=born(key))
        for key in people
    )
    deliver("crm", *rows)


def born(key: str) -> str:
    return f"19{int(key) % 30 + 60}-03-02"


def importing() -> None:
    dice = Random(7)
    for version in range(2, 12):
        send([f"{number}" for number in dice.sample(range(80), 20)], version)


def working() -> None:
    for _ in range(10):
        resolve_waiting(max_seconds=2)


def rekeyed() -> None:
    for _ in range(3):
        rekeying.distrust_all()
        rekeying.rekey()


def _alone(work: object) -> None:
    """Do some work in this thread on a connection of its own."""
    assert callable(work)
    try:
        work()
    finally:
        connections.close_all()
