"""Key figures of a customer: orders and their value, returns, open tickets, since when.

Counted from what the joined records own, so that they stay right through joins and splits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from profiles.desk import states
from profiles.desk.timeline.counting import all_cells
from profiles.desk.totals import Totals, totals
from profiles.models.event import EventKind
from profiles.money import format_minor

IN_TOUCH = (EventKind.CALL, EventKind.CHAT, EventKind.TICKET)


@dataclass(frozen=True)
class Figure:
    """A number of the summary row."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


def figures(record_ids: Sequence[int]) -> list[Figure]:
    """Orders, their value per currency, returns, open tickets, since when. Two queries."""
    records = tuple(record_ids)
    rows = totals(records, timezone.now())
    orders = [row for row in rows if row.kind == EventKind.ORDER]
    return [
        Figure(_("Orders"), str(_number(orders)), _last(orders)),
        Figure(_("Value of orders"), _value(orders), _average(orders)),
        _returns([row for row in rows if row.kind == EventKind.RETURN]),
        _tickets([row for row in rows if row.kind == EventKind.TICKET]),
        Figure(_("Customer since"), _since(orders), _("first order") if orders else ""),
        Figure(_("Last contact"), _last_contact(records)),
    ]


def _number(rows: Sequence[Totals]) -> int:
    return sum(row.number for row in rows)


def _open(rows: Sequence[Totals]) -> int:
    return _number([row for row in rows if row.state.casefold() not in states.CLOSED])


def _last(orders: Sequence[Totals]) -> str:
    if not orders:
        return ""
    day = timezone.localdate(orders[0].newest)
    return _("last on %s") % date_format(day, "SHORT_DATE_FORMAT")


def _value(orders: Sequence[Totals]) -> str:
    """Totals per currency; orders that were cancelled do not count."""
    totals = _sums(orders)
    return " + ".join(format_minor(totals[code][0], code) for code in sorted(totals)) or "–"


def _average(orders: Sequence[Totals]) -> str:
    """What an order with a price comes to, per currency."""
    totals = _sums(orders)
    each = [
        format_minor(round(total / number), code)
        for code, (total, number) in sorted(totals.items())
    ]
    return _("%s on average") % " + ".join(each) if each else ""


def _sums(orders: Sequence[Totals]) -> dict[str, tuple[int, int]]:
    """By currency what orders come to that were not cancelled, and how many those are."""
    sums: dict[str, tuple[int, int]] = {}
    for row in orders:
        if row.total and row.state.casefold() not in states.CANCELLED:
            total, number = sums.get(row.currency, (0, 0))
            sums[row.currency] = (total + row.total, number + row.priced)
    return sums


def _since(orders: Sequence[Totals]) -> str:
    """The month of the first order, "–" for none."""
    if not orders:
        return "–"
    first = min(row.oldest for row in orders)
    return date_format(timezone.localdate(first), "YEAR_MONTH_FORMAT")


def _last_contact(record_ids: tuple[int, ...]) -> str:
    """The day of the last call, chat or ticket, "–" for none. One query, from an index."""
    last = max((c.last_at for c in all_cells(record_ids) if c.kind in IN_TOUCH), default=None)
    return date_format(timezone.localdate(last), "SHORT_DATE_FORMAT") if last else "–"


def _returns(rows: Sequence[Totals]) -> Figure:
    still_open = _open(rows)
    note = _("%d under way") % still_open if still_open else ""
    return Figure(_("Returns"), str(_number(rows)), note)


def _tickets(rows: Sequence[Totals]) -> Figure:
    still_open = _open(rows)
    note = _("of %d") % _number(rows) if rows else ""
    return Figure(_("Open tickets"), str(still_open), note, "warn" if still_open else "")
