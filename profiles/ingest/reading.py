"""Rows as they come in, read through a mapping or ready made, sorted into good and bad."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from profiles.ingest.arrivals import Arrival
from profiles.ingest.payload import CLEANED, NotStorable, cells, content_hash, storable
from profiles.ingest.quarantine import BadRow
from profiles.mappings.columns import RowError
from profiles.mappings.normalise import search_identifiers
from profiles.mappings.records import ReadRecord, RecordMapping

LONGEST_KEY = 200
LONGEST_NAMESPACE = 60
LONGEST_IDENTIFIER = 254


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file or a call, as it came; `line` is where it begins in the file."""

    payload: dict[str, Any]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row whose attributes were read already."""

    payload: dict[str, Any]
    read: ReadRecord
    line: int | None = None


@dataclass(slots=True)
class Reading:
    """The rows of a batch. Positions tell in which order good and bad ones came."""

    arrivals: list[Arrival] = field(default_factory=list)
    bad: list[tuple[int, BadRow]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def read_rows(mapping: RecordMapping, rows: Iterable[Row | BadRow]) -> Reading:
    """Read rows through a mapping; a row its file could not give whole is bad already."""
    reading = Reading()
    for position, row in enumerate(rows):
        if isinstance(row, BadRow):
            reading.bad.append((position, row))
            continue
        try:
            payload, text, was_cleaned = storable(row.payload)
            read = mapping.read(cells(payload))
            reading.arrivals.append(_arrival(read, payload, text, position, row.line))
        except (ValueError, OverflowError) as problem:
            reading.bad.append((position, BadRow.of(problem, row.payload, row.line)))
        else:
            reading.notes.update(read.notes)
            reading.notes[CLEANED] += was_cleaned
    return reading


def take_read(rows: Iterable[ReadRow]) -> Reading:
    """Check rows that were read already as strictly as those of a file."""
    reading = Reading()
    for position, row in enumerate(rows):
        try:
            payload, text, was_cleaned = storable(row.payload)
            attributes, _, _ = storable(row.read.attributes)
            key, _, _ = storable({"key": row.read.external_id.strip()})
            read = replace(row.read, attributes=attributes, external_id=key["key"])
            reading.arrivals.append(_arrival(read, payload, text, position, row.line))
        except (RowError, NotStorable) as problem:
            reading.bad.append((position, BadRow.of(problem, row.payload, row.line)))
        else:
            reading.notes.update(read.notes)
            reading.notes[CLEANED] += was_cleaned
    return reading


def _arrival(
    read: ReadRecord, payload: dict[str, Any], text: str, position: int, line: int | None
) -> Arrival:
    """Raises `RowError` for a key or an identifier that has no place in the database."""
    if not read.external_id:
        raise RowError("external_id", "", "the key is missing")
    _check_length("key", read.external_id, LONGEST_KEY)
    for namespace, value in search_identifiers(read.attributes):
        _check_length("identifiers", namespace, LONGEST_NAMESPACE)
        _check_length(namespace, value, LONGEST_IDENTIFIER)
    hashed = content_hash(text, updated_at=read.updated_at, deleted=read.deleted)
    return Arrival(read, payload, text, hashed, position, line)


def _check_length(column: str, value: str, longest: int) -> None:
    if len(value) > longest:
        raise RowError(column, value, f"longer than {longest} characters")
