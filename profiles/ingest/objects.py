"""State of orders, tickets and their kin, told by their events in any order.

An object is derived from the stored events about it, so its state does not depend on which
came first. Between events of one time the larger message id speaks (then the larger source):
- state, with its time and message: the newest event that states one;
- opened: the earliest event;
- amount: the newest event of the object's own kind that states one (an order's, not that of a
  payment or a refund of it); only where none does, the newest of any kind;
- record: the newest event that names one.
What events told that retention has dropped since stays as it was.
"""

from collections.abc import Iterable

from django.db import connection

from profiles.mappings.records import ReadObject
from profiles.models import Source

OWN_KIND = "event.kind = object.kind DESC"
NEWEST = "event.occurred_at DESC, event.message_id DESC, event.source_id DESC"
# Locks what is there, in one order for all importers. The kind is the alphabetically first
# one told, which two disagreeing mappings cannot turn back and forth.
INSERT_OR_LOCK = """
INSERT INTO profiles_customerobject AS held
    (namespace, object_id, kind, source_id, record_key, state, state_message_id, state_at,
     opened_at, currency)
SELECT namespace, object_id, kind, %s, '', '', '', 'infinity', 'infinity', ''
FROM unnest(%s::varchar[], %s::varchar[], %s::varchar[]) AS told (namespace, object_id, kind)
ON CONFLICT ON CONSTRAINT one_object_per_id
    DO UPDATE SET kind = excluded.kind WHERE excluded.kind < held.kind
"""
# Aggregates in one pass: joins of intermediate results, whose sizes nobody can guess before
# the tables are analysed, take a thousand times as long.
DERIVE = """
WITH told AS (
    SELECT object.id AS object_pk,
        min(event.occurred_at) AS opened_at,
        array_agg(event.object_state ORDER BY {newest_state}) AS states,
        array_agg(event.occurred_at ORDER BY {newest_state}) AS state_times,
        array_agg(event.message_id ORDER BY {newest_state}) AS state_messages,
        array_agg(event.amount_minor ORDER BY {newest_amount}) AS amounts,
        array_agg(event.currency ORDER BY {newest_amount}) AS currencies,
        array_agg(event.source_id ORDER BY {newest_name}) AS sources,
        array_agg(event.record_key ORDER BY {newest_name}) AS record_keys,
        array_agg(event.record_id ORDER BY {newest_name}) AS records
    FROM unnest(%s::varchar[], %s::varchar[]) AS asked (namespace, object_id)
    JOIN profiles_customerobject AS object USING (namespace, object_id)
    JOIN profiles_event AS event
        ON event.object_namespace = asked.namespace AND event.object_id = asked.object_id
    GROUP BY object.id
)
UPDATE profiles_customerobject AS object SET
    opened_at = least(object.opened_at, told.opened_at),
    (state, state_at, state_message_id) = (
        SELECT state, at, message FROM (VALUES
            (object.state, object.state_at, object.state_message_id),
            (told.states[1], told.state_times[1], told.state_messages[1])
        ) AS stated (state, at, message)
        ORDER BY at <> 'infinity' DESC, state <> '' DESC, at DESC, message DESC LIMIT 1
    ),
    amount_minor = coalesce(told.amounts[1], object.amount_minor),
    currency = CASE WHEN told.amounts[1] IS NULL THEN object.currency
                    ELSE told.currencies[1] END,
    source_id = CASE WHEN told.record_keys[1] = '' THEN object.source_id
                     ELSE told.sources[1] END,
    record_id = CASE WHEN told.record_keys[1] = '' THEN object.record_id
                     ELSE told.records[1] END,
    record_key = CASE WHEN told.record_keys[1] = '' THEN object.record_key
                      ELSE told.record_keys[1] END
FROM told WHERE object.id = told.object_pk
""".format(  # noqa: S608 - only the orders below are filled in
    newest_state=f"event.object_state <> '' DESC, {NEWEST}",
    newest_amount=f"event.amount_minor IS NOT NULL DESC, {OWN_KIND}, {NEWEST}",
    newest_name=f"event.record_key <> '' DESC, {NEWEST}",
)


def derive_objects(source: Source, told: Iterable[ReadObject]) -> None:
    """Bring the objects that new events are about up to date. Two statements.

    Call it after the events were stored, in their transaction: whoever holds the objects sees
    every event of those who held them before.
    """
    kinds: dict[tuple[str, str], str] = {}
    for each in told:
        key = (each.namespace, each.id)
        kinds[key] = min(each.kind, kinds.get(key, each.kind))
    if not kinds:
        return
    keys = sorted(kinds)
    namespaces = [namespace for namespace, _ in keys]
    ids = [object_id for _, object_id in keys]
    with connection.cursor() as cursor:
        told_kinds = [kinds[key] for key in keys]
        cursor.execute(INSERT_OR_LOCK, [source.pk, namespaces, ids, told_kinds])
        cursor.execute(DERIVE, [namespaces, ids])
