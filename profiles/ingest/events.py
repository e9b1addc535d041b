"""The one way in for events: orders, tickets, calls, visits, and the state of their objects.

One batch is one transaction. A message counts once per source, whatever it says the second
time. An event goes to the record its row names; where that is not known yet, it waits for it
(`profiles.ingest.waiting`). Batches may be repeated, may overlap and may run at the same time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from profiles.announcing import announce_records
from profiles.bases import retention
from profiles.ingest import quarantine
from profiles.ingest.event_months import ensure_months
from profiles.ingest.objects import derive_objects
from profiles.ingest.payload import CLEANED, as_rows, cells, storable
from profiles.ingest.quarantine import BadRow
from profiles.ingest.reading import Row
from profiles.ingest.suppression import ERASED, refused_keys
from profiles.ingest.waiting import close_gate
from profiles.locking import lock_components
from profiles.mappings.columns import RowError
from profiles.mappings.events import HELD, KINDS
from profiles.mappings.records import EventMapping, ReadEvent
from profiles.models import Source, SourceMapping, Suppression

NEW_MESSAGES = """
INSERT INTO profiles_eventmessage (source_id, message_id)
SELECT %s, message_id FROM unnest(%s::varchar[]) AS came (message_id)
ON CONFLICT ON CONSTRAINT one_event_per_message DO NOTHING
RETURNING message_id
"""
FIND_RECORDS = """
SELECT external_id, id FROM profiles_sourcerecord
WHERE source_id = %s AND external_id = ANY(%s)
"""
INSERT_EVENTS = """
INSERT INTO profiles_event
    (source_id, received_at, message_id, record_id, record_key, kind, name, occurred_at,
     channel, text, object_namespace, object_id, object_state, part_of_namespace, part_of_id,
     amount_minor, currency, identifiers, properties, retention_until)
SELECT %s, %s, came.* FROM json_to_recordset(%s::json) AS came (
    message_id varchar, record_id bigint, record_key varchar, kind varchar, name varchar,
    occurred_at timestamptz, channel varchar, text text, object_namespace varchar,
    object_id varchar, object_state varchar, part_of_namespace varchar, part_of_id varchar,
    amount_minor bigint, currency varchar,
    identifiers jsonb, properties jsonb, retention_until timestamptz)
"""
MOVE_LAST_EVENT = """
WITH newest AS (
    SELECT membership.profile_id, max(came.at) AS at
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS came (record_id, at)
    JOIN profiles_membership AS membership USING (record_id)
    GROUP BY membership.profile_id
)
UPDATE profiles_profile AS profile
SET last_event_at = greatest(profile.last_event_at, newest.at)
FROM newest
WHERE profile.id = newest.profile_id
  AND (profile.last_event_at IS NULL OR profile.last_event_at < newest.at)
"""
LONGEST = {"key": 200, "record": 200, "name": 160, "channel": 40}
LONGEST_OF_OBJECT = {
    "object.namespace": 60, "object.id": 120, "object.state": 60,
    "object.part_of.namespace": 60, "object.part_of.id": 120,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How many rows did what; each row counts once. `waiting` are among the new ones."""

    new: int = 0
    changed: int = 0
    same: int = 0
    suppressed: int = 0
    quarantined: int = 0
    waiting: int = 0

    def plus(self, other: "EventCounts") -> "EventCounts":
        mine, others = self.as_dict(), other.as_dict()
        return EventCounts(**{name: mine[name] + others[name] for name in mine})

    def as_dict(self) -> dict[str, int]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class StoredEvents:
    """What a batch did; refused rows in the order they came, remarks without values."""

    counts: EventCounts
    bad: list[BadRow] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def store_events(
    source: Source, mapping: SourceMapping, rows: Iterable[Row | BadRow], *, origin: str
) -> StoredEvents:
    """Read rows through a mapping and store them, in one transaction.

    Months that have no partition yet get one before, in a transaction of its own, since making
    one stops everybody who writes events. Raises `ComponentsKeepMoving` when the customers
    concerned change all the time; nothing was stored then and the batch can be repeated.
    """
    reading = _read(EventMapping.parse(mapping.spec), rows)
    ensure_months(each.event.occurred_at for each in reading.good)
    return _store(source, mapping, reading, origin)


@dataclass(frozen=True, slots=True)
class _Good:
    event: ReadEvent
    payload: dict[str, Any]
    text: str
    position: int
    line: int | None


