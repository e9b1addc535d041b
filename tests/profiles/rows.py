"""Rows as sources send them, and what the database holds afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from matching.models import BlockKey, DirtyRecord
from profiles.ingest.records import Row, Stored, store_rows
from profiles.models import (
    Identifier,
    Membership,
    Profile,
    RecordVersion,
    Source,
    SourceMapping,
    SourceRecord,
)
from profiles.signals import RecordChange, records_changed
from tests.profiles.customers import make_source

SPEC: dict[str, Any] = {
    "key": "id",
    "updated_at": "changed",
    "deleted": "gone",
    "attributes": {
        "given_name": "name",
        "birth_date": "born",
        "email": "email",
        "identifiers.card": "card",
    },
    "consent": [
        {
            "column": "news",
            "purpose": "marketing",
            "channel": "email",
            "yes": ["y"],
            "no": ["n"],
        }
    ],
}


def make_mapping(
    source: Source | None = None, spec: dict[str, Any] | None = None
) -> SourceMapping:
    source = source or make_source("crm")
    version = SourceMapping.objects.filter(source=source, reads="records").count() + 1
    return SourceMapping.objects.create(
        source=source, reads="records", version=version, spec=spec or SPEC
    )


def row(key: str, day: int | None = None, /, **cells: str) -> Row:
    """A row changed on a day of January 2025, or at no time it tells."""
    changed = f"2025-01-{day:02d}" if day else ""
    return Row({"id": key, "changed": changed, **cells})


def send(mapping: SourceMapping, *rows: Row) -> Stored:
    return store_rows(mapping.source, mapping, rows, origin="rows.csv")


def record(key: str) -> SourceRecord:
    return SourceRecord.objects.get(external_id=key)


@contextmanager
def news() -> Iterator[list[RecordChange]]:
    """Collect what listeners are told."""
    heard: list[RecordChange] = []

    def hear(changes: Sequence[RecordChange], **kwargs: Any) -> None:
        assert connection.in_atomic_block
        heard.extend(changes)

    records_changed.connect(hear)
    try:
        yield heard
    finally:
        records_changed.disconnect(hear)


def contents() -> dict[str, Any]:
    """What deliveries must lead to whatever their order: all but versions and arrivals."""
    return {
        each.external_id: (
            each.attributes,
            each.content_hash,
            each.source_updated_at,
            each.deleted_at,
            sorted(
                Identifier.objects.filter(record=each).values_list("namespace", "value_norm")
            ),
            sorted(
                RecordVersion.objects.filter(record=each).values_list("content_hash", flat=True)
            ),
        )
        for each in SourceRecord.objects.all()
    }


def forget() -> None:
    """Delete every record and what hangs on it."""
    for model in (DirtyRecord, BlockKey, Membership, Profile, SourceRecord):
        model._default_manager.all().delete()
