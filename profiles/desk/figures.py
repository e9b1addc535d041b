"""Key figures of a customer: orders and their value, returns, open tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, cast

from django.db.models import Count, F, Max, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from profiles.desk import states
from profiles.models import CustomerObject
from profiles.models.event import EventKind
from profiles.money import format_minor


@dataclass(frozen=True)
class Figure:
    """A number of the summary row."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


class Totals(TypedDict):
    """Objects of one kind, currency and state together."""

    kind: str
    currency: str
    state: str
    number: int
    total: int | None
    newest: datetime


def figures(record_ids: Sequence[int]) -> list[Figure]:
    """Orders, their value per currency, returns and open tickets. One query."""
    found = (
        CustomerObject.objects.filter(record_id__in=record_ids)
        .values("kind", "currency", "state")
        .annotate(number=Count("pk"), total=Sum("amount_minor"), newest=Max("opened_at"))
        .order_by(F("newest").desc())
    )
    rows = cast(list[Totals], list(found))
    orders = [row for row in rows if row["kind"] == EventKind.ORDER]
    return [
        Figure(_("Orders"), str(_number(orders)), _last(orders)),
        Figure(_("Value of orders"), _value(orders)),
        _returns([row for row in rows if row["kind"] == EventKind.RETURN]),
        _tickets([row for row in rows if row["kind"] == EventKind.TICKET]),
    ]


def _number(rows: Sequence[Totals]) -> int:
    return sum(row["number"] for row in rows)


def _open(rows: Sequence[Totals]) -> int:
    return _number([row for row in rows if row["state"].casefold() not in states.CLOSED])


def _last(orders: Sequence[Totals]) -> str:
    if not orders:
        return ""
    day = timezone.localdate(orders[0]["newest"])
    return _("last on %s") % date_format(day, "SHORT_DATE_FORMAT")


def _value(orders: Sequence[Totals]) -> str:
    """Totals per currency; orders that were cancelled do not count."""
    totals: dict[str, int] = {}
    for row in orders:
        if row["total"] and row["state"].casefold() not in states.CANCELLED:
            totals[row["currency"]] = totals.get(row["currency"], 0) + row["total"]
    return " + ".join(format_minor(totals[code], code) for code in sorted(totals)) or "–"


def _returns(rows: Sequence[Totals]) -> Figure:
    still_open = _open(rows)
    note = _("%d under way") % still_open if still_open else ""
    return Figure(_("Returns"), str(_number(rows)), note)


def _tickets(rows: Sequence[Totals]) -> Figure:
    still_open = _open(rows)
    note = _("of %d") % _number(rows) if rows else ""
    return Figure(_("Open tickets"), str(still_open), note, "warn" if still_open else "")
