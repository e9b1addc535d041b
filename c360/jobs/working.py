"""Starting, cancelling and doing jobs. One at a time, so that desks keep their workers."""

import logging
import os
import threading
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from c360 import advisory
from c360.jobs.kinds import work_on
from c360.jobs.model import Job
from c360.jobs.run import Cancelled, Run, Unable
from c360.live import announce
from c360.models import User
from c360.turns import turn

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
KEPT = 20  # of each kind
NICENESS = 10
TURN = (advisory.JOBS, 1)  # the lock of whoever works on jobs; gone with its connection
State = Job.State


def start(
    kind: str, *, about: str = "", started_by: User | None = None, **arguments: Any
) -> Job:
    """Let a worker do something; after the commit, or at the next tick of the clock."""
    job = Job.objects.create(kind=kind, about=about, arguments=arguments, started_by=started_by)
    transaction.on_commit(_nudge, robust=True)
    return job


def start_once(kind: str, *, about: str = "", **facts: Any) -> Job:
    """Like `start`; one of the kind about the same that waits or runs is returned instead."""
    going = Job.objects.filter(kind=kind, about=about, ended_at=None).first()
    return going or start(kind, about=about, **facts)


def _nudge() -> None:
    from c360.tasks import run_jobs

    try:
        run_jobs.apply_async(retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("queue not reachable; the clock will start what waits")


def cancel(job: Job) -> None:
    """End a job that waits, or ask the worker to end it. One that is over stays as it is."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=job.pk, state=State.WAITING)
    if not waiting.update(state=State.CANCELLED, ended_at=now, wants_cancel=True):
        Job.objects.filter(pk=job.pk, state=State.RUNNING).update(wants_cancel=True)
    announce([job.signal])


def run_waiting() -> int:
    """Do every job that waits, the oldest first; return how many were looked at.

    Nothing where another worker is at it. What a worker left behind that died is begun anew.
    Must be called outside a transaction.
    """
    done = 0
    with turn(TURN) as is_ours:
        if not is_ours:
            return 0
        _take_up_what_was_left()
        while (
            job := Job.objects.filter(state=State.WAITING).order_by("pk").first()
        ) is not None:
            run_one(job)
            done += 1
    return done


def _take_up_what_was_left() -> None:
    """Whoever holds the turn knows that nobody works on these any more."""
    for job in Job.objects.filter(state=State.RUNNING):
        if job.wants_cancel:
            _end(job, State.CANCELLED)
        elif job.attempts >= MOST_ATTEMPTS:
            _end(job, State.FAILED, problem=f"Its worker ended {job.attempts} times.")
        else:
            Job.objects.filter(pk=job.pk).update(state=State.WAITING)


def run_one(job: Job) -> None:
    """Do one job and note what came of it. One that was cancelled meanwhile is left alone."""
    mine = Job.objects.filter(pk=job.pk)
    begun = mine.filter(state=State.WAITING).update(
        state=State.RUNNING, attempts=job.attempts + 1, percent=0, stage=""
    )
    if not begun:
        return
    announce([job.signal])
    run = Run(mine, job.signal)
    try:
        result = work_on(run, job.kind, job.arguments)
    except Cancelled:
        _end(job, State.CANCELLED)
    except Unable as problem:
        _end(job, State.FAILED, problem=str(problem))
    except Exception as error:
        logger.exception("job %d failed", job.pk)  # its words may hold values, for the log only
        _end(job, State.FAILED, problem=f"{type(error).__name__}: the log has more.")
    else:
        _end(job, State.DONE, result=result)


def _end(
    job: Job, state: Job.State, *, result: dict[str, Any] | None = None, problem: str = ""
) -> None:
    percent = {"percent": 100} if state == State.DONE else {}
    Job.objects.filter(pk=job.pk, ended_at=None).update(
        state=state, ended_at=timezone.now(), result=result, problem=problem[:400], **percent
    )
    _forget_old(job.kind)
    announce([job.signal])


def _forget_old(kind: str) -> None:
    ended = Job.objects.filter(kind=kind, ended_at__isnull=False).order_by("-pk")
    Job.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[KEPT:])).delete()


def run_waiting_gently() -> int:
    """Like `run_waiting`, in a thread that gives way to whoever wants the processor.

    Linux knows niceness by thread, and it never comes down again: the worker keeps its own.
    """
    done: list[int] = []

    def work() -> None:
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
            done.append(run_waiting())
        finally:
            connection.close()

    thread = threading.Thread(target=work, name="jobs")
    thread.start()
    thread.join()
    return sum(done)
