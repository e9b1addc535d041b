"""What the rules of attention are told about a customer. Four queries, whatever there is.

Everything is read through the records that are joined, within bounded windows and by an index:
a customer may have a hundred thousand events.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection

from c360.sql.arrays import id_array, id_list
from c360.sql.prepared import ask
from profiles.desk import states
from profiles.desk.guard import Guard, guard_of
from profiles.desk.lately import OFFERS, lately
from profiles.desk.totals import Totals, totals
from profiles.models import SourceRecord
from profiles.models.event import EventKind

MONTH = timedelta(days=30)
MONTHS = 6
MOST_OBJECTS, MOST_STEPS = 100, 50
WATCHED = (EventKind.ORDER, EventKind.TICKET, EventKind.RETURN, EventKind.SUBSCRIPTION)
# The newest events of a ticket or a return stand beside it, oldest first. Without the empty
# number left out, the index of things cannot be used.
THINGS = f"""
SELECT thing.kind, thing.namespace, thing.object_id, thing.state, thing.state_at,
    thing.opened_at, thing.record_id, thing.amount_minor, thing.currency,
    CASE WHEN thing.kind IN ('ticket', 'return') THEN (
        SELECT jsonb_agg(jsonb_build_object('at', step.occurred_at, 'kind', step.kind,
            'name', step.name, 'state', step.object_state,
            'direction', step.properties ->> 'direction',
            'priority', step.properties ->> 'priority')
            ORDER BY step.occurred_at, step.id)
        FROM (
            SELECT * FROM profiles_event AS event
            WHERE event.object_id <> '' AND event.object_namespace = thing.namespace
                AND event.object_id = thing.object_id
                AND event.record_id = ANY (%(records)s::bigint[])
                AND event.occurred_at <= %(now)s
            ORDER BY event.occurred_at DESC, event.id DESC LIMIT {MOST_STEPS}
        ) AS step
    ) END
FROM profiles_customerobject AS thing
WHERE thing.record_id = ANY (%(records)s::bigint[]) AND thing.kind = ANY (%(watched)s)
    AND thing.state_at <= %(now)s AND lower(thing.state) <> ALL (%(final)s)
ORDER BY thing.state_at DESC, thing.id LIMIT {MOST_OBJECTS}
"""  # noqa: S608 - numbers of our own
WITHIN = ", ".join(
    f"count(*) FILTER (WHERE occurred_at > %(edge{month + 1})s"
    f" AND occurred_at <= %(edge{month})s)"
    for month in range(MONTHS)
)
VISITS = f"""
SELECT record_id, max(occurred_at), {WITHIN}
FROM profiles_event
WHERE record_id IN ({{records}}) AND kind = 'visit'
    AND occurred_at > %(edge{MONTHS})s AND occurred_at <= %(edge0)s
GROUP BY record_id
"""  # noqa: S608 - numbers of our own


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
        offers=_offers(names, now, guard_of(records)),
        visits=_visits(names, now),
        purchases=_purchases(names, now),
    )


def _things(names: Mapping[int, str], now: datetime) -> list[Thing]:
    asked: dict[str, Any] = {"now": now, "watched": list(WATCHED), "final": list(states.FINAL)}
    rows = ask(THINGS, {"records": id_array(names), **asked})
    return [
        Thing(
            kind=kind,
            namespace=namespace,
            number=number,
            state=state.lower(),
            state_at=state_at,
            opened_at=opened_at,
            record=record,
            source=names[record],
            amount_minor=amount_minor,
            currency=currency,
            steps=tuple(_step(**each) for each in json.loads(steps or "[]")),
        )
        for kind, namespace, number, state, state_at, opened_at, record, amount_minor,
            currency, steps in rows
    ]  # fmt: skip


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
            record=event.record_id,
            source=names[event.record_id],
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
    edges = {f"edge{month}": now - month * MONTH for month in range(MONTHS + 1)}
    with connection.cursor() as cursor:
        cursor.execute(VISITS.format(records=id_list(names)), edges)
        rows = cursor.fetchall()
    return [Visits(record, names[record], tuple(by), last) for record, last, *by in rows]


def _purchases(names: Mapping[int, str], now: datetime) -> list[Purchases]:
    def place(row: Totals) -> tuple[int, str]:
        return row.record_id, row.currency

    bought = [
        row
        for row in totals(tuple(names), now)
        if row.kind == EventKind.ORDER
        and row.late_number
        and row.state.lower() not in states.CANCELLED
    ]
    return [
        _purchased(names[record], currency, list(rows))
        for (record, currency), rows in groupby(sorted(bought, key=place), place)
    ]


def _purchased(source: str, currency: str, rows: Sequence[Totals]) -> Purchases:
    return Purchases(
        rows[0].record_id,
        source,
        sum(row.late_number for row in rows),
        max(row.late_newest for row in rows if row.late_newest),
        sum(row.late_total or 0 for row in rows),
        currency,
    )
