"""The rules of the banner: facts and a moment in, items out. Pure; documented in
docs/attention.md.

A rule is a function that takes `Facts` and the moment `now` and yields `Item`s; it is named in
`RULES`. To add one, write the function, give its item the `Harm` that says where it stands, at
least one reason in words, the records it rests on, and a place where the proof is shown; then
name it below. What it needs to know belongs in `facts`, never in a rule. Beside its test stands
the case in which it must keep quiet.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.desk import states
from profiles.desk.attention.facts import Facts, Offer, Purchases, Thing, Visits
from profiles.desk.attention.items import Harm, Item, Proof
from profiles.models.event import EventKind
from profiles.money import format_minor

Rule = Callable[[Facts, datetime], Iterator[Item]]

COMPLAINT_WORDS = ("complaint", "complain")
ORDER_TAKES = timedelta(days=10)  # from order to door
PARCEL_TAKES = timedelta(days=6)  # from sending to door
ORDER_FORGOTTEN = timedelta(days=180)  # nobody waits any longer; the source never told the end
REFUND_TAKES = timedelta(days=5)
REFUND_FORGOTTEN = timedelta(days=365)
LAPSE_MATTERS = timedelta(days=120)
FEWEST_VISITS = 3.0  # a month, or there is no habit to lose
DECLINED_TO = 0.25  # of the person's own baseline
MANY_ORDERS = 3  # in 30 days
OURS = ("out", "outbound", "agent")


def open_complaint(facts: Facts, now: datetime) -> Iterator[Item]:
    """A complaint that is open, and the customer has spoken last.

    Quiet once somebody answered, unless the customer came back since; quiet when it is closed.
    """
    for ticket in facts.of_kind(EventKind.TICKET):
        if not _is_complaint(ticket) or not _waits_for_us(ticket):
            continue
        again = sum(step.kind != EventKind.TICKET for step in ticket.steps)
        reasons = [_("Nobody has answered for %s.") % _days(now - _last_heard(ticket))]
        if again:
            text = ngettext(
                "The customer asked again %d time.", "The customer asked again %d times.", again
            )
            reasons.append(text % again)
        yield Item(
            rule="open_complaint",
            harm=Harm.COMPLAINT,
            title=_("Open complaint %s") % ticket.number,
            reasons=tuple(reasons),
            since=ticket.opened_at,
            sources=(ticket.source,),
            proof=Proof("tickets", ticket.opened_at),
            records=frozenset({ticket.record}),
        )


def _is_complaint(ticket: Thing) -> bool:
    """Its priority says so, or its subject does."""
    return any(
        step.priority in COMPLAINT_WORDS
        or any(word in step.name.lower() for word in COMPLAINT_WORDS)
        for step in ticket.steps
    )


def _last_heard(ticket: Thing) -> datetime:
    """When the customer last spoke in this matter."""
    heard = [
        step.at
        for step in ticket.steps
        if step.direction not in OURS and step.state not in states.ANSWERED
    ]
    return max(heard, default=ticket.opened_at)


def _waits_for_us(ticket: Thing) -> bool:
    answers = [
        step.at
        for step in ticket.steps
        if step.direction in OURS or step.state in states.ANSWERED
    ]
    return not answers or max(answers) < _last_heard(ticket)


def undelivered_orders(facts: Facts, now: datetime) -> Iterator[Item]:
    """Orders that should have arrived and have not: ten days old, or six days under way.

    Quiet for delivered and cancelled ones, and for what is older than half a year.
    """
    late = [order for order in facts.of_kind(EventKind.ORDER) if _is_late(order, now)]
    if not late:
        return
    late.sort(key=attrgetter("opened_at"))
    first, number = late[0], len(late)
    title = ngettext("%d order has not arrived", "%d orders have not arrived", number)
    yield Item(
        rule="undelivered_orders",
        harm=Harm.UNDELIVERED,
        title=title % number,
        reasons=tuple(
            _("%(number)s: %(state)s since %(day)s.")
            % {"number": each.number, "state": _words(each.state), "day": _day(each.state_at)}
            for each in late[:3]
        ),
        since=first.opened_at,
        sources=_sources(late),
        proof=Proof("orders", first.state_at),
        records=frozenset(order.record for order in late),
    )


def _is_late(order: Thing, now: datetime) -> bool:
    age = now - order.opened_at
    if not order.state or age > ORDER_FORGOTTEN:
        return False
    is_stuck = order.state in states.SENT and now - order.state_at > PARCEL_TAKES
    return is_stuck or age > ORDER_TAKES


def return_without_refund(facts: Facts, now: datetime) -> Iterator[Item]:
    """Goods are back with us for more than five days and the money is not with the customer.

    Quiet once a refund was paid or the return refused, and before the goods are here.
    """
    for each in facts.of_kind(EventKind.RETURN):
        waits = now - each.state_at
        is_paid = any(step.kind == EventKind.REFUND for step in each.steps)
        if each.state not in states.BOOKED_IN or is_paid:
            continue
        if not REFUND_TAKES < waits < REFUND_FORGOTTEN:
            continue
        reasons = [_("We have had the goods for %s.") % _days(waits)]
        if each.amount_minor:
            money = format_minor(each.amount_minor, each.currency)
            reasons.append(_("%s has not been paid back.") % money)
        yield Item(
            rule="return_without_refund",
            harm=Harm.REFUND,
            title=_("Return %s without refund") % each.number,
            reasons=tuple(reasons),
            since=each.state_at,
            sources=(each.source,),
            proof=Proof("returns", each.state_at),
            records=frozenset({each.record}),
        )


def conflicting_offers(facts: Facts, now: datetime) -> Iterator[Item]:
    """Two systems offer different discounts, or different prices for one product, at a time.

    Quiet for one offer told twice, for two of one system, and for what is no longer valid.
    """
    valid = [each for each in facts.offers if _is_valid(each, now)]
    discounts = _newest_by(valid, lambda each: "" if each.product else each.code)
    if len({each.code for each in discounts}) > 1 and len(_sources(discounts)) > 1:
        yield _conflict(_("Different offers are active"), discounts)
    priced = [each for each in valid if each.product and each.amount_minor is not None]
    priced.sort(key=attrgetter("product", "currency"))
    for (product, _currency), same in groupby(priced, attrgetter("product", "currency")):
        prices = _newest_by(same, attrgetter("source"))
        if len({each.amount_minor for each in prices}) > 1:
            name = next((each.product_name for each in prices if each.product_name), product)
            yield _conflict(_("Different prices for %s") % name, prices)


def _is_valid(offer: Offer, now: datetime) -> bool:
    try:
        last_day = parse_date(offer.valid_until)
    except ValueError:
        return False
    return last_day is not None and last_day >= timezone.localdate(now)


def _newest_by(offers: Iterable[Offer], key: Callable[[Offer], str]) -> list[Offer]:
    """The newest offer under each key, oldest first; those without a key are left out."""
    ordered = sorted(offers, key=attrgetter("at"))
    newest = {key(each): each for each in ordered if key(each)}
    return sorted(newest.values(), key=attrgetter("at"))


def _conflict(title: str, offers: Sequence[Offer]) -> Item:
    last = offers[-1]
    return Item(
        rule="conflicting_offers",
        harm=Harm.OFFERS,
        title=title,
        reasons=tuple(f"{each.source}: {_offer_words(each)}." for each in offers[-3:]),
        since=last.at,
        sources=_sources(offers),
        proof=Proof("", last.at),
        records=frozenset(each.record for each in offers),
    )


def _offer_words(offer: Offer) -> str:
    if offer.product and offer.amount_minor is not None:
        day = _day(timezone.make_aware(datetime.fromisoformat(offer.valid_until)))
        price = format_minor(offer.amount_minor, offer.currency)
        return _("%(price)s until %(day)s") % {"price": price, "day": day}
    return Truncator(offer.said).chars(90).rstrip(".")


def lapsed_renewal(facts: Facts, now: datetime) -> Iterator[Item]:
    """A plan ran out within the last four months and nothing of its kind runs in its place."""
    plans = facts.of_kind(EventKind.SUBSCRIPTION)
    running = {plan.namespace for plan in plans if plan.state in states.ACTIVE}
    for plan in plans:
        passed = now - plan.state_at
        if plan.state not in states.LAPSED or plan.namespace in running:
            continue
        if passed > LAPSE_MATTERS:
            continue
        yield Item(
            rule="lapsed_renewal",
            harm=Harm.RENEWAL,
            title=_("Plan %s was not renewed") % plan.number,
            reasons=(_("It ran out %s ago.") % _days(passed),),
            since=plan.state_at,
            sources=(plan.source,),
            proof=Proof("orders", plan.state_at),
            records=frozenset({plan.record}),
        )


def declining_engagement(facts: Facts, now: datetime) -> Iterator[Item]:
    """Visits of the last 30 days fell to a quarter of what is usual for this very person.

    Usual is the mean of the four months that ended 60 days ago. Quiet for who never came three
    times a month.
    """
    months = [
        sum(month) for month in zip(*(each.by_month for each in facts.visits), strict=True)
    ]
    if len(months) < 4:
        return
    before = months[2:]
    usual = sum(before) / len(before)
    if usual < FEWEST_VISITS or months[0] > usual * DECLINED_TO:
        return
    last = max(each.last_at for each in facts.visits if each.last_at)
    numbers = {"now": months[0], "usual": round(usual)}
    yield Item(
        rule="declining_engagement",
        harm=Harm.ENGAGEMENT,
        title=_("Comes much less than before"),
        reasons=(
            _("%(now)d visits in the last 30 days, usually %(usual)d.") % numbers,
            _("Last visit on %s.") % _day(last),
        ),
        since=last,
        sources=_sources(facts.visits),
        proof=Proof("web", last),
        records=frozenset(each.record for each in facts.visits),
    )


def recent_purchases(facts: Facts, now: datetime) -> Iterator[Item]:
    """Who bought three times in 30 days, for how much and when last."""
    bought = facts.purchases
    number = sum(each.number for each in bought)
    if number < MANY_ORDERS:
        return
    newest = max(each.newest for each in bought)
    yield Item(
        rule="recent_purchases",
        harm=Harm.PURCHASES,
        title=_("Bought %d times in 30 days") % number,
        reasons=(
            _("For %s together.") % _together(bought),
            _("Last on %s.") % _day(newest),
        ),
        since=newest,
        sources=_sources(bought),
        proof=Proof("orders", newest),
        records=frozenset(each.record for each in bought),
    )


def _together(bought: Iterable[Purchases]) -> str:
    totals: dict[str, int] = {}
    for each in bought:
        totals[each.currency] = totals.get(each.currency, 0) + each.amount_minor
    return " + ".join(format_minor(totals[code], code) for code in sorted(totals))


RULES: tuple[Rule, ...] = (
    open_complaint,
    undelivered_orders,
    return_without_refund,
    conflicting_offers,
    lapsed_renewal,
    declining_engagement,
    recent_purchases,
)


def _days(passed: timedelta) -> str:
    number = max(passed.days, 0)
    if not number:
        return _("less than a day")
    return ngettext("%d day", "%d days", number) % number


def _day(moment: datetime) -> str:
    return date_format(timezone.localdate(moment), "MONTH_DAY_FORMAT")


def _words(state: str) -> str:
    return states.words(state)


def _sources(found: Iterable[Thing | Offer | Visits | Purchases]) -> tuple[str, ...]:
    names = (each.source for each in found)
    return tuple(dict.fromkeys(names))
