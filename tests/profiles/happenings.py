"""Rows of activity as sources send them, and the objects they leave behind."""

from typing import Any

from profiles.ingest.events import StoredEvents, store_events
from profiles.ingest.reading import Row
from profiles.models import CustomerObject, Event, EventMessage, Source, SourceMapping
from tests.profiles.customers import make_source

SPEC: dict[str, Any] = {
    "key": "id",
    "record": "who",
    "occurred_at": "at",
    "kind": {"column": "kind"},
    "text": "text",
    "amount": {"column": "amount", "currency": "GBP"},
    "identifiers": {"email": "email"},
    "object": {"namespace": "crm:order", "kind": "order", "id": "order", "state": "state"},
}


def make_event_mapping(source: Source | None = None) -> SourceMapping:
    source = source or make_source("crm")
    return SourceMapping.objects.get_or_create(
        source=source, reads="events", version=1, defaults={"spec": SPEC}
    )[0]


def event(message: str, day: int = 1, kind: str = "order", **cells: str) -> Row:
    """Something that happened on a day of March 2025."""
    return Row({"id": message, "at": f"2025-03-{day:02d}T12:00:00Z", "kind": kind, **cells})


def tell(mapping: SourceMapping, *rows: Row) -> StoredEvents:
    return store_events(mapping.source, mapping, rows, origin="events.csv")


def objects() -> dict[str, Any]:
    """What must come out whatever the order of events."""
    return {
        each.object_id: (
            each.state,
            each.state_at,
            each.state_message_id,
            each.opened_at,
            each.amount_minor,
            each.currency,
            each.record_id,
            each.record_key,
        )
        for each in CustomerObject.objects.all()
    }


def forget_events() -> None:
    for model in (Event, CustomerObject, EventMessage):
        model._default_manager.all().delete()
