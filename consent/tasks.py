"""Entry points for workers. Messages are hints: what has to be done is in the tables."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from consent.chain import checkpoints

logger = logging.getLogger(__name__)

MAX_SECONDS = 40  # below the task time limit; what is left is found by the clock


@shared_task(acks_late=True)
def catch_up() -> int:
    """Work out permissions that are stale or whose time has come; say how many profiles.

    Until then all answers about a stale profile are no. Safe to repeat and to kill.
    """
    from consent.permitting.catching_up import catch_up

    return catch_up(max_seconds=MAX_SECONDS)


def nudge() -> None:
    """Wake a worker. A queue that is down costs the time until the clock asks."""
    try:
        catch_up.apply_async(retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("queue not reachable; the clock will see to stale permissions")


@shared_task(acks_late=True)
def sign_heads() -> int:
    """Sign where the logs end, if they have grown; return how many heads. Safe to repeat."""
    return len(checkpoints.sign_all())


def ask_for_signature() -> None:
    """Have heads signed soon: after much was added, not only when the clock says so."""
    try:
        sign_heads.apply_async(retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("queue not reachable; the clock will see to signed heads")
