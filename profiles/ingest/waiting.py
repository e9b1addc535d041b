"""Events and objects that came before their record, and how they find it.

A record is attached by whoever comes second: ingest of events looks for the record, ingest of
records looks for what waits. Two transactions at the same moment could each miss what the
other has not committed yet. So whoever stores events of unknown records holds the gate of the
source alone, and whoever makes records passes it with others of its kind; both until their end.
"""

from collections.abc import Mapping

from django.db import connection

from c360 import advisory
from profiles.models import Source

CLOSE_GATE = "SELECT pg_advisory_xact_lock(%s, %s)"
SHARE_GATE = "SELECT pg_advisory_xact_lock_shared(%s, %s)"
ANYTHING_WAITS = """
SELECT EXISTS (SELECT FROM profiles_event
               WHERE source_id = %s AND record_id IS NULL AND record_key > ''),
       EXISTS (SELECT FROM profiles_customerobject
               WHERE source_id = %s AND record_id IS NULL AND record_key > '')
"""
ATTACH_EVENTS = """
UPDATE profiles_event AS event SET record_id = born.id
FROM unnest(%s::varchar[], %s::bigint[]) AS born (record_key, id)
WHERE event.source_id = %s AND event.record_id IS NULL AND event.record_key = born.record_key
"""
# In the order in which ingest of events locks objects.
ATTACH_OBJECTS = """
WITH waiting AS (
    SELECT id, record_key FROM profiles_customerobject
    WHERE source_id = %s AND record_id IS NULL AND record_key = ANY(%s)
    ORDER BY namespace, object_id FOR NO KEY UPDATE
)
UPDATE profiles_customerobject AS object SET record_id = born.id
FROM waiting JOIN unnest(%s::varchar[], %s::bigint[]) AS born (record_key, id)
    USING (record_key)
WHERE object.id = waiting.id
"""


def close_gate(source: Source) -> None:
    """Wait for those who make records of this source, and keep others out until the end."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_GATE, [advisory.WAITING, source.pk])


def attach_waiting(source: Source, born: Mapping[str, int]) -> None:
    """Give new records (external id to record id) what came before them.

    When they last did something is left to `profiles.projection.refresh`: a new record is
    about to be resolved anyway.
    """
    keys, ids = list(born), list(born.values())
    with connection.cursor() as cursor:
        cursor.execute(SHARE_GATE, [advisory.WAITING, source.pk])
        cursor.execute(ANYTHING_WAITS, [source.pk, source.pk])
        events, objects = cursor.fetchone()
        if events:
            cursor.execute(ATTACH_EVENTS, [keys, ids, source.pk])
        if objects:
            cursor.execute(ATTACH_OBJECTS, [source.pk, keys, keys, ids])