@dataclass(slots=True)
class _Reading:
    key_column: str
    good: list[_Good] = field(default_factory=list)
    bad: list[tuple[int, BadRow]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def _read(mapping: EventMapping, rows: Iterable[Row | BadRow]) -> _Reading:
    reading = _Reading(mapping.key.name)
    for position, row in enumerate(rows):
        if isinstance(row, BadRow):
            reading.bad.append((position, row))
            continue
        try:
            payload, text, was_cleaned = storable(row.payload)
            event = mapping.read(cells(payload))
            _check(event)
        except (ValueError, OverflowError) as problem:
            reading.bad.append((position, BadRow.of(problem, row.payload, row.line)))
        else:
            reading.good.append(_Good(event, payload, text, position, row.line))
            reading.notes[CLEANED] += was_cleaned
    return reading


def _check(event: ReadEvent) -> None:
    """Raises `RowError` for what has no place in the database."""
    texts = (event.message_id, event.record_key or "", event.name, event.channel)
    checks = list(zip(LONGEST.items(), texts, strict=True))
    if event.object:
        about = event.object
        if about.kind not in KINDS:
            raise RowError("object.kind", about.kind, "unknown kind of object")
        whole = about.part_of or ("", "")
        texts_of_object = (about.namespace, about.id, about.state or "", *whole)
        checks += zip(LONGEST_OF_OBJECT.items(), texts_of_object, strict=True)
    for (column, longest), value in checks:
        if len(value) > longest:
            raise RowError(column, value, f"longer than {longest} characters")


@transaction.atomic
def _store(
    source: Source, mapping: SourceMapping, reading: _Reading, origin: str
) -> StoredEvents:
    """Locks in this order: messages, the gate of the source, objects, components."""
    now = timezone.now()
    suppressed = _drop_suppressed(source, reading)
    new = _new_events(source, reading.good)
    records = _find_records(source, {each.record_key for each in new if each.record_key})
    _insert_events(source, new, records, now)
    derive_objects(source, [each.object for each in new if each.object])
    _move_last_event(new, records)
    quarantine.settle_and_keep(
        source,
        mapping,
        texts=[each.text for each in reading.good],
        last_good={each.event.message_id: each.position for each in reading.good},
        bad=reading.bad,
        key_column=reading.key_column,
        origin=origin,
        at=now,
    )
    waiting = sum(bool(each.record_key) and each.record_key not in records for each in new)
    return StoredEvents(
        EventCounts(
            new=len(new),
            same=len(reading.good) - len(new),
            suppressed=suppressed,
            quarantined=len(reading.bad),
            waiting=waiting,
        ),
        bad=[row for _, row in reading.bad],
        notes=reading.notes,
    )


def _drop_suppressed(source: Source, reading: _Reading) -> int:
    """Take out what belongs to erased records; return how many rows left no trace at all."""
    keys = {each.event.record_key for each in reading.good if each.event.record_key}
    refused = refused_keys(source.slug, keys)
    if not refused:
        return 0
    modes = [refused.get(each.event.record_key or "") for each in reading.good]
    placed = list(zip(reading.good, modes, strict=True))
    reading.good = [each for each, mode in placed if mode is None]
    held_back = [
        (each.position, BadRow(each.payload, ERASED, each.line))
        for each, mode in placed
        if mode == Suppression.Mode.QUARANTINE
    ]
    reading.bad = sorted(reading.bad + held_back, key=itemgetter(0))
    return len(placed) - len(reading.good) - len(held_back)


def _new_events(source: Source, good: Sequence[_Good]) -> list[ReadEvent]:
    """Keep the messages nobody has stored; of two in one batch, the first."""
    by_message: dict[str, ReadEvent] = {}
    for each in good:
        by_message.setdefault(each.event.message_id, each.event)
    with connection.cursor() as cursor:
        cursor.execute(NEW_MESSAGES, [source.pk, sorted(by_message)])
        return [by_message[message_id] for (message_id,) in cursor.fetchall()]


def _find_records(source: Source, keys: set[str]) -> dict[str, int]:
    """Look up records; close the gate and look again where some are not known yet."""
    found = _known_records(source, keys)
    if len(found) < len(keys):
        close_gate(source)
        found |= _known_records(source, keys - found.keys())
    return found


def _known_records(source: Source, keys: set[str]) -> dict[str, int]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIND_RECORDS, [source.pk, sorted(keys)])
        return dict(cursor.fetchall())


def _insert_events(
    source: Source, events: Sequence[ReadEvent], records: dict[str, int], now: datetime
) -> None:
    if not events:
        return
    kept = retention(source, HELD)
    rows = [_columns_of(each, records, kept) for each in events]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_EVENTS, [source.pk, now, as_rows(rows)])


def _columns_of(
    event: ReadEvent, records: dict[str, int], kept: timedelta | None
) -> dict[str, Any]:
    about = event.object
    part_of_namespace, part_of_id = (about and about.part_of) or ("", "")
    return {
        "message_id": event.message_id,
        "record_id": records.get(event.record_key or ""),
        "record_key": event.record_key or "",
        "kind": event.kind,
        "name": event.name,
        "occurred_at": event.occurred_at,
        "channel": event.channel,
        "text": event.text,
        "object_namespace": about.namespace if about else "",
        "object_id": about.id if about else "",
        "object_state": (about.state or "") if about else "",
        "part_of_namespace": part_of_namespace,
        "part_of_id": part_of_id,
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "identifiers": dict(event.identifiers),
        "properties": event.properties,
        "retention_until": event.occurred_at + kept if kept else None,
    }


def _move_last_event(events: Sequence[ReadEvent], records: dict[str, int]) -> None:
    newest: dict[int, datetime] = {}
    for each in events:
        pk = records.get(each.record_key or "")
        if pk is not None:
            newest[pk] = max(newest.get(pk, each.occurred_at), each.occurred_at)
    if newest:
        move_last_event(newest)


def move_last_event(newest: Mapping[int, datetime]) -> None:
    """Tell the customers of these records when they last did something.

    Their components are locked first, as resolving does, so that memberships stand still.
    """
    lock_components(newest.keys())
    with connection.cursor() as cursor:
        cursor.execute(MOVE_LAST_EVENT, [list(newest), list(newest.values())])
    announce_records(newest.keys())
