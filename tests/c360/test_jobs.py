"""Jobs: done by a worker, cancelled, begun anew after a death, never stuck."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from c360.jobs import Run, Unable, kinds, register_kind
from c360.jobs import run as running
from c360.jobs.model import Job
from c360.jobs.working import (
    KEPT,
    MOST_ATTEMPTS,
    TURN,
    cancel,
    run_waiting,
    run_waiting_gently,
    start,
)
from tests.staff import staff


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_work_of", {})
    monkeypatch.setattr(running, "EVERY_SECONDS", 0.0)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Jobs that every connection sees; deleted afterwards."""
    with django_db_blocker.unblock():
        yield
        Job.objects.all().delete()
        connections.close_all()


def state(job: Job) -> str:
    return Job.objects.get(pk=job.pk).state


def double(run: Run, *, number: int) -> dict[str, Any]:
    run.at("Doubling", 1, 2)
    return {"double": 2 * number}


@pytest.mark.django_db
def test_a_job_is_done_with_its_arguments_and_keeps_its_result() -> None:
    register_kind("double", double)
    job = start("double", about="four", started_by=staff("sol"), number=4)

    assert run_waiting() == 1

    done = Job.objects.get(pk=job.pk)
    assert (done.state, done.result, done.percent) == ("done", {"double": 8}, 100)
    assert done.ended_at is not None
    assert run_waiting() == 0


@pytest.mark.django_db
def test_progress_is_stored_while_it_works() -> None:
    seen: list[tuple[str, int]] = []

    def work(run: Run) -> dict[str, Any]:
        run.plan({"Reading": (0, 20), "Weighing": (20, 100)})
        for stage, done in (("Reading", 1), ("Weighing", 1)):
            run.at(stage, done, 2)
            seen.append(Job.objects.values_list("stage", "percent").get())
        return {}

    register_kind("work", work)
    start("work")
    run_waiting()

    assert seen == [("Reading", 10), ("Weighing", 60)]


@pytest.mark.django_db
def test_one_that_waits_is_cancelled_at_once_and_never_done() -> None:
    register_kind("double", double)
    job = start("double", number=1)

    cancel(job)

    assert run_waiting() == 0
    assert state(job) == "cancelled"


@pytest.mark.django_db
def test_one_that_runs_ends_where_it_next_tells_how_far_it_is() -> None:
    came: list[str] = []

    def work(run: Run) -> dict[str, Any]:
        run.at("First", 1, 2)
        cancel(Job.objects.get())
        came.append("first")
        run.at("Second", 1, 2)
        came.append("second")
        return {}

    register_kind("work", work)
    job = start("work")
    run_waiting()

    assert (state(job), came) == ("cancelled", ["first"])


@pytest.mark.django_db
def test_what_cannot_be_done_says_so_in_words_and_other_errors_name_no_values() -> None:
    def unable(run: Run) -> dict[str, Any]:
        raise Unable("There are too few records.")

    def broken(run: Run) -> dict[str, Any]:
        raise ValueError("anna@example.org")

    register_kind("unable", unable)
    register_kind("broken", broken)
    jobs = start("unable"), start("broken"), start("nobody knows this")
    run_waiting()

    problems = [Job.objects.get(pk=job.pk).problem for job in jobs]
    assert [state(job) for job in jobs] == ["failed"] * 3
    assert problems[0] == "There are too few records."
    assert problems[1].startswith("ValueError") and "anna" not in problems[1]
    assert problems[2].startswith("KeyError")


@pytest.mark.django_db
def test_what_a_dead_worker_left_is_begun_anew_and_fails_after_the_third_time() -> None:
    register_kind("double", double)
    again, hopeless, unwanted = (start("double", number=each) for each in (1, 2, 3))
    Job.objects.update(state="running", attempts=1)
    Job.objects.filter(pk=hopeless.pk).update(attempts=MOST_ATTEMPTS)
    Job.objects.filter(pk=unwanted.pk).update(wants_cancel=True)

    run_waiting()

    assert [state(each) for each in (again, hopeless, unwanted)] == [
        "done",
        "failed",
        "cancelled",
    ]
    assert "ended 3 times" in Job.objects.get(pk=hopeless.pk).problem


@pytest.mark.django_db
def test_only_the_last_runs_of_a_kind_are_kept() -> None:
    register_kind("double", double)
    first = [start("double", number=each) for each in range(KEPT + 2)]
    other = Job.objects.create(kind="other")
    run_waiting()

    kept = set(Job.objects.values_list("pk", flat=True))
    assert kept == {each.pk for each in first[2:]} | {other.pk}


@pytest.mark.django_db
def test_a_job_that_ended_has_its_time() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="x", state="done")


@pytest.mark.usefixtures("committed")
def test_one_worker_at_a_time_does_jobs() -> None:
    register_kind("double", double)
    job = start("double", number=1)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", TURN)
        assert run_waiting_gently() == 0
        assert state(job) == "waiting"
        with other.cursor() as cursor:  # a connection that closes lets go a little later
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", TURN)
    finally:
        other.close()

    assert run_waiting_gently() == 1
    assert state(job) == "done"


@pytest.mark.usefixtures("committed")
def test_work_gives_way_and_its_worker_keeps_its_own_priority() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    seen: list[int] = []

    def work(run: Run) -> dict[str, Any]:
        seen.append(os.getpriority(os.PRIO_PROCESS, 0))
        return {}

    register_kind("work", work)
    start("work")
    run_waiting_gently()

    assert seen[0] >= 10
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


WORKER = """
import os, sys, django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from c360.jobs import kinds
from c360.jobs.working import run_waiting
def work(run):
    import time
    print("began", flush=True)
    time.sleep(60)
kinds._work_of["long"] = work
run_waiting()
"""


@pytest.mark.usefixtures("committed")
def test_a_killed_worker_leaves_a_job_that_the_next_one_does() -> None:
    job = start("long")
    name = connection.settings_dict["NAME"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "c360.settings"}
    command = [sys.executable, "-c", WORKER, name]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "began\n"
        assert state(job) == "running"
        child.send_signal(signal.SIGKILL)

    register_kind("long", lambda run: {"by": "another"})
    for _ in range(100):  # until PostgreSQL has noticed that the connection is gone
        if run_waiting():
            break
        time.sleep(0.05)

    done = Job.objects.get(pk=job.pk)
    assert (done.state, done.attempts, done.result) == ("done", 2, {"by": "another"})
