"""Customers as resolving and projecting leave them, made row by row for the tests of pages."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection

from consent.models import FieldBasis
from profiles.mappings.normalise import fold, search_identifiers
from profiles.models import (
    CustomerObject,
    Event,
    Identifier,
    Membership,
    Profile,
    Source,
    SourceRecord,
)

LONG_AGO = datetime(2025, 1, 1, 9, tzinfo=UTC)
_numbers = count(1)


def make_source(slug: str = "shop", **fields: Any) -> Source:
    found = Source.objects.filter(slug=slug).first()
    return found or Source.objects.create(slug=slug, **{"name": slug.title(), **fields})


def may_hold(source: Source, *attributes: str, **fields: Any) -> None:
    """Give attributes of a source a lawful basis."""
    facts = {"purpose_id": "service", "basis": "contract", "retention_days": 365, **fields}
    for attribute in attributes:
        FieldBasis.objects.create(source=source, attribute=attribute, **facts)


def make_record(source: str = "shop", **attributes: Any) -> SourceRecord:
    """A record with its identifiers and the profile it was born with, alone in it."""
    number = next(_numbers)
    record = SourceRecord.objects.create(
        source=make_source(source),
        external_id=f"{source}-{number}",
        attributes=attributes,
        content_hash="x",
        born_at=LONG_AGO + timedelta(seconds=number),
        received_at=LONG_AGO,
    )
    for namespace, value in search_identifiers(attributes):
        Identifier.objects.create(record=record, namespace=namespace, value_norm=value)
    profile = Profile.objects.create(birth_record=record)
    Membership.objects.create(record=record, profile=profile, component=record.pk)
    return record


def make_customer(*records: SourceRecord, **golden: Any) -> Profile:
    """Join records into the profile of the first, with the values of the first."""
    first = records[0]
    profile = first.birth_profile
    Membership.objects.filter(record__in=records).update(profile=profile, component=first.pk)
    Profile.objects.filter(birth_record__in=records).update(record_count=0)
    names = [_name(record) for record in records]
    words = fold(" ".join(names)).split()
    profile.record_count = len(records)
    profile.display_name = names[0]
    profile.search_name = " ".join(words)
    profile.name_sounds = _sounds(words)
    address = first.attributes.get("address", {})
    profile.postcode_norm = [address["postal_code"]] if "postal_code" in address else []
    profile.golden = {
        "full_name": value_of(first, names[0]),
        **{
            name: value_of(first, value[0] if isinstance(value, list) else value)
            for name, value in first.attributes.items()
            if name in ("email", "phone", "birth_date", "address", "organisation")
        },
        **golden,
    }
    profile.save()
    return profile


def value_of(record: SourceRecord, value: Any, **more: Any) -> dict[str, Any]:
    """A golden value as projection stores it."""
    return {
        "value": value,
        "record": record.pk,
        "source": record.source.slug,
        "rule": "newest",
        "since": LONG_AGO.isoformat(),
        "losers": [],
        **more,
    }


def _name(record: SourceRecord) -> str:
    parts = ("given_name", "family_name")
    return " ".join(record.attributes[part] for part in parts if part in record.attributes)


def _sounds(words: Sequence[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dmetaphone(w) FROM unnest(%s::text[]) w"
            " UNION SELECT dmetaphone_alt(w) FROM unnest(%s::text[]) w",
            [list(words), list(words)],
        )
        return [code for (code,) in cursor.fetchall() if code]


def make_event(record: SourceRecord, kind: str = "order", **fields: Any) -> Event:
    """An event an hour after the one before, unless `occurred_at` says otherwise."""
    number = next(_numbers)
    occurred_at = fields.pop("occurred_at", LONG_AGO + timedelta(hours=number))
    with connection.cursor() as cursor:
        cursor.execute("SELECT c360_ensure_event_month(%s::date)", [occurred_at.date()])
    defaults = {
        "name": f"{kind} {number}",
        "message_id": f"m-{number}",
        "received_at": occurred_at,
    }
    return Event.objects.create(
        source=record.source,
        record=record,
        record_key=record.external_id,
        kind=kind,
        occurred_at=occurred_at,
        **{**defaults, **fields},
    )


def make_object(
    record: SourceRecord, object_id: str, kind: str = "order", **fields: Any
) -> CustomerObject:
    """An order, ticket or return of a record."""
    defaults = {"state": "placed", "state_at": LONG_AGO, "opened_at": LONG_AGO}
    return CustomerObject.objects.create(
        namespace=fields.pop("namespace", f"{record.source.slug}:{kind}"),
        object_id=object_id,
        kind=kind,
        source=record.source,
        record=record,
        state_message_id="m",
        **{**defaults, **fields},
    )
