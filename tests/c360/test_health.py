import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from c360 import health, liveness
from matching.models import DirtyRecord
from tests.profiles.customers import make_record

pytestmark = pytest.mark.django_db
DOWN = "redis://127.0.0.1:1/0"


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker that did the canary task just now."""
    liveness.note(settings.REDIS_URL)
    yield
    with redis.Redis.from_url(settings.REDIS_URL) as queue:
        queue.delete(liveness.KEY)


def told() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/healthz")
    return answer.status_code, answer.json()


@pytest.mark.usefixtures("worker")
def test_all_is_well() -> None:
    nothing = {"dirty": 0, "oldest_seconds": 0, "set_aside": 0}

    assert told() == (
        200,
        {"status": "ok", "database": "ok", "queue": "ok", "worker": "ok", "backlog": nothing},
    )


def test_without_a_worker_the_rest_is_still_told() -> None:
    status, report = told()

    assert status == 503
    assert (report["status"], report["worker"]) == ("down", "down")
    assert (report["database"], report["queue"]) == ("ok", "ok")


def test_a_worker_that_was_last_seen_long_ago_is_down(
    monkeypatch: pytest.MonkeyPatch, worker: None
) -> None:
    monkeypatch.setattr(liveness, "DEAF_AFTER_SECONDS", -1)

    assert told()[1]["worker"] == "down"


def test_a_queue_that_is_down_is_told_at_once(settings: Any) -> None:
    settings.REDIS_URL = DOWN
    began = time.monotonic()

    status, report = told()

    assert (status, report["queue"], report["worker"]) == (503, "down", "down")
    assert report["database"] == "ok"
    assert time.monotonic() - began < 1


def test_a_database_that_is_down_is_told(monkeypatch: pytest.MonkeyPatch, worker: None) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "_ask_database", refuse)

    status, report = told()

    assert (status, report["database"], report["worker"]) == (503, "down", "ok")
    assert set(report["backlog"].values()) == {None}


def test_a_silent_part_does_not_keep_the_answer_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "_ask_database", lambda: time.sleep(1.5))
    began = time.monotonic()

    status, report = told()

    assert (status, report["database"]) == (503, "down")
    assert time.monotonic() - began < 1.3


def test_the_backlog_is_counted_and_its_age_told() -> None:
    now = timezone.now()
    for minutes in (1, 5):
        asked = now - timedelta(minutes=minutes)
        DirtyRecord.objects.create(record=make_record(), created_at=asked)

    backlog = health.backlog()

    assert backlog["dirty"] == 2
    assert 300 <= backlog["oldest_seconds"] < 330
