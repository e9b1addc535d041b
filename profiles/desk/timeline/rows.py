"""A page of the timeline as people read it: rows under the days of their time zone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.utils import timezone

from profiles.desk.timeline.filters import Cursor
from profiles.desk.timeline.kinds import ICONS, RESOLVED_STATES, WEB
from profiles.desk.timeline.outcome import Outcome, outcome
from profiles.desk.timeline.things import ObjectKey, Thing, object_key
from profiles.models import Event, Source, SourceRecord
from profiles.money import format_minor

LATE = timedelta(days=1)  # an event that took longer than this to arrive is marked that day


@dataclass(frozen=True)
class Item:
    """One row: an event, a thing of which it is the newest, or visits of one day in a row.

    `more` are the other visits, newest first. `thing` is set where several events tell of it.
    """

    event: Event
    source: Source
    thing: Thing | None = None
    is_late: bool = False
    more: list[Event] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.thing.kind if self.thing else self.event.kind

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def place(self) -> str:
        """Where the row stands; the address of its steps, free of personal data."""
        return str(Cursor(self.event.occurred_at, self.event.id))

    @property
    def number(self) -> str:
        """The number of the thing in whose row the event stands, if it tells of one."""
        return self.thing.id if self.thing else self.event.object_id

    @property
    def part_number(self) -> str:
        """The number of the return or delivery that the newest event tells of, in its order."""
        return self.event.object_id if self.event.object_id != self.number else ""

    @property
    def state(self) -> str:
        return self.thing.state if self.thing else self.event.object_state

    @property
    def is_open(self) -> bool:
        """True of a thing that still waits for something."""
        return self.state.casefold() not in RESOLVED_STATES

    @property
    def outcome(self) -> Outcome:
        """What came of the returns, refunds and deliveries in the row of an order."""
        return outcome(self.thing.parts if self.thing else ())

    @property
    def amount(self) -> str:
        if self.thing:
            return self.thing.amount
        if self.event.amount_minor is None:
            return ""
        return format_minor(self.event.amount_minor, self.event.currency)


@dataclass(frozen=True)
class Day:
    """The rows of one day in the zone people read in."""

    date: date
    items: list[Item]


@dataclass(frozen=True)
class Page:
    """Some days, and where older ones begin (empty when there are none)."""

    days: list[Day]
    older: str = ""


def days(
    heads: Iterable[Event],
    things: Mapping[ObjectKey, Thing],
    records: Iterable[SourceRecord],
) -> list[Day]:
    """Rows by day, from the newest event of each."""
    by_id: dict[int | None, SourceRecord] = {record.pk: record for record in records}
    found = []
    for day, of_day in groupby(heads, lambda event: timezone.localdate(event.occurred_at)):
        items = []
        for _key, run in groupby(of_day, _run_key):
            event, *more = run
            thing = things.get(object_key(event) or ("", ""))
            items.append(_item(event, more, by_id[event.record_id], thing))
        found.append(Day(day, items))
    return found


def _run_key(event: Event) -> tuple[object, ...]:
    """Equal for neighbours that make one row: visits and views of one source."""
    if event.kind in WEB and not event.object_id:
        return (event.kind, event.source_id)
    return (event.occurred_at, event.id)


def _item(event: Event, more: list[Event], record: SourceRecord, thing: Thing | None) -> Item:
    several = thing if thing and thing.all_steps > 1 else None
    return Item(event, event.source, several, is_late(event, record), more)


def is_late(event: Event, record: SourceRecord) -> bool:
    """True for news of the past that came today; history loaded with a record is no news."""
    came = event.received_at
    return (
        came - event.occurred_at > LATE
        and came - record.born_at > LATE
        and timezone.localdate(came) == timezone.localdate()
    )
