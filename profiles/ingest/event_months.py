"""Partitions of the event table: one a month, made when the first event of a month comes."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

MISSING_MONTHS = """
SELECT month FROM unnest(%s::date[]) AS needed (month)
WHERE to_regclass('public.profiles_event_' || to_char(month, 'YYYY_MM')) IS NULL
"""
# A partition points at records, so making one stops whoever writes them, and whoever reads
# events. Those who do both take records first; so do we, or they would wait for us in a circle.
LOCK_RECORDS = "LOCK TABLE profiles_sourcerecord IN SHARE ROW EXCLUSIVE MODE"
MAKE_MONTHS = "SELECT c360_ensure_event_month(month) FROM unnest(%s::date[]) AS needed (month)"


def ensure_months(moments: Iterable[datetime]) -> None:
    """Make the months that are missing, in a transaction of its own; one query if none is.

    Call it before the transaction that stores the events, holding no locks.
    """
    months = sorted({each.date().replace(day=1) for each in moments})
    with connection.cursor() as cursor:
        cursor.execute(MISSING_MONTHS, [months])
        missing = [month for (month,) in cursor.fetchall()]
        if missing:
            with transaction.atomic():
                cursor.execute(LOCK_RECORDS)
                cursor.execute(MAKE_MONTHS, [missing])
