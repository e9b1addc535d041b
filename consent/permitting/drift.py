"""Permissions computed again from the ledger and compared with what is stored."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from consent.locking import lock
from consent.models import PermissionState
from consent.permitting import projection
from consent.permitting import rows as permission_rows
from consent.permitting.evidence import customers_of, rules_now
from consent.permitting.facts import Reason
from consent.permitting.fold import permissions
from profiles.models import Profile

CHUNK = 500
# What follows from the purpose alone needs no row.
UNSPOKEN = frozenset({Reason.IMPLICIT_BASIS, Reason.NECESSARY, Reason.PURPOSE_RETIRED})


@dataclass(frozen=True, slots=True)
class Drift:
    """One stored permission that is not what the ledger says, or one that is missing."""

    profile: str
    purpose: str
    channel: str

    def __str__(self) -> str:
        return f"{self.profile} {self.purpose} {self.channel}"


def drift() -> Iterator[Drift]:
    """Name every difference. Memory stays bounded; compare beside running work in one
    repeatable-read transaction.

    Profiles that are stale answer no and wait for a worker; they are passed over, and so are
    permissions whose time has come.
    """
    for profile_ids in _chunks():
        yield from drift_of(profile_ids)


def rebuild() -> int:
    """Mend every difference; return the number of profiles mended."""
    mended = 0
    for profile_ids in _chunks():
        with transaction.atomic():
            lock()
            wrong = {each.profile for each in drift_of(profile_ids)}
            projection.compute(wrong)
            mended += len(wrong)
    return mended


def drift_of(profile_ids: Collection[str]) -> Iterator[Drift]:
    """The differences of these profiles. At most nine queries."""
    now, rules = timezone.now(), rules_now()
    states = dict(
        PermissionState.objects.filter(profile__in=profile_ids).values_list(
            "profile_id", "is_stale"
        )
    )
    wanted = {
        (profile, purpose, channel, point): answer
        for profile, customer in customers_of(profile_ids).items()
        for purpose, channel, point, answer in permissions(customer, at=now, rules=rules)
        if profile in states or answer.reason not in UNSPOKEN
    }
    stored = permission_rows.stored(profile_ids)
    for key in sorted(wanted.keys() | stored.keys()):
        held = stored.get(key)
        is_due = held is not None and held.changes_at is not None and held.changes_at <= now
        if held != wanted.get(key) and not is_due and not states.get(key[0]):
            yield Drift(*key[:3])


def _chunks() -> Iterator[list[str]]:
    last = ""
    ids = Profile.objects.order_by("pk").values_list("pk", flat=True)
    while found := list(ids.filter(pk__gt=last)[:CHUNK]):
        yield found
        last = found[-1]
