"""What the rules of attention are told about a customer. Four queries, whatever there is.

Everything is read through the records that are joined, within bounded windows and by an index:
a customer may have a hundred thousand events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, Count, JSONField, Max, OuterRef, Q, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject, Lower

from profiles.desk import states
from profiles.desk.guard import Guard
from profiles.desk.lately import OFFERS, lately
from profiles.desk.totals import Totals, totals
from profiles.models import CustomerObject, Event, SourceRecord
from profiles.models.event import EventKind

MONTH = timedelta(days=30)
MONTHS = 6
MOST_OBJECTS, MOST_STEPS = 100, 50
WATCHED = (EventKind.ORDER, EventKind.TICKET, EventKind.RETURN, EventKind.SUBSCRIPTION)
WITH_STEPS = (EventKind.TICKET, EventKind.RETURN)


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
    product_name: str = ""
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
    rows: Any = (
        CustomerObject.objects.annotate(word=Lower("state"), steps=_steps(names, now))
        .filter(record_id__in=names, kind__in=WATCHED, state_at__lte=now)
        .exclude(word__in=states.FINAL)
        .order_by("-state_at", "pk")[:MOST_OBJECTS]
    )
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
            steps=tuple(_step(**each) for each in reversed(row.steps)),
        )
        for row in rows
    ]


def _steps(names: Mapping[int, str], now: datetime) -> Case:
    """The newest events of a ticket or a return, newest first; none of other things."""
    # Without the empty number left out the index of things cannot be used.
    about = Event.objects.exclude(object_id="").filter(
        object_namespace=OuterRef("namespace"),
        object_id=OuterRef("object_id"),
        record_id__in=names,
        occurred_at__lte=now,
    )
    said = JSONObject(
        at="occurred_at",
        kind="kind",
        name="name",
        state="object_state",
        direction=KT("properties__direction"),
        priority=KT("properties__priority"),
    )
    newest = about.order_by("-occurred_at", "-id").values(said=said)[:MOST_STEPS]
    none = Value([], ArrayField(JSONField()))
    return Case(When(kind__in=WITH_STEPS, then=ArraySubquery(newest)), default=none)


def _step(
    *, at: str, kind: str, name: str, state: str, direction: str | None, priority: str | None
) -> Step:
    moment = datetime.fromisoformat(at)
    return Step(moment, kind, name, state.lower(), _word(direction), _word(priority))


def _word(text: str | None) -> str:
    return (text or "").lower()


def _offers(names: Mapping[int, str], now: datetime, guard: Guard) -> list[Offer]:
    """Of the newest messages and carts those that offer something until a day.

    Masked here already: a rule cuts texts short, and half a number is not known for one.
    """
    return [
        Offer(
            at=event.occurred_at,
            said=guard.told(event.text or event.name),
            valid_until=str(said["valid_until"]),
            record=event.record_id or 0,
            source=names[event.record_id or 0],
            code=str(said.get("offer_code") or ""),
            product=str(said.get("sku") or ""),
            product_name=guard.told(str(said.get("product") or "")),
            amount_minor=event.amount_minor,
            currency=event.currency,
        )
        for event in lately(tuple(names), now)[OFFERS]
        if (said := event.properties).get("valid_until")
        and (said.get("offer_code") or said.get("sku"))
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
    def place(row: Totals) -> tuple[int, str]:
        return row["record_id"], row["currency"]

    bought = [
        row
        for row in totals(tuple(names), now)
        if row["kind"] == EventKind.ORDER
        and row["late_number"]
        and row["state"].lower() not in states.CANCELLED
    ]
    return [
        _purchased(names[record], currency, list(rows))
        for (record, currency), rows in groupby(sorted(bought, key=place), place)
    ]


def _purchased(source: str, currency: str, rows: Sequence[Totals]) -> Purchases:
    return Purchases(
        rows[0]["record_id"],
        source,
        sum(row["late_number"] for row in rows),
        max(row["late_newest"] for row in rows if row["late_newest"]),
        sum(row["late_total"] or 0 for row in rows),
        currency,
    )
