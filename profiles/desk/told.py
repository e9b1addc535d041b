"""What customers told us lately, in their words, so that nobody asks them again.

Read from the joined records only, within 30 days. One query.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from profiles.desk import states
from profiles.models import CustomerObject, Event, SourceRecord
from profiles.models.event import EventKind

WITHIN = timedelta(days=30)
SHOWN = 5
READ = 40  # of the newest; some of them are answers of ours
SPOKEN = (EventKind.CALL, EventKind.CHAT, EventKind.TICKET)
THEIRS = ("in", "inbound", "customer")
OURS = ("out", "outbound", "agent")
SPEAKER = re.compile(r"^\s*(?P<who>[^:\n]{1,40}):\s*(?P<said>.*)$")
CUSTOMER = ("customer", "client", "visitor", "caller", "kunde", "kundin")
TICKET_STATE = CustomerObject.objects.filter(
    namespace=OuterRef("object_namespace"), object_id=OuterRef("object_id")
).values("state")
SMALL_TALK = 25  # signs; shorter lines are only kept where there is nothing else


@dataclass(frozen=True)
class Told:
    """One contact: what the customer said, and the ticket it belongs to.

    `is_noted` marks words that one of us wrote down, as after a call.
    """

    at: datetime
    kind: str
    channel: str
    source: str
    said: str
    is_noted: bool
    ticket: str = ""
    ticket_state: str = ""


def told_lately(records: Sequence[SourceRecord], now: datetime | None = None) -> list[Told]:
    """The last contacts in which the customer said something, newest first, at most five.

    `records` are the joined records, with their sources loaded.
    """
    now = now or timezone.now()
    names = {record.pk: record.source.name for record in records}
    spoken = Q(kind__in=SPOKEN) | Q(kind=EventKind.MESSAGE, properties__direction__in=THEIRS)
    events = (
        Event.objects.annotate(ticket_state=Subquery(TICKET_STATE))
        .filter(spoken, record_id__in=names)
        .filter(occurred_at__gt=now - WITHIN, occurred_at__lte=now)
        .order_by("-occurred_at", "-id")[:READ]
    )
    found = [(event, said) for event in events if (said := words_of(event))][:SHOWN]
    return [
        Told(
            at=event.occurred_at,
            kind=event.kind,
            channel=event.channel,
            source=names[event.record_id or 0],
            said=said,
            is_noted=event.kind == EventKind.CALL,
            ticket=event.object_id,
            ticket_state=event.ticket_state or "",
        )
        for event, said in found
    ]


def words_of(event: Event) -> str:
    """The customer's own words in an event; empty where it holds none.

    Of a chat these are the customer's lines, of a ticket what opened it or opened it again, of
    a call what was noted down. What we wrote is left out.
    """
    if str(event.properties.get("direction", "")).lower() in OURS:
        return ""
    if event.kind == EventKind.TICKET and not _is_asked(event):
        return ""
    text = _lines_of_customer(event.text) if event.kind == EventKind.CHAT else event.text
    return " ".join(text.split())


def _is_asked(event: Event) -> bool:
    return not event.object_state or event.object_state.lower() in states.ASKED


def _lines_of_customer(text: str) -> str:
    """Of a chat with speakers the customer's lines; without speakers all of it."""
    spoken = [found for line in text.splitlines() if (found := SPEAKER.match(line))]
    if not spoken:
        return text
    theirs = [
        found["said"].strip()
        for found in spoken
        if found["who"].strip().lower().startswith(CUSTOMER)
    ]
    telling = [line for line in theirs if len(line) > SMALL_TALK]
    return " ".join(telling or theirs)
