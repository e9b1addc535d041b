"""The timeline: all joined records, newest first, nothing lost and nothing twice."""

import html
import random
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from profiles.desk.timeline import Cursor, Day, Filters, Item, page
from profiles.models import Event, Profile, SourceRecord
from tests.profiles.customers import (
    LONG_AGO,
    make_customer,
    make_event,
    make_object,
    make_record,
)
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


def items(days: list[Day]) -> list[Item]:
    return [item for day in days for item in day.items]


def events(days: list[Day]) -> list[Event]:
    return [event for item in items(days) for event in (item.event, *item.more)]


def whole(*records: SourceRecord, **chosen: object) -> list[Event]:
    """Every event, read page after page."""
    found: list[Event] = []
    before: Cursor | None = None
    while True:
        one = page(records, filters=Filters(**chosen), before=before)  # type: ignore[arg-type]
        found += events(one.days)
        if not one.older:
            return found
        before = Cursor.parse(one.older)


@pytest.mark.parametrize("seed", range(5))
def test_paging_drops_nothing_and_repeats_nothing(seed: int) -> None:
    dice = random.Random(seed)
    records = [make_record(source, given_name="Anna") for source in ("shop", "crm", "desk")]
    moments = [LONG_AGO + timedelta(hours=dice.randrange(12)) for _ in range(6)]
    for _number in range(90):
        kind = dice.choice(["order", "visit", "product", "call"])
        make_event(dice.choice(records), kind, occurred_at=dice.choice(moments))

    read = [event.id for event in whole(*records)]

    expected = Event.objects.order_by("-occurred_at", "-id").values_list("id", flat=True)
    assert read == list(expected)


def test_an_event_that_arrives_while_reading_moves_nothing() -> None:
    record = make_record(given_name="Anna")
    before = [make_event(record) for _number in range(30)]
    first = page([record], filters=Filters(), before=None)
    make_event(record)

    second = page([record], filters=Filters(), before=Cursor.parse(first.older))

    read = [event.id for event in events(first.days) + events(second.days)]
    assert sorted(read) == sorted(event.id for event in before)


@given(
    moment=st.datetimes(timezones=st.just(UTC)),
    event_id=st.integers(min_value=1, max_value=2**62),
)
def test_a_cursor_survives_being_written(moment: datetime, event_id: int) -> None:
    cursor = Cursor(moment, event_id)

    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "-", "x-1", "1-x", "99999999999999999999-1"])
def test_what_is_no_cursor_reads_as_the_start(text: str) -> None:
    assert Cursor.parse(text) is None


def test_events_of_all_joined_records_stand_in_one_list_and_of_no_other() -> None:
    shop, crm = make_record("shop", given_name="Anna"), make_record("crm", given_name="Ann")
    anna = make_customer(shop, crm)
    apart = make_record("desk", given_name="Anne")
    make_customer(apart)
    make_event(shop, "order", name="Order placed")
    make_event(crm, "call", name="Call taken")
    make_event(apart, "ticket", name="Secret complaint")

    body = signed_in("ana").get(f"/c/{anna.pk}/").content.decode()

    assert "Order placed" in body
    assert "Call taken" in body
    assert "Secret complaint" not in body


def test_visits_of_a_day_make_one_row() -> None:
    record = make_record(given_name="Anna")
    for minute in range(5):
        make_event(record, "product", occurred_at=LONG_AGO + timedelta(minutes=minute))
    make_event(record, "order", occurred_at=LONG_AGO + timedelta(minutes=9))

    rows = items(page([record], filters=Filters(), before=None).days)

    assert [(row.event.kind, len(row.more)) for row in rows] == [("order", 0), ("product", 4)]


def test_an_order_is_one_row_with_its_newest_state() -> None:
    record = make_record(given_name="Anna")
    make_object(record, "HP-1")
    order = {"object_namespace": "shop:order", "object_id": "HP-1"}
    make_event(record, object_state="placed", amount_minor=8400, currency="GBP", **order)
    make_event(record, "payment", amount_minor=100, currency="GBP", **order)
    make_event(record, "delivery", object_state="delivered", **order)
    last = make_event(record, "message", **order)

    (row,) = items(page([record], filters=Filters(), before=None).days)

    assert row.thing is not None
    assert (row.kind, row.state, row.amount) == ("order", "delivered", "£84.00")
    assert (row.thing.steps, row.thing.changed_at) == (4, last.occurred_at)
    assert row.event == last


def test_news_of_the_past_is_marked_on_the_day_it_comes() -> None:
    record = make_record(given_name="Anna")
    late = {"occurred_at": NOW - timedelta(days=5), "received_at": NOW - timedelta(hours=1)}
    make_event(record, "return", **late)

    for moment, marked in ((NOW, True), (NOW + timedelta(days=1), False)):
        with time_machine.travel(moment, tick=False):
            assert (
                items(page([record], filters=Filters(), before=None).days)[0].is_late is marked
            )


