"""What the rules of attention are told about a customer. Five queries, whatever there is.

Everything is read through the records that are joined, within bounded windows and by an index:
a customer may have a hundred thousand events.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Lower

from profiles.desk import states
from profiles.desk.guard import Guard
from profiles.models import CustomerObject, Event, SourceRecord
from profiles.models.event import EventKind

MONTH = timedelta(days=30)
MONTHS = 6
OFFERS_WITHIN = timedelta(days=180)
MOST_OBJECTS, MOST_STEPS, MOST_MESSAGES = 100, 300, 300
WATCHED = (EventKind.ORDER, EventKind.TICKET, EventKind.RETURN, EventKind.SUBSCRIPTION)
WITH_STEPS = (EventKind.TICKET, EventKind.RETURN)
OFFERING = (EventKind.MESSAGE, EventKind.CART)


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a ticket or a return. `direction` and `priority` are as its source says."""

    at: datetime
    kind: str
    name: str = ""
    state: str = ""
    direction: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An order, ticket, return or subscription that is not over. States are in lower case."""

    kind: str
    namespace: str
    number: str
    state: str
    state_at: datetime
    opened_at: datetime
    record: int
    source: str
    amount_minor: int | None = None
    currency: str = ""
    steps: tuple[Step, ...] = ()  # oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A discount under a code, or a price for a product, that somebody was told.

    `valid_until` is the last day it holds, as `2026-05-03`.
    """

    at: datetime
    said: str
    valid_until: str
    record: int
    source: str
    code: str = ""
    product: str = ""
    amount_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits with one record by stretches of 30 days, the newest first."""

    record: int
    source: str
    by_month: tuple[int, ...]
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Purchases:
    """Orders of the last 30 days on one record in one currency."""

    record: int
    source: str
    number: int
    newest: datetime
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules may look at."""

    things: Sequence[Thing] = ()
    offers: Sequence[Offer] = ()
    visits: Sequence[Visits] = ()
    purchases: Sequence[Purchases] = field(default=())

    def of_kind(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things if thing.kind == kind]


def read_facts(records: Sequence[SourceRecord], now: datetime) -> Facts:
    """Read the facts of the joined records, which have their sources loaded."""
    names = {record.pk: record.source.name for record in records}
    return Facts(
        things=_things(names, now),
        offers=_offers(names, now, Guard(records)),
        visits=_visits(names, now),
        purchases=_purchases(names, now),
    )


def _things(names: Mapping[int, str], now: datetime) -> list[Thing]:
    rows = (
        CustomerObject.objects.annotate(word=Lower("state"))
        .filter(record_id__in=names, kind__in=WATCHED, state_at__lte=now)
        .exclude(word__in=states.FINAL)
        .order_by("-state_at", "pk")[:MOST_OBJECTS]
    )
    found = list(rows)
    steps = _steps(names, [row for row in found if row.kind in WITH_STEPS], now)
    return [
        Thing(
            kind=row.kind,
            namespace=row.namespace,
            number=row.object_id,
            state=row.state.lower(),
            state_at=row.state_at,
            opened_at=row.opened_at,
            record=row.record_id or 0,
            source=names[row.record_id or 0],
            amount_minor=row.amount_minor,
            currency=row.currency,
            steps=tuple(steps.get((row.namespace, row.object_id), ())),
        )
        for row in found
    ]


def _steps(
    names: Mapping[int, str], objects: Iterable[CustomerObject], now: datetime
) -> dict[tuple[str, str], list[Step]]:
    """The newest events of these objects, each list in the order they happened."""
    wanted = list(objects)
    rows = (
        Event.objects.annotate(direction=KT("properties__direction"))
        .annotate(priority=KT("properties__priority"))
        .filter(
            object_namespace__in={each.namespace for each in wanted},
            object_id__in={each.object_id for each in wanted},
            record_id__in=names,
            occurred_at__lte=now,
        )
        .order_by("-occurred_at", "-id")
        .values_list(
            "object_namespace", "object_id", "occurred_at", "kind", "name", "object_state",
            "direction", "priority",
        )[:MOST_STEPS]
    )  # fmt: skip
    found: dict[tuple[str, str], list[Step]] = {}
    for namespace, number, at, kind, name, state, direction, priority in reversed(rows):
        step = Step(at, kind, name, state.lower(), _word(direction), _word(priority))
        found.setdefault((namespace, number), []).append(step)
    return found


def _word(text: str | None) -> str:
    return (text or "").lower()


def _offers(names: Mapping[int, str], now: datetime, guard: Guard) -> list[Offer]:
    """Of the newest messages and carts those that offer something until a day.

    Masked here already: a rule cuts texts short, and half a number is not known for one.
    """
    rows: Any = (
        Event.objects.annotate(until=KT("properties__valid_until"))
        .annotate(code=KT("properties__offer_code"), product=KT("properties__sku"))
        .filter(
            record_id__in=names,
            kind__in=OFFERING,
            occurred_at__gte=now - OFFERS_WITHIN,
            occurred_at__lte=now,
        )
        .order_by("-occurred_at", "-id")
        .only("occurred_at", "id", "text", "name", "record_id", "amount_minor", "currency")
    )
    return [
        Offer(
            at=row.occurred_at,
            said=guard.told(row.text or row.name),
            valid_until=row.until,
            record=row.record_id,
            source=names[row.record_id],
            code=row.code or "",
            product=row.product or "",
            amount_minor=row.amount_minor,
            currency=row.currency,
        )
        for row in rows[:MOST_MESSAGES]
        if row.until and (row.code or row.product)
    ]


def _visits(names: Mapping[int, str], now: datetime) -> list[Visits]:
    def within(month: int) -> Count:
        begins, ends = now - (month + 1) * MONTH, now - month * MONTH
        return Count("occurred_at", filter=Q(occurred_at__gt=begins, occurred_at__lte=ends))

    rows: Any = (
        Event.objects.filter(
            record_id__in=names,
            kind=EventKind.VISIT,
            occurred_at__gt=now - MONTHS * MONTH,
            occurred_at__lte=now,
        )
        .values("record_id")
        .annotate(last=Max("occurred_at"), **{f"m{n}": within(n) for n in range(MONTHS)})
    )
    return [
        Visits(
            row["record_id"],
            names[row["record_id"]],
            tuple(row[f"m{n}"] for n in range(MONTHS)),
            row["last"],
        )
        for row in rows
    ]


def _purchases(names: Mapping[int, str], now: datetime) -> list[Purchases]:
    rows = (
        CustomerObject.objects.annotate(word=Lower("state"))
        .filter(record_id__in=names, kind=EventKind.ORDER, opened_at__lte=now)
        # What was opened since then was also changed since then, and that is in the index.
        .filter(opened_at__gt=now - MONTH, state_at__gt=now - MONTH)
        .exclude(word__in=states.CANCELLED)
        .values("record_id", "currency")
        .annotate(number=Count("pk"), newest=Max("opened_at"), total=Sum("amount_minor"))
    )
    return [
        Purchases(
            row["record_id"], names[row["record_id"]], row["number"], row["newest"],
            row["total"] or 0, row["currency"],
        )
        for row in rows
    ]  # fmt: skip
