"""Overrides whose time is over, ended by the clock.

An override holds until a row says that it has ended, so what is shown never depends on when
somebody looks. Nothing has to be marked: what is due is found by an index, whoever died.
"""

import logging
from collections.abc import Collection, Iterator
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from c360 import advisory
from profiles.locking import ComponentsKeepMoving, lock_components
from profiles.models import Override
from profiles.survivorship.catching_up import catch_up
from profiles.survivorship.overrides import show_anew

logger = logging.getLogger(__name__)

AT_ONCE = 100  # overrides of one transaction
LOOKED_UP = 5_000
TURN = (advisory.SPREADING, 3)  # of the worker that ends overrides
LATE = timedelta(minutes=2)  # many times the period of the clock


def late() -> int:
    """How many overrides the clock should have ended by now, and has not."""
    before = timezone.now() - LATE
    return Override.objects.standing().filter(until__lte=before).count()


def end_overdue(*, max_seconds: float | None = None) -> int:
    """End those whose time is over, until none is left or time is up; return how many.

    Nothing where another worker is at it. Must be called outside a transaction. Safe to repeat,
    and to be killed.
    """
    return catch_up(TURN, _next, _end, max_seconds=max_seconds)


def _next() -> Iterator[list[int]]:
    """Records with something overdue, some hundred at a time, the longest overdue first."""
    rows = Override.objects.overdue().order_by("until").values_list("record_id", flat=True)
    ids = list(rows[:LOOKED_UP])
    for start in range(0, len(ids), AT_ONCE):
        yield sorted(set(ids[start : start + AT_ONCE]))


def _end(record_ids: Collection[int]) -> int:
    """One transaction, under the locks of the components; those that fail are left."""
    try:
        with transaction.atomic():
            lock_components(record_ids)
            rows = Override.objects.overdue().filter(record__in=record_ids)
            ended = rows.update(end=Override.End.OVER, ended_at=timezone.now())
            if ended:
                show_anew(record_ids)
    except ComponentsKeepMoving:
        return 0
    except Exception:
        logger.exception("overrides on %d records could not be ended", len(record_ids))
        return 0
    return ended
