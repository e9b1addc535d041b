"""What sources sent of a person, and what is shown of it."""

from collections.abc import Iterable

from c360.models import User
from consent.models import FieldBasis
from consent.own_data.person import Coded, Person, Row, by, record_name
from profiles.desk.own_source import SOURCE
from profiles.desk.values import label, rule_words
from profiles.models import CustomerObject, Event, RecordVersion
from profiles.models.event import EventKind


def shown(person: Person) -> list[Row]:
    """The values that pages show, each with its record and the rule that chose it."""
    return [
        {
            "attribute": Coded(attribute, label(attribute)),
            "value": entry.get("value"),
            "record": record_name(person.records[entry["record"]]),
            "rule": Coded(entry.get("rule", ""), rule_words(entry.get("rule", ""))),
        }
        for attribute, entry in sorted(person.profile.golden.items())
        if entry.get("record") in person.records
    ]


def records(person: Person) -> list[Row]:
    """Each record as it was last read."""
    return [
        {
            "record": record_name(record),
            "first_received": record.born_at,
            "last_received": record.received_at,
            "attributes": record.attributes,
        }
        for record in person.records.values()
    ]


def payloads(person: Person) -> list[Row]:
    """Every version of each record exactly as it came. One query."""
    rows = RecordVersion.objects.filter(record__in=person.records)
    return [
        {
            "record": record_name(person.records[row.record_id]),
            "at": row.received_at,
            "payload": row.payload,
        }
        for row in rows.order_by("received_at", "pk")
    ]


def reasons(person: Person) -> list[Row]:
    """Why each attribute of the sources concerned may be held. One query."""
    sources = {record.source_id for record in person.records.values()}
    rows = FieldBasis.objects.filter(source__in=sources).select_related("source", "purpose")
    return [
        {
            "source": row.source.name,
            "attribute": Coded(row.attribute, label(row.attribute)),
            "purpose": row.purpose.name,
            "basis": Coded(row.basis, row.get_basis_display()),
            "retention_days": row.retention_days,
        }
        for row in rows.order_by("source__name", "attribute", "purpose")
    ]


def events(person: Person) -> list[Row]:
    """What happened, oldest first, notes of colleagues included. Three queries."""
    rows = Event.objects.filter(record__in=person.records).select_related("source")
    found = list(rows.order_by("occurred_at", "id"))
    authors = _authors(found)
    return [_event(person, event, authors) for event in found]


def _authors(found: Iterable[Event]) -> dict[str, User]:
    notes = {str(e.properties.get("by", "")) for e in found if e.source.slug == SOURCE}
    ids = [int(each) for each in notes if each.isdecimal()]
    people = User.objects.filter(pk__in=ids).prefetch_related("groups")
    return {str(user.pk): user for user in people}


def _event(person: Person, event: Event, authors: dict[str, User]) -> Row:
    row: Row = {
        **person.record_of(event.record_id),
        "kind": Coded(event.kind, EventKind(event.kind).label),
        "at": event.occurred_at,
        "name": event.name,
        "channel": event.channel,
        "words": event.text,
        "object": f"{event.object_namespace} {event.object_id}".strip(),
        "state": event.object_state,
        "part_of": f"{event.part_of_namespace} {event.part_of_id}".strip(),
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "identifiers": event.identifiers,
        "properties": event.properties,
        "kept_until": event.retention_until,
    }
    if event.source.slug == SOURCE:  # what it is called, and its properties, name the author
        said = event.properties
        kept = {key: said[key] for key in ("as", "about") if key in said}
        author = authors.get(str(said.get("by", "")))
        row |= {"name": "", "properties": kept, "by": by(author)}
    return row


def objects(person: Person) -> list[Row]:
    """Orders, tickets, returns and subscriptions with their newest state. One query."""
    rows = CustomerObject.objects.filter(record__in=person.records)
    return [
        {
            **person.record_of(row.record_id),
            "kind": Coded(row.kind, EventKind(row.kind).label),
            "object": f"{row.namespace} {row.object_id}",
            "state": row.state,
            "at": row.state_at,
            "amount_minor": row.amount_minor,
            "currency": row.currency,
        }
        for row in rows.order_by("opened_at", "pk")
    ]
