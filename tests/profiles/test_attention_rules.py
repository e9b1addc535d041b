"""Each rule of the banner, and beside it the case in which it keeps quiet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.desk.attention.facts import Facts, Offer, Purchases, Step, Thing, Visits
from profiles.desk.attention.items import Harm, Item, Proof, chosen
from profiles.desk.attention.rules import RULES

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def thing(kind: str, state: str, days: float = 20, **fields: Any) -> Thing:
    facts: dict[str, Any] = {
        "namespace": f"shop:{kind}", "number": "N-1", "state_at": ago(days),
        "opened_at": ago(days), "record": 1, "source": "Shop", **fields,
    }  # fmt: skip
    return Thing(kind=kind, state=state, **facts)


def found(*things: Thing, **facts: Any) -> list[Item]:
    told = Facts(things=things, **facts)
    return [item for rule in RULES for item in rule(told, NOW)]


def rules(*things: Thing, **facts: Any) -> list[str]:
    return [item.rule for item in found(*things, **facts)]


def complaint(*later: Step, state: str = "open", **opening: Any) -> Thing:
    first = Step(
        ago(4),
        "ticket",
        **{"state": "open", "name": "Parcel", "priority": "complaint", **opening},
    )
    steps = (first, *later)
    return thing("ticket", state, days=4, steps=steps, number="T-881")


def test_a_complaint_nobody_answered_says_since_when_and_how_often_the_customer_asked() -> None:
    rang = Step(ago(2), "call", "About my complaint")

    (item,) = found(complaint(rang))

    assert item.title == "Open complaint T-881"
    assert item.reasons == (
        "Nobody has answered for 2 days.",
        "The customer asked again 1 time.",
    )
    assert item.since == ago(4)
    assert item.proof == Proof("tickets", ago(4))


def test_a_subject_may_say_that_it_is_a_complaint() -> None:
    assert rules(complaint(priority="", name="Formal complaint about deliveries")) == [
        "open_complaint"
    ]


@pytest.mark.parametrize(
    "ticket",
    [
        complaint(Step(ago(3), "ticket", state="waiting"), state="waiting"),
        complaint(Step(ago(3), "message", direction="outbound")),
        complaint(priority="normal", name="Where is my parcel?"),
    ],
    ids=["answered", "we wrote back", "no complaint"],
)
def test_a_complaint_with_follow_up_needs_no_attention(ticket: Thing) -> None:
    assert rules(ticket) == []


def test_a_customer_who_comes_back_after_the_answer_waits_again() -> None:
    answered = Step(ago(3), "ticket", state="waiting")
    rang = Step(ago(1), "call", "Still nothing")

    assert rules(complaint(answered, rang, state="waiting")) == ["open_complaint"]


def test_orders_that_should_have_arrived_make_one_item_with_each_of_them() -> None:
    first = thing("order", "shipped", 15, number="HP-1", state_at=ago(14))
    second = thing("order", "packed", 12, number="HP-2")

    (item,) = found(second, first)

    assert item.title == "2 orders have not arrived"
    assert item.reasons == ("HP-1: shipped since 6 May.", "HP-2: packed since 8 May.")
    assert item.since == ago(15)


@pytest.mark.parametrize(
    "order",
    [
        thing("order", "placed", 2),
        thing("order", "shipped", 8, state_at=ago(5)),
        thing("order", "shipped", 200),
        thing("order", "", 20),
    ],
    ids=["new", "on its way", "forgotten", "without a state"],
)
def test_an_order_in_good_time_needs_no_attention(order: Thing) -> None:
    assert rules(order) == []


def test_a_parcel_on_the_road_for_a_week_is_late_however_young_the_order() -> None:
    assert rules(thing("order", "shipped", 9, state_at=ago(7))) == ["undelivered_orders"]


def test_a_return_without_refund_says_how_long_and_how_much() -> None:
    back = thing("return", "received", 14, number="R-5", amount_minor=4550, currency="GBP")

    (item,) = found(back)

    assert item.title == "Return R-5 without refund"
    assert item.reasons[0] == "We have had the goods for 14 days."
    assert "45.50" in item.reasons[1]


@pytest.mark.parametrize(
    "back",
    [
        thing("return", "received", 14, steps=(Step(ago(1), "refund"),)),
        thing("return", "requested", 14),
        thing("return", "received", 3),
        thing("return", "received", 400),
    ],
    ids=["refunded", "goods not here", "in good time", "forgotten"],
)
def test_a_return_that_is_refunded_or_in_time_needs_no_attention(back: Thing) -> None:
    assert rules(back) == []


def offer(code: str = "", source: str = "CRM", **fields: Any) -> Offer:
    facts: dict[str, Any] = {
        "at": ago(3), "said": f"code {code}", "valid_until": "2026-05-20", "record": 1,
        **fields,
    }  # fmt: skip
    return Offer(code=code, source=source, **facts)


def test_two_offers_of_two_systems_contradict_each_other() -> None:
    (item,) = found(offers=[offer("TEN"), offer("TWENTY", "Shop", at=ago(1), record=2)])

    assert item.title == "Different offers are active"
    assert item.reasons == ("CRM: code TEN.", "Shop: code TWENTY.")
    assert item.sources == ("CRM", "Shop")
    assert item.records == {1, 2}


def test_two_prices_for_one_product_contradict_each_other() -> None:
    price: dict[str, Any] = {"product": "BEN-1", "currency": "GBP"}

    (item,) = found(
        offers=[
            offer(amount_minor=12_900, **price),
            offer(source="Shop", amount_minor=9_900, at=ago(1), **price),
        ]
    )

    assert item.title == "Different prices for BEN-1"
    assert "129.00 until 20 May" in item.reasons[0]


@pytest.mark.parametrize(
    "offers",
    [
        [offer("TEN"), offer("TEN", "Shop")],
        [offer("TEN"), offer("TWENTY")],
        [offer("TEN"), offer("TWENTY", "Shop", valid_until="2026-05-19")],
        [offer("TEN"), offer("TWENTY", "Shop", valid_until="soon")],
        [offer(product="A", amount_minor=1), offer(source="Shop", product="B", amount_minor=2)],
        [offer(product="A", amount_minor=1), offer(source="Shop", product="A", amount_minor=1)],
    ],
    ids=["one offer", "one system", "over", "no date", "two products", "one price"],
)
def test_offers_that_agree_need_no_attention(offers: list[Offer]) -> None:
    assert rules(offers=offers) == []


def test_a_plan_that_ran_out_was_not_renewed() -> None:
    (item,) = found(thing("subscription", "lapsed", 9, number="GC-7"))

    assert (item.title, item.reasons) == (
        "Plan GC-7 was not renewed",
        ("It ran out 9 days ago.",),
    )


def test_a_plan_that_runs_or_was_replaced_or_ended_long_ago_needs_no_attention() -> None:
    lapsed = thing("subscription", "lapsed", 9)

    assert rules(thing("subscription", "active", 9)) == []
    assert rules(lapsed, thing("subscription", "active", 2, number="GC-8")) == []
    assert rules(thing("subscription", "lapsed", 150)) == []


def visits(*by_month: int, record: int = 1) -> Visits:
    return Visits(record, "App", by_month, ago(1))


def test_fewer_visits_than_usual_for_this_very_person_are_told_with_their_numbers() -> None:
    (item,) = found(visits=[visits(0, 1, 3, 6, 9, 13)])

    assert item.reasons[0] == "0 visits in the last 30 days, usually 8."
    assert item.harm == Harm.ENGAGEMENT


def test_visits_through_all_joined_records_count_together() -> None:
    halves = [visits(0, 1, 1, 3, 4, 6), visits(0, 0, 2, 3, 5, 7, record=2)]

    assert rules(visits=halves) == ["declining_engagement"]


@pytest.mark.parametrize(
    "months", [(5, 5, 6, 6, 9, 6), (0, 0, 1, 0, 2, 1), (3, 0, 8, 8, 8, 8), (0, 9, 0, 0, 0, 0)]
)
def test_who_comes_as_usual_or_never_came_needs_no_attention(months: tuple[int, ...]) -> None:
    assert rules(visits=[visits(*months)]) == []


def bought(number: int, currency: str = "GBP", **fields: Any) -> Purchases:
    return Purchases(1, "Shop", number, ago(2), number * 1000, currency, **fields)


def test_three_orders_in_a_month_are_told_with_their_value_per_currency() -> None:
    (item,) = found(purchases=[bought(2), bought(1, "EUR")])

    assert item.title == "Bought 3 times in 30 days"
    assert "10.00" in item.reasons[0]
    assert "20.00" in item.reasons[0]
    assert rules(purchases=[bought(2)]) == []


def item_of(harm: Harm, record: int = 1, days: float = 1) -> Item:
    return Item(
        rule=harm.name, harm=harm, title=f"{harm.name} {days}", reasons=("because",),
        since=ago(days), sources=(), proof=Proof(), records=frozenset({record}),
    )  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(Harm), st.integers(0, 9)), max_size=12), st.randoms())
def test_at_most_five_the_worst_first_whatever_order_the_rules_are_in(
    drawn: list[tuple[Harm, int]], dice: Any
) -> None:
    items = [item_of(harm, days=days) for harm, days in drawn]
    shown = chosen(items)
    dice.shuffle(items)

    assert chosen(items) == shown
    assert len(shown) <= 5
    assert [each.harm for each in shown] == sorted(each.harm for each in shown)
    left_out = [item.harm for item in items if item.title not in {s.title for s in shown}]
    restricted = any(item.harm == Harm.RESTRICTION for item in items)
    if left_out and not restricted:
        assert max(each.harm for each in shown) <= min(left_out)


def test_of_one_harm_the_oldest_comes_first() -> None:
    young, old = item_of(Harm.REFUND, days=1), item_of(Harm.REFUND, days=9)

    assert chosen([young, old]) == [old, young]


def test_where_use_is_restricted_nothing_that_helps_to_sell_is_shown() -> None:
    selling = [item_of(harm) for harm in (Harm.OFFERS, Harm.ENGAGEMENT, Harm.PURCHASES)]

    assert chosen([*selling, item_of(Harm.RESTRICTION)]) == [item_of(Harm.RESTRICTION)]
    assert len(chosen(selling)) == 3


def test_what_rests_on_a_record_under_review_says_so() -> None:
    sure, doubtful = item_of(Harm.COMPLAINT), item_of(Harm.REFUND, record=2)

    assert chosen([sure, doubtful], frozenset({2})) == [
        sure,
        replace(doubtful, is_in_doubt=True),
    ]


def test_there_is_no_item_without_a_reason() -> None:
    with pytest.raises(ValueError, match="says why"):
        replace(item_of(Harm.OFFERS), reasons=())
