"""Both logs read again: each row still says what was hashed when it was added; and permissions
are what follows from the ledger.

The database's own functions hash here, for speed; `manage.py ledger verify` does it without
them and holds the chains against signed heads as well.
"""

from collections.abc import Iterator

from django.db import connection

from consent.chain.format import LOGS
from consent.permitting.drift import drift
from profiles.verification import Difference

CHANGED = "SELECT entry_id FROM {table} e WHERE {table}_hash(e) <> row_hash ORDER BY chain, seq"
CHECKS = {"consent": "ledger", "access": "access log"}


def differences() -> Iterator[Difference]:
    """Name rows whose contents and hash do not fit together, and permissions that drift."""
    for log in LOGS:
        with connection.cursor() as cursor:
            cursor.execute(CHANGED.format(table=log.table))
            for (entry_id,) in cursor.fetchall():
                yield Difference(CHECKS[log.name], f"entry {entry_id}")
    for each in drift():
        yield Difference("permissions", str(each))
