"""The ledger read again, and permissions worked out again from what it says."""

from collections.abc import Iterator

from django.db import connection

from consent.drift import drift
from profiles.verification import Difference

CHANGED = (
    "SELECT entry_id FROM consent_ledgerentry e WHERE consent_ledgerentry_hash(e) <> row_hash"
)


def differences() -> Iterator[Difference]:
    """Name every ledger entry whose contents and hash do not fit together, and every
    permission that does not follow from the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED)
        for (entry_id,) in cursor.fetchall():
            yield Difference("ledger", f"entry {entry_id}")
    for each in drift():
        yield Difference("permissions", str(each))
