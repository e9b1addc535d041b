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

from profiles.mapping import ReadObject
from profiles.models import Source

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
DERIVE = """
WITH told AS (
    SELECT object.id AS object_pk, object.kind AS own_kind, event.source_id,
           event.message_id, event.record_id, event.record_key, event.kind, event.occurred_at,
           event.object_state, event.amount_minor, event.currency
    FROM unnest(%s::varchar[], %s::varchar[]) AS asked (namespace, object_id)
    JOIN profiles_customerobject AS object USING (namespace, object_id)
    JOIN profiles_event AS event
        ON event.object_namespace = asked.namespace AND event.object_id = asked.object_id
), opened AS (
    SELECT object_pk, min(occurred_at) AS at FROM told GROUP BY object_pk
), stated AS (
    SELECT DISTINCT ON (object_pk) * FROM told
    ORDER BY object_pk, object_state <> '' DESC, occurred_at DESC, message_id DESC,
             source_id DESC
), priced AS (
    SELECT DISTINCT ON (object_pk) * FROM told WHERE amount_minor IS NOT NULL
    ORDER BY object_pk, kind = own_kind DESC, occurred_at DESC, message_id DESC,
             source_id DESC
), named AS (
    SELECT DISTINCT ON (object_pk) * FROM told WHERE record_key <> ''
    ORDER BY object_pk, occurred_at DESC, message_id DESC, source_id DESC
)
UPDATE profiles_customerobject AS object SET
    opened_at = least(object.opened_at, opened.at),
    state = CASE WHEN wins.state THEN stated.object_state ELSE object.state END,
    state_at = CASE WHEN wins.state THEN stated.occurred_at ELSE object.state_at END,
    state_message_id =
        CASE WHEN wins.state THEN stated.message_id ELSE object.state_message_id END,
    amount_minor = coalesce(priced.amount_minor, object.amount_minor),
    currency = coalesce(priced.currency, object.currency),
    source_id = coalesce(named.source_id, object.source_id),
    record_key = coalesce(named.record_key, object.record_key),
    record_id = CASE WHEN named.record_key IS NULL THEN object.record_id
                     ELSE named.record_id END
FROM opened
JOIN stated USING (object_pk)
LEFT JOIN priced USING (object_pk)
LEFT JOIN named USING (object_pk)
CROSS JOIN LATERAL (
    SELECT held.state_at = 'infinity'
        OR (stated.object_state <> '', stated.occurred_at, stated.message_id)
         >= (held.state <> '', held.state_at, held.state_message_id) AS state
    FROM profiles_customerobject AS held WHERE held.id = opened.object_pk
) AS wins
WHERE object.id = opened.object_pk
"""


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
