"""The ledger read again: each entry still says what was hashed when it was added."""

from collections.abc import Iterator

from consent.ledger import statement_hash
from consent.models import LedgerEntry
from profiles.verification import Difference


def differences() -> Iterator[Difference]:
    """Name every ledger entry whose contents and hash do not fit together."""
    rows = LedgerEntry.objects.order_by("pk").values_list(
        "entry_id",
        "statement_hash",
        "record_id",
        "purpose_id",
        "channel",
        "decision",
        "stated_at",
        "is_dated",
    )
    for entry_id, hashed, *stated in rows.iterator(chunk_size=5000):
        if statement_hash(stated) != hashed:
            yield Difference("ledger", f"entry {entry_id}")
