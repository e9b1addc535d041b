"""What a steward says should be shown for a while: saying it, and taking it back.

An override is a fact about a record. A change of one and the values of its customer are stored
in one transaction, under the locks of the records that are tied together.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import User
from profiles.access import STEWARD
from profiles.announcing import announce_customers
from profiles.ingest.payload import as_json
from profiles.keyed import keyed_digest
from profiles.locking import ComponentsKeepMoving, lock_components
from profiles.models import Membership, Override, Profile, SourceRecord
from profiles.projection import refresh
from profiles.signals import RecordChange, records_changed
from profiles.survivorship.said import hash_of, is_blank, same, values_of

SEEN = "value that a steward looked at"
USUAL_DAYS, MOST_DAYS = 90, 365
DAY = timedelta(days=1)


class OverrideRefused(Exception):
    """Nothing was stored; the message is a sentence for the steward."""


class Preferred(NamedTuple):
    """A value of a record, known by its hash."""

    record: int
    value_hash: str


def ask_steward(user: User) -> None:
    """Raise `PermissionDenied` for everybody else, before anything is looked up."""
    if not user.has_perm(STEWARD):
        raise PermissionDenied


def overrides_on(record_ids: Collection[int]) -> list[Override]:
    """What stewards said of these records and nobody has ended. One query."""
    return list(Override.objects.standing().filter(record__in=record_ids))


def value_hash(attribute: str, value: Any) -> str:
    """Knows a value again that says the same, without keeping it."""
    return hash_of(attribute, same(attribute, value))


def fingerprint(entry: Mapping[str, Any]) -> str:
    """Tells whether a golden value, or one that lost, has changed since somebody looked."""
    return keyed_digest(SEEN, as_json(entry)).hex()


def first_and_last_day() -> tuple[date, date]:
    """Between which days an override said now may end: today, and a year from now."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    return today, today + MOST_DAYS * DAY


def end_of(day: date) -> datetime:
    """The moment after a day, where the product runs."""
    return timezone.make_aware(
        datetime.combine(day + DAY, time.min), timezone.get_default_timezone()
    )


def last_day(override: Override) -> date:
    """The last day on which an override holds, where the product runs."""
    until = timezone.localtime(override.until, timezone.get_default_timezone())
    return (until - timedelta(microseconds=1)).date()


@transaction.atomic
def say_override(
    profile: Profile,
    attribute: str,
    preferred: Preferred,
    *,
    form: UUID,
    seen: str,
    reason: str,
    day: date,
    said_by: User,
) -> Override:
    """Show a value of a record until the end of a day, and choose the customer's values anew.

    What was said before of this attribute of the record is replaced. The same `form` sent again
    returns what it stored. `seen` is the fingerprint of what the steward looked at; raises
    `OverrideRefused` once it is something else, or the record no longer says the value.
    """
    ask_steward(said_by)
    known = Override.objects.filter(pk=form, said_by=said_by).first()
    if known is not None:
        return known
    _ask_complete(reason, day)
    members = Membership.objects.filter(profile=profile).values_list("record_id", flat=True)
    _lock(members)
    now_shown = Profile.objects.get(pk=profile.pk).golden.get(attribute, {})
    is_taken = Override.objects.filter(pk=form).exists()
    if is_taken or not now_shown or seen != fingerprint(now_shown):
        raise OverrideRefused(_("This value changed while you looked. Nothing was saved."))
    _ask_said(profile, attribute, preferred)
    _end(
        Override.objects.standing().filter(record=preferred.record, attribute=attribute),
        end=Override.End.REPLACED,
        by=said_by,
    )
    made = Override.objects.create(
        id=form,
        record_id=preferred.record,
        attribute=attribute,
        value_hash=preferred.value_hash,
        reason=reason.strip(),
        said_by=said_by,
        until=end_of(day),
    )
    show_anew([preferred.record])
    return made


def _ask_complete(reason: str, day: date) -> None:
    first, last = first_and_last_day()
    if not reason.strip():
        raise OverrideRefused(_("Say why: the reason is kept with the choice."))
    if not first <= day <= last:
        raise OverrideRefused(_("Choose a last day from today on, within a year."))


def _ask_said(profile: Profile, attribute: str, preferred: Preferred) -> None:
    """Refuse what the record, held as it is until the commit, does not say."""
    rows = SourceRecord.objects.live().select_for_update(no_key=True, of=("self",))
    record = rows.filter(pk=preferred.record, membership__profile=profile).first()
    if record is None or not says(record, attribute, preferred.value_hash):
        raise OverrideRefused(_("This record no longer says that value. Nothing was saved."))


def says(record: SourceRecord, attribute: str, value: str) -> bool:
    """Whether a record says the value of this hash."""
    said = dict(values_of(record)).get(attribute, [])
    return any(value == value_hash(attribute, each) for each in said if not is_blank(each))


@transaction.atomic
def take_back(override: Override, *, by: User) -> None:
    """Let the rules choose again; one that has ended already stays as it is."""
    ask_steward(by)
    _lock([override.record_id])
    rows = Override.objects.standing().filter(pk=override.pk)
    if _end(rows, end=Override.End.TAKEN_BACK, by=by):
        show_anew([override.record_id])


def _end(rows: Any, *, end: Override.End, by: User) -> int:
    ended: int = rows.update(end=end, ended_by=by, ended_at=timezone.now())
    return ended


def _lock(record_ids: Collection[int]) -> None:
    try:
        lock_components(list(record_ids))
    except ComponentsKeepMoving as error:
        raise OverrideRefused(_("New data is changing this customer. Try again.")) from error


def show_anew(record_ids: Collection[int]) -> None:
    """Choose the values of the customers of these records anew, and tell open pages."""
    rows = Membership.objects.filter(record__in=record_ids)
    profiles = sorted(set(rows.values_list("profile_id", flat=True)))
    refresh(profiles)
    announce_customers(profiles)


@receiver(records_changed)
def forget_with_the_record(sender: Any, changes: Sequence[RecordChange], **kwargs: Any) -> None:
    """What was said of a record goes with it when its source deletes it."""
    gone = [change.record.pk for change in changes if not change.record.is_live]
    if gone:
        Override.objects.filter(record__in=gone).delete()
