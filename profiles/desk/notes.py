"""Notes that agents write about a customer.

A note is an event of the built-in source `agent-desk`, on the oldest record the customer has at
that moment, and stays with it when records are split. It is never changed: taking it back, or
saying that it was a mistake, is another event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import User
from c360.once import is_reading_once
from profiles.bases import retention
from profiles.desk.lately import NOTES, Said, lately, note_events
from profiles.desk.own_source import NotKept, own_source
from profiles.ingest.event_months import ensure_months
from profiles.ingest.events import move_last_event
from profiles.mappings.events import HELD
from profiles.models import Event, EventMessage, SourceRecord
from profiles.models.event import EventKind

SHOWN = 5
READ = 40
TAKE_BACK_WITHIN = timedelta(minutes=10)
TAKEN_BACK, MISTAKEN = "taken_back", "mistaken"
NAMES = {TAKEN_BACK: "Note taken back", MISTAKEN: "Note marked as mistaken"}


@dataclass(frozen=True)
class Note:
    """A note; `closed_as` is empty while it stands. `key` is the id of its message."""

    key: str
    at: datetime
    by: str
    by_id: str
    text: str
    record_id: int
    closed_as: str = ""
    closed_by: str = ""

    def may_take_back(self, user: User, now: datetime | None = None) -> bool:
        """One's own, within ten minutes: nobody has acted on it yet."""
        is_young = (now or timezone.now()) - self.at <= TAKE_BACK_WITHIN
        return self.by_id == str(user.pk) and is_young


def write_note(records: Sequence[SourceRecord], text: str, *, by: User, key: UUID) -> bool:
    """Store a note on the oldest of the joined records; false where the key was stored before.

    Raises `NotKept` where the source is switched off or has no lawful basis.
    """
    return _store(records[0].pk, str(key), by, name=f"Note by {by.get_short_name()}", text=text)


def close_note(records: Sequence[SourceRecord], key: UUID, *, by: User, how: str) -> None:
    """Say that a note is taken back or mistaken; a note that is closed stays as it is.

    Raises `LookupError` for a note that is not on these records, and `NotKept` for one that
    `by` may not take back.
    """
    note = next((each for each in notes_of(records, most=READ) if each.key == str(key)), None)
    if note is None:
        raise LookupError(key)
    if note.closed_as:
        return
    if how == TAKEN_BACK and not note.may_take_back(by):
        raise NotKept(_("Only your own note of the last ten minutes can be taken back."))
    about = {"about": note.key, "as": how}
    _store(note.record_id, f"{note.key}/closed", by, name=NAMES[how], properties=about)


def _store(
    record_id: int,
    key: str,
    by: User,
    *,
    name: str,
    text: str = "",
    properties: Mapping[str, str] | None = None,
) -> bool:
    source = own_source()
    kept = retention(source, HELD)
    if kept is None:
        raise NotKept(_("Notes have no lawful basis. A privacy officer can give them one."))
    now = timezone.now()
    ensure_months([now])
    with transaction.atomic():
        _message, is_new = EventMessage.objects.get_or_create(source=source, message_id=key)
        if not is_new:
            return False
        Event.objects.create(
            source=source,
            message_id=key,
            record_id=record_id,
            kind=EventKind.NOTE,
            name=name,
            occurred_at=now,
            received_at=now,
            channel="desk",
            text=text,
            properties={"by": str(by.pk), "by_name": by.get_short_name(), **(properties or {})},
            retention_until=now + kept,
        )
        move_last_event({record_id: now})
    return True


def notes_of(records: Sequence[SourceRecord], *, most: int = SHOWN) -> list[Note]:
    """The newest notes on the joined records, with how they stand. One query."""
    events = note_events_of(tuple(record.pk for record in records))
    closings: dict[str, dict[str, Any]] = {}
    notes: list[Note] = []
    for event in events:  # newest first: what closes a note comes before it
        said = event.properties
        if "about" in said:
            closings[said["about"]] = said
        else:
            notes.append(_note(event, closings.get(event.message_id, {})))
    return notes[:most]


def note_events_of(record_ids: tuple[int, ...]) -> Sequence[Said]:
    """The newest notes and what closed some, newest first; shared by the parts of a page."""
    if is_reading_once():
        return lately(record_ids, timezone.now())[NOTES]
    return note_events(record_ids)


def _note(event: Said, closing: Mapping[str, Any]) -> Note:
    return Note(
        key=event.message_id,
        at=event.occurred_at,
        by=str(event.properties.get("by_name", "")),
        by_id=str(event.properties.get("by", "")),
        text=event.text,
        record_id=event.record_id,
        closed_as=str(closing.get("as", "")),
        closed_by=str(closing.get("by_name", "")),
    )