def test_history_that_came_with_its_record_is_no_news() -> None:
    record = make_record(given_name="Anna")
    SourceRecord.objects.filter(pk=record.pk).update(born_at=NOW)
    record.refresh_from_db()
    make_event(record, occurred_at=NOW - timedelta(days=5), received_at=NOW)

    with time_machine.travel(NOW, tick=False):
        assert not items(page([record], filters=Filters(), before=None).days)[0].is_late


@pytest.fixture
def anna() -> Profile:
    shop, crm = make_record("shop", given_name="Anna"), make_record("crm", given_name="Ann")
    make_event(shop, "order", name="Order placed", amount_minor=8400, currency="GBP")
    make_event(shop, "refund", name="Refund sent")
    make_event(crm, "call", name="Call taken", text="Where is my refund?")
    return make_customer(shop, crm)


@pytest.mark.parametrize(
    ("query", "seen", "hidden"),
    [
        ("?kind=orders", ["Order placed"], ["Refund sent", "Call taken"]),
        ("?kind=orders&kind=calls", ["Order placed", "Call taken"], ["Refund sent"]),
        ("?source=crm", ["Call taken"], ["Order placed"]),
        ("?source=crm&kind=orders", ["Nothing fits"], ["Order placed"]),
        ("?kind=rubbish", ["Order placed"], ["Nothing fits"]),
        ("?before=rubbish", ["Order placed"], ["Nothing fits"]),
    ],
)
def test_filters_are_links_that_combine(
    anna: Profile, query: str, seen: list[str], hidden: list[str]
) -> None:
    for path in ("", "timeline/"):
        body = signed_in("ana").get(f"/c/{anna.pk}/{path}{query}").content.decode()
        assert all(text in body for text in seen)
        assert not any(text in body for text in hidden)


def test_words_are_looked_for_by_post(anna: Profile) -> None:
    body = (
        signed_in("ana").post(f"/c/{anna.pk}/timeline/", {"find": "my refund"}).content.decode()
    )

    assert "Call taken" in body
    assert "Order placed" not in body
    assert not re.search(r"[?&;]find=", body)


def test_older_events_of_a_search_are_asked_for_by_post_too() -> None:
    record = make_record(given_name="Anna")
    for _number in range(30):
        make_event(record, "call", text="about the coat")
    profile = make_customer(record)

    body = (
        signed_in("ana").post(f"/c/{profile.pk}/timeline/", {"find": "coat"}).content.decode()
    )

    older = re.search(r'hx-post="([^"]*before=[^"]*)"', body)
    assert older is not None
    fragment = signed_in("ana").post(
        html.unescape(older[1]),
        {"find": "coat"},
        headers={"HX-Request": "true", "HX-Target": "older"},
    )
    assert fragment.content.decode().count('class="event-text"') == 5


def test_older_events_follow_without_javascript_and_with_it() -> None:
    record = make_record(given_name="Anna")
    made = [make_event(record, "order", name=f"Order number {n:02d}!") for n in range(30)]
    profile = make_customer(record)
    browser = signed_in("ana")
    first = page([record], filters=Filters(), before=None)
    expected = [event.name for event in made[4::-1]]

    plain = browser.get(f"/c/{profile.pk}/?before={first.older}").content.decode()
    fragment = browser.get(
        f"/c/{profile.pk}/timeline/?before={first.older}",
        headers={"HX-Request": "true", "HX-Target": "older"},
    ).content.decode()

    assert "<html" in plain
    assert "<html" not in fragment
    for body in (plain, fragment):
        assert [name for name in expected if name in body] == expected
        assert made[5].name not in body


def test_a_fragment_brings_the_timeline_alone(anna: Profile) -> None:
    answer = signed_in("ana").get(f"/c/{anna.pk}/timeline/", headers={"HX-Request": "true"})

    assert answer.content.decode().count("<h1") == 0
    assert 'id="timeline"' in answer.content.decode()


def test_amounts_are_written_as_money(anna: Profile) -> None:
    assert "£84.00" in signed_in("ana").get(f"/c/{anna.pk}/").content.decode()


def test_the_page_asks_as_often_for_forty_records_as_for_two() -> None:
    queries_of_a_page(records=2)  # the first page of all also reads what is kept afterwards

    assert queries_of_a_page(records=40) == queries_of_a_page(records=2)


def queries_of_a_page(records: int) -> int:
    held = [make_record(f"source-{n % 5}", given_name="Anna") for n in range(records)]
    for record in held:
        make_event(record, object_id="HP-1", object_namespace="shop:order")
        make_event(record, "visit")
    profile = make_customer(*held)
    browser = signed_in("ana")
    browser.get(f"/c/{profile.pk}/")
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(f"/c/{profile.pk}/").status_code == 200
    return len(asked)
