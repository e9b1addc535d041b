"""From a ledger entry to all that was said about the same thing, as receipts need it."""

from collections.abc import Iterable
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db.models import Q
from django.utils.translation import override

from consent.models import LedgerEntry
from consent.stating.receipts import Event, Notice, Thread

CORRECTING = ("invalidated", "corrected")


class NoReceipt(ValueError):
    """The entry is about every purpose or channel, so no one consent is to be confirmed."""


def thread_of(entry: LedgerEntry) -> tuple[Thread, Event]:
    """The thread of an entry, and the entry in it. One query.

    Raises `NoReceipt` for entries without a purpose or a channel.
    """
    if entry.purpose is None or not entry.channel:
        raise NoReceipt(f"entry {entry.entry_id} is not about one purpose and channel")
    same = LedgerEntry.objects.filter(
        record=entry.record_id,
        purpose=entry.purpose_id,
        channel=entry.channel,
        contact_point=entry.contact_point_id,
    ) | LedgerEntry.objects.filter(
        Q(corrects__record=entry.record_id)
        & Q(corrects__purpose=entry.purpose_id)
        & Q(corrects__channel=entry.channel)
        & Q(corrects__contact_point=entry.contact_point_id)
    )
    rows = same.select_related("policy_version").order_by("stated_at", "pk").distinct()
    events = {row.pk: _event(row) for row in rows}
    return _thread(entry, events.values()), events[entry.pk]


def _thread(entry: LedgerEntry, events: Iterable[Event]) -> Thread:
    purpose = entry.purpose
    assert purpose is not None  # noqa: S101 - asked by `thread_of`
    return Thread(
        record_ref=record_ref(entry.record_id),
        purpose=purpose.name,
        purpose_iri=purpose.dpv_iri,
        channel=entry.channel,
        months=purpose.validity_months,
        controller=f"urn:c360:org:{uuid5(NAMESPACE_URL, settings.C360_ORGANISATION)}",
        organisation=settings.C360_ORGANISATION,
        withdraw_at=settings.C360_PRIVACY_CONTACT,
        storage_country=settings.C360_DEFAULT_REGION,
        events=list(events),
    )


def record_ref(record: int) -> UUID:
    """Names a record in receipts: the same each time, and no key of its source."""
    return uuid5(NAMESPACE_URL, f"urn:c360:record:{record}")


def _event(row: LedgerEntry) -> Event:
    with override(settings.LANGUAGE_CODE):  # a receipt says the same to everybody
        method = str(row.get_method_display())
    text = row.policy_version
    notice = None
    if text is not None and text.published_at is not None:
        notice = Notice(
            name=str(text),
            language=text.language,
            jurisdiction=text.jurisdiction,
            published_at=text.published_at,
            sha256=text.body_sha256,
        )
    return Event(
        entry_id=row.entry_id,
        decision=row.decision,
        stated_at=row.stated_at,
        method=method,
        by_subject=row.decision not in CORRECTING,
        chain=row.chain,
        seq=row.seq,
        row_hash=bytes(row.row_hash).hex(),
        notice=notice,
        valid_until=row.valid_until,
    )
