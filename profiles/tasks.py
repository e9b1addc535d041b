"""Entry points for workers. Messages are hints: what is to be done is read from the rows."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

MAX_SECONDS = 40  # below the task time limit; what is left is found by the clock


@shared_task(acks_late=True)
def spread_rules() -> int:
    """Bring values in line with the live rules, for a while; return of how many customers."""
    from profiles.survivorship.spreading import spread

    return spread(max_seconds=MAX_SECONDS)


@shared_task(acks_late=True)
def end_overrides() -> int:
    """End overrides whose time is over; return how many."""
    from profiles.survivorship.ending import end_overdue

    return end_overdue(max_seconds=MAX_SECONDS)


def nudge() -> None:
    """Wake a worker. A queue that is down costs a few seconds until the clock does."""
    try:
        spread_rules.apply_async(retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("queue not reachable; the clock will see to spreading rules")
