"""Permissions that a worker has to work out: stale ones, and those whose time has come."""

import time
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consent.locking import lock
from consent.models import EffectivePermission, PermissionState
from consent.permitting import projection
from matching.resolving.failpoints import failpoint

AT_ONCE = 100  # profiles in one transaction: who appends to the ledger waits for it


def catch_up(*, max_seconds: float, now: datetime | None = None) -> int:
    """Work until nothing is left or time is up; return how many profiles were worked out."""
    ends, done = time.monotonic() + max_seconds, 0
    while some := _catch_up_some(now or timezone.now()):
        done += some
        if time.monotonic() > ends:
            break
    return done


@transaction.atomic
def _catch_up_some(now: datetime) -> int:
    """One transaction: whoever dies in it leaves the profiles stale."""
    lock()
    found = _waiting(now)
    failpoint("permissions_locked")
    projection.compute(found, now=now)
    failpoint("permissions_written")
    return len(found)


def _waiting(now: datetime) -> list[str]:
    stale = PermissionState.objects.filter(is_stale=True).order_by("profile_id")
    found = list(stale.values_list("profile_id", flat=True)[:AT_ONCE])
    if found:
        return found
    due = EffectivePermission.objects.filter(changes_at__lte=now).order_by("changes_at")
    return list(dict.fromkeys(due.values_list("profile_id", flat=True)[:AT_ONCE]))
