"""Who was joined in a customer at a past moment, from receipts alone.

A customer begins with the record it was born with; each receipt that names it as target adds
records, each that names it as origin takes some away. What the records said then is another
question: values are those of now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import urlencode

from c360.models import User
from matching.models import MergeEvent
from matching.telling.casefile import note_records
from profiles.models import Profile, SourceRecord


@dataclass(frozen=True, slots=True)
class Moment:
    """A time at which other records belonged here than before; `who` is empty for the rules.

    `came` and `went` say how many records; both are zero for the birth of the customer.
    """

    at: datetime
    who: User | None
    came: int
    went: int

    @property
    def query(self) -> str:
        """The address of the moment, as the page reads it back."""
        return urlencode({"at": self.text})

    @property
    def text(self) -> str:
        return self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class Past:
    """A customer as it was: its records then, those of them that `left`, and when it changed.

    `moment` is the last change by then, `earlier` and `later` are those before and after it.
    """

    at: datetime
    records: list[SourceRecord]
    left: frozenset[int]
    earlier: Moment | None
    later: Moment | None
    moment: Moment | None


def moment_of(text: str) -> datetime | None:
    """The time an address names; a day is its end. `None` for none and for nonsense."""
    try:
        day = parse_date(text)
        found = datetime.combine(day, time.max) if day else parse_datetime(text)
    except ValueError:
        return None
    if found is not None and timezone.is_naive(found):
        return timezone.make_aware(found)
    return found


def receipts_of(profile: Profile) -> list[MergeEvent]:
    """All receipts that name a profile, in order. One query."""
    rows = MergeEvent.objects.filter(Q(to_profile=profile) | Q(from_profile=profile))
    return list(rows.select_related("actor").order_by("id"))


def moments_of(profile: Profile, receipts: Iterable[MergeEvent]) -> list[Moment]:
    """The birth of a profile and each change since, oldest first."""
    found = [Moment(profile.birth_record.born_at, None, 0, 0)]
    for row in receipts:
        came = len(row.records) if row.to_profile_id == profile.pk else 0
        went = len(row.records) - came
        last = found[-1]
        if last.at == row.happened_at:  # one change has a receipt for each way records went
            found[-1] = Moment(last.at, row.actor, last.came + came, last.went + went)
        else:
            found.append(Moment(row.happened_at, row.actor, came, went))
    return found


def members_at(profile: Profile, receipts: Iterable[MergeEvent], at: datetime) -> set[int]:
    """Ids of the records that answered to a profile at a moment, what was deleted included."""
    members = {profile.birth_record_id}
    for row in receipts:
        if row.happened_at > at:
            break
        if row.to_profile_id == profile.pk:
            members.update(row.records)
        else:
            members.difference_update(row.records)
    return members


def past_of(profile: Profile, at: datetime) -> tuple[Past, list[Moment]]:
    """The customer at a moment, and all moments. At most four queries."""
    receipts = receipts_of(profile)
    moments = moments_of(profile, receipts)
    members = members_at(profile, receipts, at) if at >= moments[0].at else set()
    rows = SourceRecord.objects.filter(pk__in=members).select_related("source", "membership")
    records = list(rows.order_by("born_at", "pk"))
    note_records(*records)
    left = {each.pk for each in records if each.membership.profile_id != profile.pk}
    return Past(at, records, frozenset(left), *_around(moments, at)), moments


def _around(moments: Sequence[Moment], at: datetime) -> tuple[Moment | None, ...]:
    """The change before the one that counts at a time, the one after, and that one itself."""
    now = [moment for moment in moments if moment.at <= at]
    later = [moment for moment in moments if moment.at > at]
    before = now[-2] if len(now) > 1 else None
    return before, (later[0] if later else None), (now[-1] if now else None)
