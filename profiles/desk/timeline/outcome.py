"""What came of the parts of an order in a few words: "returned 1 of 2, refund open"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from profiles.desk import states
from profiles.desk.timeline.things import Thing
from profiles.models.event import EventKind

REFUSED = states.CANCELLED | {"rejected"}
BACK = states.BOOKED_IN | states.ARRIVED | {"returned", "refunded", "closed", "completed"}
PAID = frozenset({"refunded", "paid"})


@dataclass(frozen=True)
class Outcome:
    """`words` for people, empty where nothing was sent back or apart; open: money is due."""

    words: str = ""
    is_open: bool = False


def outcome(parts: Iterable[Thing]) -> Outcome:
    """Count what is back of what was announced, and say whether money is still due."""
    of_kind: dict[str, list[Thing]] = {}
    for part in parts:
        of_kind.setdefault(part.kind, []).append(part)
    returns = of_kind.get(EventKind.RETURN, [])
    refunds = of_kind.get(EventKind.REFUND, [])
    asked = [each for each in returns if each.state.casefold() not in REFUSED]
    back = [each for each in asked if each.state.casefold() in BACK]
    due = _due(back, refunds)
    said = [
        _delivered(of_kind.get(EventKind.DELIVERY, [])),
        _returned(returns, asked, back),
        _refunded(back, refunds, due),
    ]
    return Outcome(", ".join(filter(None, said)), due)


def _delivered(deliveries: Sequence[Thing]) -> str:
    """Nothing of a single one, of which the state of the order tells."""
    if len(deliveries) < 2:
        return ""
    arrived = sum(each.state.casefold() in states.ARRIVED for each in deliveries)
    numbers = {"arrived": arrived, "all": len(deliveries)}
    return _("delivered %(arrived)d of %(all)d") % numbers


def _returned(returns: Sequence[Thing], asked: Sequence[Thing], back: Sequence[Thing]) -> str:
    if not asked:
        return _("return refused") if returns else ""
    if not back:
        many = _("%d returns asked for") % len(asked)
        return many if len(asked) > 1 else _("return asked for")
    if len(asked) == 1:
        return _("returned")
    return _("returned %(back)d of %(all)d") % {"back": len(back), "all": len(asked)}


def _due(back: Sequence[Thing], refunds: Sequence[Thing]) -> bool:
    """Goods are with us, and for one of them no money went back; refunds may stand apart."""
    unpaid = [
        each
        for each in back
        if each.state.casefold() in states.BOOKED_IN and not each.is_refunded
    ]
    paid_apart = sum(_is_paid(each) for each in refunds)
    return len(unpaid) > paid_apart or any(not _is_paid(each) for each in refunds)


def _is_paid(refund: Thing) -> bool:
    word = refund.state.casefold()
    return not word or word in PAID or word in states.CLOSED


def _refunded(back: Sequence[Thing], refunds: Sequence[Thing], due: bool) -> str:
    if due:
        return _("refund open")
    is_paid = any(each.is_refunded or each.state.casefold() in PAID for each in back)
    return _("refunded") if is_paid or refunds else ""
