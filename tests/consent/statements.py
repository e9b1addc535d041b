"""Statements for the tests of consent: short to write, dated by day number."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from consent import contact_points
from consent.models import LedgerEntry
from consent.permitting.facts import KIND_OF
from consent.stating import ledger
from profiles.models import SourceRecord

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def say(
    record: SourceRecord, said: bool | str, on: float = 0, channel: str = "email", **fields: Any
) -> LedgerEntry:
    """Append one statement about marketing and return its entry.

    `said` is yes, no, or the name of a decision. It is about the first contact point the record
    has for the channel, unless `contact_point` says otherwise.
    """
    decision = said if isinstance(said, str) else "granted" if said else "refused"
    if "contact_point" not in fields:
        fields["contact_point"] = point_of(record, channel)
    entry = ledger.NewEntry(
        record_id=record.pk,
        purpose=fields.pop("purpose", "marketing"),
        channel=channel,
        decision=decision,
        stated_at=fields.pop("stated_at", day(on)),
        **fields,
    )
    (added,) = ledger.append([entry])
    return LedgerEntry.objects.get(entry_id=added)


def point_of(record: SourceRecord, channel: str) -> UUID | None:
    """The reference of the first contact point a record has for a channel."""
    values = contact_points.values_of(record.attributes)
    return _first(
        contact_points.find_or_make(
            [v for v in values if v.kind == KIND_OF.get(channel)]
        ).values()
    )


def _first(refs: Iterable[UUID]) -> UUID | None:
    return next(iter(refs), None)
