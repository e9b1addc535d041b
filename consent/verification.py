"""The ledger read again: each entry still says what was hashed when it was added."""

from collections.abc import Iterator

from django.db import connection

from profiles.verification import Difference

CHANGED = (
    "SELECT entry_id FROM consent_ledgerentry e WHERE consent_ledgerentry_hash(e) <> row_hash"
)


def differences() -> Iterator[Difference]:
    """Name every ledger entry whose contents and hash do not fit together."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED)
        for (entry_id,) in cursor.fetchall():
            yield Difference("ledger", f"entry {entry_id}")
