"""Entry points for workers. Messages are hints: the queue is the table of dirty marks."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

MAX_SECONDS = 40  # below the task time limit; what is left is found by the sweep


@shared_task(acks_late=True)
def resolve_dirty() -> int:
    """Resolve dirty records until none is left or time is up; return how many. Repeatable."""
    from matching.resolving.resolve import resolve_waiting

    return resolve_waiting(max_seconds=MAX_SECONDS).resolved


@shared_task(acks_late=True)
def sweep() -> int:
    """Find what a lost message left behind: the same work, asked for by the clock."""
    return resolve_dirty()


@shared_task(acks_late=True, soft_time_limit=1800, time_limit=1860)
def fit_model() -> str:
    """Let the model fit itself to the records where that is due; return the live version."""
    from matching.fitting.self_training import fit_if_due
    from matching.live import live_model

    fit_if_due()
    return live_model().version


@shared_task(acks_late=True)
def refresh_stakes() -> int:
    """Bring up to date what customers of open cases have at stake; return how many changed."""
    from matching.queueing.stakes import refresh_stakes as refresh

    return refresh()


def nudge() -> None:
    """Wake a worker. A queue that is down costs a few seconds until the next sweep."""
    try:
        resolve_dirty.apply_async(retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("queue not reachable; the sweep will resolve the waiting records")


@shared_task(acks_late=True, soft_time_limit=900, time_limit=960)
def count_quality(*, now: bool = False) -> bool:
    """Count how good the data is if that is due, or `now`; say whether it did. Repeatable."""
    from matching.data_quality.counting import count_if_due, count_now

    return (count_now() if now else count_if_due()) is not None


def ask_for_count() -> bool:
    """Wake a worker to count now; false where the queue is down."""
    try:
        count_quality.apply_async(kwargs={"now": True}, retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("queue not reachable; the clock will see to counting")
        return False
    return True


@shared_task(acks_late=True, soft_time_limit=300, time_limit=360)
def check_joins() -> int:
    """Draw joins to be checked, and let sources step back whose joins turn out wrong."""
    from matching.rules.audits import draw
    from matching.rules.stages import step_back_where_due

    opened = draw()
    step_back_where_due()
    return opened
