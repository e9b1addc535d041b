"""The newest events of some kinds, read in one statement for all parts of a page.

What customers told us, notes of agents and offers are told by different parts of the page, each
from the newest events of its kinds within its own time. A part asks here, and keeps to itself
what it makes of them.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from c360.once import once
from c360.sql.arrays import id_array
from c360.sql.prepared import ask
from profiles.desk.own_source import SOURCE

TOLD_WITHIN, OFFERS_WITHIN = timedelta(days=30), timedelta(days=180)
MOST_TOLD, MOST_NOTES, MOST_OFFERS = 40, 80, 300  # some tell nothing, or close another one
TOLD, NOTES, OFFERS = "told", "notes", "offers"
NEWEST_OF = """
(SELECT '{part}', event.properties, event.id, event.record_id, event.message_id, event.kind,
    event.name, event.occurred_at, event.channel, event.text, event.object_id,
    event.object_state, event.amount_minor, event.currency, {ticket_state}
FROM profiles_event AS event
WHERE event.record_id = ANY (%(records)s::bigint[]) AND {condition}
ORDER BY event.occurred_at DESC, event.id DESC LIMIT {most})
"""
TICKET_STATE = """(SELECT state FROM profiles_customerobject AS ticket
    WHERE ticket.namespace = event.object_namespace AND ticket.object_id = event.object_id)"""
SPOKEN = """
(event.kind IN ('call', 'chat', 'ticket')
    OR event.kind = 'message'
        AND event.properties ->> 'direction' IN ('in', 'inbound', 'customer'))
AND event.occurred_at > %(told_since)s AND event.occurred_at <= %(now)s
"""
NOTED = """
event.kind = 'note'
AND event.source_id = (SELECT id FROM profiles_source WHERE slug = %(source)s)
"""
OFFERED = """
event.kind IN ('message', 'cart')
AND event.occurred_at >= %(offers_since)s AND event.occurred_at <= %(now)s
"""
READ_TOLD = NEWEST_OF.format(
    part=TOLD, ticket_state=TICKET_STATE, condition=SPOKEN, most=MOST_TOLD
)
READ_NOTES = NEWEST_OF.format(part=NOTES, ticket_state="''", condition=NOTED, most=MOST_NOTES)
READ_OFFERS = NEWEST_OF.format(
    part=OFFERS, ticket_state="''", condition=OFFERED, most=MOST_OFFERS
)
READ_ALL = " UNION ALL ".join([READ_TOLD, READ_NOTES, READ_OFFERS])


class Said(NamedTuple):
    """What pages tell of one event: a model of it takes several times as long to make.

    `ticket_state` is that of the thing it is about, if it may tell what was said.
    """

    properties: dict[str, Any]
    id: int
    record_id: int
    message_id: str
    kind: str
    name: str
    occurred_at: datetime
    channel: str
    text: str
    object_id: str
    object_state: str
    amount_minor: int | None
    currency: str
    ticket_state: str | None


@once
def lately(record_ids: tuple[int, ...], now: datetime) -> Mapping[str, Sequence[Said]]:
    """Events that may tell what was said, noted or offered, newest first. One query."""
    since = {"told_since": now - TOLD_WITHIN, "offers_since": now - OFFERS_WITHIN}
    return _read(READ_ALL, record_ids, {"source": SOURCE, "now": now, **since})


def note_events(record_ids: Collection[int]) -> Sequence[Said]:
    """The newest notes that agents wrote or closed, newest first. One query."""
    return _read(READ_NOTES, record_ids, {"source": SOURCE})[NOTES]


def _read(
    statement: str, record_ids: Collection[int], asked: Mapping[str, Any]
) -> Mapping[str, Sequence[Said]]:
    found: dict[str, list[Said]] = {TOLD: [], NOTES: [], OFFERS: []}
    for part, properties, *row in ask(statement, {"records": id_array(record_ids), **asked}):
        found[part].append(Said(json.loads(properties), *row))
    for events in found.values():
        events.sort(key=lambda event: (event.occurred_at, event.id), reverse=True)
    return found
