"""One lock for all that consent writes: the one under which the ledger grows.

Ledger, contact points and permissions are written by one transaction at a time, from the first
of them until its commit, so that none misses what another is about to write. Locks of records
and components are taken before it, never after.
"""

from django.db import connection

from c360 import advisory

LOCK = "SELECT pg_advisory_xact_lock(%s, 1)"  # as `consent_ledgerentry_chain` takes it


def lock() -> None:
    """Wait for whoever writes consent; held until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [advisory.CONSENT])
