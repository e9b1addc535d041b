"""What customers told us lately, in their words, so that nobody asks them again.

Read from the joined records only, within 30 days. One query.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from profiles.desk import states
from profiles.desk.lately import TOLD, Said, lately
from profiles.models import SourceRecord
from profiles.models.event import EventKind

SHOWN = 5
OURS = ("out", "outbound", "agent")
SPEAKER = re.compile(r"^\s*(?P<who>[^:\n]{1,40}):\s*(?P<said>.*)$")
CUSTOMER = ("customer", "client", "visitor", "caller", "kunde", "kundin")
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
    names = {record.pk: record.source.name for record in records}
    events = lately(tuple(names), now or timezone.now())[TOLD]
    found = [(event, said) for event in events if (said := words_of(event))][:SHOWN]
    return [
        Told(
            at=event.occurred_at,
            kind=event.kind,
            channel=event.channel,
            source=names[event.record_id],
            said=said,
            is_noted=event.kind == EventKind.CALL,
            ticket=event.object_id,
            ticket_state=event.ticket_state or "",
        )
        for event, said in found
    ]


def words_of(event: Said) -> str:
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


def _is_asked(event: Said) -> bool:
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
