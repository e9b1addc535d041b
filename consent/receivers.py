"""What consent does when records change: their statements enter the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from consent import ledger
from consent.models import LedgerEntry
from profiles.models import RecordVersion
from profiles.signals import RecordChange, records_changed

Decision, Precision = LedgerEntry.Decision, LedgerEntry.Precision
Version = tuple[int, str]  # a record and the hash of one of its payloads


@receiver(records_changed)
def append_statements(sender: Any, changes: Sequence[RecordChange], **kwargs: Any) -> None:
    """Append what the rows state, in the transaction that stored them.

    Rows older than the current version count too: a statement is a fact at its own time. Where
    the source does not say when, that is the time of the row.
    """
    stating = [change for change in changes if change.consent]
    late = _times_of_late_rows([change for change in stating if not change.is_current])
    ledger.append(
        ledger.NewEntry(
            record_id=change.record.pk,
            purpose=statement.purpose,
            channel=statement.channel,
            decision=Decision.GRANTED if statement.granted else Decision.REFUSED,
            stated_at=statement.stated_at or _time_of_row(change, late),
            precision=Precision.EXACT if statement.stated_at else Precision.UNDATED,
        )
        for change in stating
        for statement in change.consent
    )


def _time_of_row(change: RecordChange, late: dict[Version, datetime]) -> datetime:
    """When its source wrote the row, else when it came."""
    record = change.record
    written = late.get((record.pk, change.received_payload_hash))
    return written or record.source_updated_at or record.received_at


def _times_of_late_rows(changes: Sequence[RecordChange]) -> dict[Version, datetime]:
    """When each row was written; its record only knows the time of a newer one. One query."""
    if not changes:
        return {}
    versions = RecordVersion.objects.filter(
        record__in={change.record.pk for change in changes},
        content_hash__in={change.received_payload_hash for change in changes},
    ).exclude(source_updated_at=None)
    fields = ("record_id", "content_hash", "source_updated_at")
    return {
        (record, content_hash): written
        for record, content_hash, written in versions.values_list(*fields)
        if written is not None
    }
