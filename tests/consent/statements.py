"""Statements for the tests of consent: short to write, dated by day number."""

from datetime import UTC, datetime, timedelta
from typing import Any

from consent import ledger
from consent.models import LedgerEntry
from profiles.models import SourceRecord

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def say(
    record: SourceRecord, granted: bool, on: float = 0, channel: str = "email", **fields: Any
) -> LedgerEntry:
    """Append one statement about marketing and return its entry."""
    entry = ledger.NewEntry(
        record_id=record.pk,
        purpose=fields.pop("purpose", "marketing"),
        channel=channel,
        decision=LedgerEntry.Decision.GRANTED if granted else LedgerEntry.Decision.REFUSED,
        stated_at=day(on),
        **fields,
    )
    ledger.append([entry])
    return LedgerEntry.objects.filter(record=record).latest("pk")
