"""What happened with a customer, newest first, read through all joined records.

Events stay on the record they came with; joining and splitting only changes which records are
read. Pages follow a keyset, (occurred_at, id), so nothing is dropped or shown twice while new
events arrive. The number of queries does not depend on records or events.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.models import CustomerObject, Event, Source, SourceRecord
from profiles.models.event import EventKind
from profiles.money import format_minor

PAGE = 25
LATE = timedelta(days=1)  # an event that took longer than this to arrive is marked that day

GROUPS = {
    "orders": (_("Orders"), ("order", "payment", "delivery", "subscription")),
    "returns": (_("Returns"), ("return", "refund")),
    "tickets": (_("Tickets"), ("ticket",)),
    "calls": (_("Calls"), ("call",)),
    "chats": (_("Messages"), ("chat", "message")),
    "web": (_("Web"), ("visit", "product", "search", "cart")),
    "other": (
        _("Other"),
        ("consent", "loyalty", "review", "account", "identity", "note", "other"),
    ),
}
ICONS = {
    "order": "order", "payment": "card", "refund": "money", "return": "return",
    "delivery": "truck", "subscription": "repeat", "ticket": "ticket", "call": "phone",
    "chat": "chat", "message": "mail", "visit": "eye", "product": "tag", "search": "search",
    "cart": "cart", "consent": "shield", "loyalty": "star", "review": "star",
    "account": "user", "identity": "user", "note": "note", "other": "info",
}  # fmt: skip


class Cursor(NamedTuple):
    """The place after which a page goes on. Written as microseconds and id: `17…-42`."""

    occurred_at: datetime
    id: int

    def __str__(self) -> str:
        past = self.occurred_at - datetime(1970, 1, 1, tzinfo=UTC)
        return f"{past // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """Read what `str` wrote; `None` for anything else."""
        micros, _dash, event_id = text.rpartition("-")
        try:
            past = timedelta(microseconds=int(micros))
            return cls(datetime(1970, 1, 1, tzinfo=UTC) + past, int(event_id))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Filters:
    """What the reader chose: groups of kinds, one source, words to find. Empty means all."""

    groups: frozenset[str] = frozenset()
    source: str = ""
    find: str = ""

    @property
    def kinds(self) -> list[str]:
        return [kind for group in sorted(self.groups) for kind in GROUPS[group][1]]

    def toggled(self, group: str) -> "Filters":
        return replace(self, groups=self.groups ^ {group})

    def parameters(self) -> list[tuple[str, str]]:
        """For an address; what was typed stays out of it."""
        chosen = [("kind", group) for group in GROUPS if group in self.groups]
        return [*chosen, ("source", self.source)] if self.source else chosen


@dataclass(frozen=True)
class Item:
    """One row: an event, or several visits of one day in a row (`more`, newest first)."""

    event: Event
    source: Source
    state_now: str = ""
    is_late: bool = False
    more: list[Event] = field(default_factory=list)

    @property
    def icon(self) -> str:
        return ICONS[self.event.kind]

    @property
    def amount(self) -> str:
        event = self.event
        if event.amount_minor is None:
            return ""
        return format_minor(event.amount_minor, event.currency)


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


@dataclass(frozen=True)
class Chip:
    """A filter with the number of events behind it; `filters` is what choosing it gives."""

    label: str
    count: int
    is_on: bool
    filters: Filters


def _events(records: Iterable[SourceRecord]) -> QuerySet[Event]:
    return Event.objects.filter(record_id__in=[record.pk for record in records])


def _matching(filters: Filters) -> Q:
    meets = Q(kind__in=filters.kinds) if filters.groups else Q()
    if filters.source:
        meets &= Q(source__slug=filters.source)
    if filters.find:
        text = filters.find
        meets &= (
            Q(text__icontains=text) | Q(name__icontains=text) | Q(object_id__icontains=text)
        )
    return meets


def page(records: Sequence[SourceRecord], *, filters: Filters, before: Cursor | None) -> Page:
    """The next 25 events before the cursor, by day. Two queries.

    `records` are the joined records, with their sources loaded.
    """
    events = _events(records).filter(_matching(filters))
    if before is not None:
        at, last_id = before
        events = events.filter(occurred_at__lte=at)
        events = events.filter(Q(occurred_at__lt=at) | Q(id__lt=last_id))
    found = list(events.order_by("-occurred_at", "-id")[: PAGE + 1])
    shown = found[:PAGE]
    older = str(Cursor(shown[-1].occurred_at, shown[-1].id)) if len(found) > PAGE else ""
    return Page(_days(shown, _states(shown), records), older)


def _states(events: Iterable[Event]) -> dict[tuple[str, str], str]:
    """The present state of each order, ticket or return among the events."""
    wanted = {(event.object_namespace, event.object_id) for event in events if event.object_id}
    rows = CustomerObject.objects.filter(
        namespace__in={namespace for namespace, _id in wanted},
        object_id__in={object_id for _namespace, object_id in wanted},
    ).values_list("namespace", "object_id", "state")
    return {(namespace, object_id): state for namespace, object_id, state in rows}


def _days(
    events: Iterable[Event],
    states: dict[tuple[str, str], str],
    records: Iterable[SourceRecord],
) -> list[Day]:
    by_id: dict[int | None, SourceRecord] = {record.pk: record for record in records}
    days = []
    for day, of_day in groupby(events, lambda event: timezone.localdate(event.occurred_at)):
        items = []
        for _key, run in groupby(of_day, _run_key):
            event, *more = run
            record = by_id[event.record_id]
            items.append(_item(event, more, record, states))
        days.append(Day(day, items))
    return days


def _run_key(event: Event) -> tuple[object, ...]:
    """Equal for neighbours that make one row: visits and views of one source."""
    if event.kind in GROUPS["web"][1]:
        return (event.kind, event.source_id)
    return (event.occurred_at, event.id)


def _item(
    event: Event,
    more: list[Event],
    record: SourceRecord,
    states: dict[tuple[str, str], str],
) -> Item:
    now = states.get((event.object_namespace, event.object_id), "")
    changed = now.casefold() != event.object_state.casefold()
    return Item(event, record.source, now if changed else "", _is_late(event, record), more)


def _is_late(event: Event, record: SourceRecord) -> bool:
    """True for news of the past that came today; history loaded with a record is no news."""
    came = event.received_at
    return (
        came - event.occurred_at > LATE
        and came - record.born_at > LATE
        and timezone.localdate(came) == timezone.localdate()
    )


def chips(records: Sequence[SourceRecord], filters: Filters) -> tuple[list[Chip], list[Source]]:
    """Filters by kind with their counts, and the sources that sent something. One query."""
    rows = _events(records).values_list("kind", "source").annotate(n=Count("id"))
    sources = {record.source_id: record.source for record in records}
    by_kind: Counter[str] = Counter()
    for kind, source_id, number in rows:
        if filters.source in ("", sources[source_id].slug):
            by_kind[kind] += number
    everything = replace(filters, groups=frozenset())
    made = [Chip(str(_("All")), by_kind.total(), not filters.groups, everything)]
    for group, (label, kinds) in GROUPS.items():
        number = sum(by_kind[kind] for kind in kinds)
        is_on = group in filters.groups
        if number or is_on:
            made.append(Chip(str(label), number, is_on, filters.toggled(group)))
    heard = {source_id for _kind, source_id, _number in rows}
    return made, [source for pk, source in sources.items() if pk in heard]


def kind_label(code: str) -> str:
    """The word for one kind of event."""
    return str(EventKind(code).label)
