"""Facts read again from nothing: attributes, identifiers and the faces of profiles."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from profiles import projection
from profiles.mappings.normalise import search_identifiers
from profiles.mappings.records import RecordMapping, RowError
from profiles.models import Identifier, RecordVersion, SourceMapping, SourceRecord

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that is not what it should be: which check, and where. No values."""

    check: str
    where: str


def differences() -> Iterator[Difference]:
    """Compare what is stored about records and profiles with what their payloads say."""
    yield from _records()
    for profile, column in projection.differences():
        yield Difference("golden values", f"{profile} {column}")


def _records() -> Iterator[Difference]:
    last = 0
    rows = SourceRecord.objects.select_related("source").order_by("pk")
    while records := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield from _check(records)
        last = records[-1].pk


def _check(records: list[SourceRecord]) -> Iterator[Difference]:
    ids = [record.pk for record in records]
    versions = _current_versions(ids)
    held: dict[int, set[tuple[str, str]]] = {pk: set() for pk in ids}
    found = Identifier.objects.filter(record__in=ids)
    for record_id, *pair in found.values_list("record_id", "namespace", "value_norm"):
        held[record_id].add((pair[0], pair[1]))
    for record in records:
        where = f"{record.source.slug} {record.external_id}"
        if not _is_as_read(record, versions.get((record.pk, record.content_hash))):
            yield Difference("attributes", where)
        if held[record.pk] != set(search_identifiers(record.attributes)):
            yield Difference("identifiers", where)


def _current_versions(ids: list[int]) -> dict[tuple[int, str], RecordVersion]:
    rows = RecordVersion.objects.filter(record__in=ids).order_by("pk")
    return {(row.record_id, row.content_hash): row for row in rows}


def _is_as_read(record: SourceRecord, version: RecordVersion | None) -> bool:
    """The record's attributes are what its mapping reads in the payload of its version."""
    if version is None:
        return False
    return bool(record.attributes == (_read(record, version) if record.is_live else {}))


def _read(record: SourceRecord, version: RecordVersion) -> dict[str, Any] | None:
    if record.mapping_id is None:
        attributes: dict[str, Any] = version.attributes
        return attributes
    try:
        return _mapping(record.mapping_id).read(version.payload).attributes
    except RowError:
        return None


@lru_cache(maxsize=64)
def _mapping(pk: int) -> RecordMapping:
    return RecordMapping.parse(SourceMapping.objects.get(pk=pk).spec)
