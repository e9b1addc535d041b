"""The threads that answer pages are ready before anybody waits for them."""

import threading
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from c360.rehearsing import rehearsed_pool, rehearsing

pytestmark = pytest.mark.django_db
THREADS = 3


@contextmanager
def pool_of_three() -> Iterator[list[int]]:
    """Threads that have all begun, and what they answered when each was asked once."""
    pool = rehearsed_pool(THREADS)
    together = threading.Barrier(THREADS)

    def who() -> int:
        together.wait(20)
        connection.close()
        return threading.get_ident()

    try:
        asked = [pool.submit(who) for _ in range(THREADS)]
        assert not wait(asked, timeout=20).not_done
        yield [each.result() for each in asked]
    finally:
        pool.shutdown()


def test_each_thread_rehearses_once_before_it_answers() -> None:
    rehearsed = []

    def note(sender: Any, **kwargs: Any) -> None:
        rehearsed.append(threading.get_ident())

    rehearsing.connect(note)
    try:
        with pool_of_three() as answered:
            assert sorted(rehearsed) == sorted(answered)
    finally:
        rehearsing.disconnect(note)


def test_a_rehearsal_that_fails_keeps_no_thread_from_answering() -> None:
    def stumble(sender: Any, **kwargs: Any) -> None:
        raise OperationalError

    rehearsing.connect(stumble)
    try:
        with pool_of_three() as answered:
            assert len({*answered}) == THREADS
    finally:
        rehearsing.disconnect(stumble)


def test_threads_answer_where_there_is_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(self: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(type(connections["default"]), "connect", away)

    with pool_of_three() as answered:
        assert len({*answered}) == THREADS
