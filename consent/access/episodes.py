"""Under which public ids the records of a customer were shown, and when.

The access log names customers by the id they had at the time. Joined later, or split off since,
their records were shown under other ids; receipts of matching tell from when to when.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from matching.models import MergeEvent
from profiles.models import Membership, Profile

# An answer may have been read before a change and be logged after it.
AFTERWARDS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Episode:
    """A time in which an id showed at least one of the records; `None` is without end."""

    profile_id: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Trail:
    """A customer as they are now: the id they answer to, their records, and their ways."""

    profile_id: str
    records: list[int]
    episodes: list[Episode]


def trail_of(profile_id: str) -> Trail:
    """Follow an id to the customer it leads to now, and their records through all ids.

    An id of nobody we know any more leads to itself: what was logged under it is all there is.
    At most four queries, and one more for every further id the records passed through.
    """
    birth = Profile.objects.filter(pk=profile_id).values_list("birth_record", flat=True).first()
    now = Membership.objects.filter(record=birth).values_list("profile", flat=True).first()
    if birth is None or now is None:
        return Trail(profile_id, [], [Episode(profile_id, None, None)])
    records = list(
        Membership.objects.filter(profile=now).order_by("pk").values_list("pk", flat=True)
    )
    births = dict(
        Profile.objects.filter(birth_record__in=records).values_list("birth_record", "pk")
    )
    receipts = _receipts(set(records), {now, *births.values()})
    found = [each for pk in records for each in _way_of(pk, births[pk], receipts)]
    return Trail(now, records, list(dict.fromkeys(found)))


def _receipts(records: set[int], ids: set[str]) -> list[MergeEvent]:
    """Every receipt that moved one of the records, oldest first."""
    found: dict[int, MergeEvent] = {}
    asked: set[str] = set()
    while ids - asked:
        new = ids - asked
        asked |= new
        rows = MergeEvent.objects.filter(Q(from_profile__in=new) | Q(to_profile__in=new))
        moved = [row for row in rows if not records.isdisjoint(row.records)]
        found |= {row.pk: row for row in moved}
        ids = {pk for row in moved for pk in (row.from_profile_id, row.to_profile_id)}
    return sorted(found.values(), key=lambda row: (row.happened_at, row.pk))


def _way_of(record: int, birth: str, receipts: Iterable[MergeEvent]) -> Iterator[Episode]:
    """Where one record was, from its birth on."""
    here, since = birth, None
    for receipt in receipts:
        if record in receipt.records and receipt.to_profile_id != here:
            yield Episode(here, since, receipt.happened_at + AFTERWARDS)
            here, since = receipt.to_profile_id, receipt.happened_at
    yield Episode(here, since, None)
