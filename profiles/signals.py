"""News that travels upward: `profiles` never imports those who listen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.dispatch import Signal

from profiles.mappings.records import ConsentStatement
from profiles.models import SourceRecord


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record that is new, changed, deleted or back.

    `attributes` are the current ones (empty when deleted). `consent` holds what the newly
    stored row stated, also when the row was older than the current version, and `read` the
    attributes of that very row.
    """

    record: SourceRecord
    attributes: dict[str, Any]
    consent: Sequence[ConsentStatement]
    is_current: bool = True
    received_payload_hash: str = ""
    read: Mapping[str, Any] = field(default_factory=dict)


# Sent inside the transaction that stored the records, with `changes: Sequence[RecordChange]`.
# Receivers write what they derive at once (block keys, dirty marks, ledger entries); an
# exception undoes the whole batch.
records_changed = Signal()
