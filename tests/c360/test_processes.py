import time
from pathlib import Path

import pytest
from django.conf import settings

from c360 import liveness
from c360.processes import BIGGEST_LOG_BYTES, Plan
from c360.services.folder import DataFolder

OWNER_URL = "postgresql://boss:s3cret@db.example.org/customers"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return Plan(folder, host="127.0.0.1", port=8360, workers=3)


def test_our_processes_get_the_lesser_role_and_not_the_password_of_the_owner(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER_URL)
    monkeypatch.delenv("DATABASE_APP_URL", raising=False)
    monkeypatch.setenv("C360_DATABASE_ROLE", "owner")

    environment = plan.environment()

    assert environment["DATABASE_APP_URL"].startswith("postgresql://c360_app:")
    assert not any("s3cret" in value for value in environment.values())
    assert "C360_DATABASE_ROLE" not in environment


@pytest.mark.parametrize(
    ("given", "started"),
    [
        ({}, ["postgres", "valkey"]),
        ({"DATABASE_URL": OWNER_URL}, ["valkey"]),
        ({"REDIS_URL": "redis://queue.example.org"}, ["postgres"]),
        ({"DATABASE_URL": OWNER_URL, "REDIS_URL": "redis://queue.example.org"}, []),
    ],
)
def test_only_servers_without_an_address_are_ours_to_start(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], started: list[str]
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert [service.name for service in plan.servers()] == started


def test_worker_clock_and_pages_start_in_this_order(plan: Plan) -> None:
    services = plan.processes()

    assert [service.name for service in services] == ["worker", "beat", "web"]
    assert "--concurrency=3" in services[0].make().argv


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8360"),
        ("0.0.0.0", "http://127.0.0.1:8360"),  # noqa: S104 - only named here
        ("::1", "http://[::1]:8360"),
        ("c360.example.org", "http://c360.example.org:8360"),
    ],
)
def test_the_address_is_one_a_browser_on_this_machine_can_open(
    plan: Plan, host: str, address: str
) -> None:
    assert Plan(plan.folder, host, 8360, 2).address == address


def test_a_worker_is_deaf_when_its_canary_is_late_and_it_had_the_time(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", settings.REDIS_URL)
    worker = plan.processes()[0]
    now, long_ago = time.time(), time.time() - 10 * liveness.DEAF_AFTER_SECONDS
    monkeypatch.setattr(liveness, "seen", lambda url: int(long_ago))

    assert worker.trouble(long_ago) == "runs but takes no tasks"
    assert worker.trouble(now) == ""

    monkeypatch.setattr(liveness, "seen", lambda url: int(now))
    assert worker.trouble(long_ago) == ""


def test_a_worker_is_not_blamed_for_a_queue_that_is_down(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")

    assert plan.processes()[0].trouble(0) == ""


def test_a_big_log_is_put_aside_at_the_next_start(plan: Plan) -> None:
    log = plan.folder.logs / "web.log"
    log.write_bytes(b"x" * (BIGGEST_LOG_BYTES + 1))

    plan.processes()[2].make()

    assert not log.exists()
    assert (plan.folder.logs / "web.log.1").stat().st_size > BIGGEST_LOG_BYTES
