"""The newest events of some kinds, read in one statement for all parts of a page.

What customers told us, notes of agents and offers are told by different parts of the page, each
from the newest events of its kinds within its own time. A part asks here, and keeps to itself
what it makes of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value

from profiles.desk.once import once
from profiles.desk.own_source import SOURCE
from profiles.models import CustomerObject, Event
from profiles.models.event import EventKind

TOLD_WITHIN, OFFERS_WITHIN = timedelta(days=30), timedelta(days=180)
MOST_TOLD, MOST_NOTES, MOST_OFFERS = 40, 80, 300  # some tell nothing, or close another one
SPOKEN = (EventKind.CALL, EventKind.CHAT, EventKind.TICKET)
OFFERING = (EventKind.MESSAGE, EventKind.CART)
THEIRS = ("in", "inbound", "customer")
TOLD, NOTES, OFFERS = "told", "notes", "offers"
TICKET_STATE = CustomerObject.objects.filter(
    namespace=OuterRef("object_namespace"), object_id=OuterRef("object_id")
).values("state")


@once
def lately(record_ids: tuple[int, ...], now: datetime) -> Mapping[str, Sequence[Event]]:
    """Events that may tell what was said, noted or offered, newest first. One query.

    Each knows the `ticket_state` of the thing it is about, if it may tell what was said.
    """
    told, *others = (_told(record_ids, now), note_events(record_ids), _offers(record_ids, now))
    found: dict[str, list[Event]] = {TOLD: [], NOTES: [], OFFERS: []}
    for event in told.union(*others, all=True):
        found[event.part].append(event)  # type: ignore[attr-defined]  # an annotation
    for events in found.values():
        events.sort(key=lambda event: (event.occurred_at, event.id), reverse=True)
    return found


def note_events(record_ids: tuple[int, ...]) -> QuerySet[Event]:
    """The newest notes that agents wrote or closed."""
    notes = _of(record_ids, NOTES).filter(kind=EventKind.NOTE, source__slug=SOURCE)
    return notes[:MOST_NOTES]


def _told(record_ids: tuple[int, ...], now: datetime) -> QuerySet[Event]:
    spoken = Q(kind__in=SPOKEN) | Q(kind=EventKind.MESSAGE, properties__direction__in=THEIRS)
    told = _of(record_ids, TOLD, Subquery(TICKET_STATE)).filter(spoken)
    return told.filter(occurred_at__gt=now - TOLD_WITHIN, occurred_at__lte=now)[:MOST_TOLD]


def _offers(record_ids: tuple[int, ...], now: datetime) -> QuerySet[Event]:
    offers = _of(record_ids, OFFERS).filter(kind__in=OFFERING)
    offers = offers.filter(occurred_at__gte=now - OFFERS_WITHIN, occurred_at__lte=now)
    return offers[:MOST_OFFERS]


def _of(
    record_ids: tuple[int, ...], part: str, ticket_state: Subquery | Value | None = None
) -> QuerySet[Event]:
    state = ticket_state or Value("", CharField())
    return (
        Event.objects.filter(record_id__in=record_ids)
        .defer("identifiers", "record_key", "retention_until")
        .annotate(part=Value(part, CharField()), ticket_state=state)
        .order_by("-occurred_at", "-id")
    )
