"""Customers whose values another version chose, brought in line with the live one.

A row says which version chose its values, so nothing has to be marked: what is behind is
found, whoever died and whatever came in between.
"""

import logging
from collections.abc import Collection, Iterator

from django.db import connection, transaction
from django.db.models import QuerySet

from c360 import advisory
from profiles.announcing import announce_customers
from profiles.locking import ComponentsKeepMoving, lock_components
from profiles.models import Membership, Profile, SurvivorshipPublication
from profiles.projection import refresh
from profiles.survivorship.catching_up import catch_up
from profiles.survivorship.live import live_rules

logger = logging.getLogger(__name__)

AT_ONCE = 100  # customers of one transaction: a tenth of a second in which a desk may wait
LOOKED_UP = 5_000
TURN = (advisory.SPREADING, 1)  # of the worker that spreads
REACH = (
    advisory.SPREADING,
    2,
)  # how far the live version reaches: publishing waits for spreading
Scope = SurvivorshipPublication.Scope


def _parts_behind() -> list[QuerySet[Profile]]:
    """Customers whose values another version chose, in two parts that an index answers."""
    live, shown = live_rules().version, Profile.objects.filter(record_count__gt=0)
    older, newer = shown.filter(rules_version__lt=live), shown.filter(rules_version__gt=live)
    return [part.order_by("rules_version") for part in (older, newer)]


def behind() -> int:
    """How many customers show values that another version chose."""
    return sum(part.count() for part in _parts_behind())


def is_for_all() -> bool:
    """Whether the live version is meant for all customers, and not only for new data."""
    last = SurvivorshipPublication.objects.order_by("-pk").first()
    return last is None or last.scope == Scope.ALL


def waiting() -> int:
    """How many customers are still to be brought in line; none while they are held."""
    return behind() if is_for_all() else 0


def spread(*, max_seconds: float | None = None) -> int:
    """Bring in line who is behind, until nobody is or time is up; return how many.

    Nothing while the live version is for new data only, or where another worker is at it.
    Must be called outside a transaction. Safe to repeat, and to be killed.
    """
    return catch_up(TURN, _next, _bring_in_line, max_seconds=max_seconds)


def wait_for_spreading() -> None:
    """Until the end of this transaction nobody is brought in line; who is at it goes first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", REACH)


def _may_go_on() -> bool:
    """Whether the live version is still for all, and will be until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", REACH)
    return is_for_all()


def _next() -> Iterator[list[str]]:
    if not is_for_all():
        return
    ids = [
        pk for part in _parts_behind() for pk in part.values_list("pk", flat=True)[:LOOKED_UP]
    ]
    for start in range(0, len(ids), AT_ONCE):
        yield sorted(ids[start : start + AT_ONCE])


def _bring_in_line(profile_ids: Collection[str]) -> int:
    """One transaction, under the locks of the components; those that fail are left."""
    try:
        with transaction.atomic():
            if not _may_go_on():
                return 0
            members = Membership.objects.filter(profile__in=profile_ids)
            lock_components(list(members.values_list("record_id", flat=True)))
            refresh(profile_ids)
            announce_customers(profile_ids)
    except ComponentsKeepMoving:
        return 0
    except Exception:
        logger.exception("values of %d customers could not be chosen anew", len(profile_ids))
        return 0
    return len(profile_ids)
