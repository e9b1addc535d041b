"""The banner on the page: read from joined records only, at a constant cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from profiles.desk.attention.banner import attention
from profiles.desk.attention.items import Item
from profiles.desk.values import joined_records
from profiles.models import Profile, SourceRecord
from tests.consent.statements import day, say
from tests.matching.pairs import make_pair
from tests.profiles.customers import make_customer, make_event, make_object, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def seen(profile: Profile, by: str = "ana") -> list[Item]:
    return attention(staff(by), profile, joined_records(profile), NOW)


def rules(profile: Profile) -> list[str]:
    return [item.rule for item in seen(profile)]


def complain(record: SourceRecord, number: str = "T-881", state: str = "open") -> None:
    about = {"object_namespace": f"{record.source.slug}:ticket", "object_id": number}
    make_event(
        record, "ticket", occurred_at=ago(4), object_state="open", name="Late", text="Where?",
        properties={"priority": "complaint"}, **about,
    )  # fmt: skip
    if state != "open":
        make_event(record, "ticket", occurred_at=ago(2), object_state=state, **about)
    make_object(record, number, "ticket", state=state, state_at=ago(2), opened_at=ago(4))


def test_an_open_complaint_of_a_joined_record_is_the_first_thing_on_the_page() -> None:
    shop, desk = make_record("shop", given_name="Anna"), make_record("support")
    profile = make_customer(shop, desk)
    complain(desk)

    with time_machine.travel(NOW, tick=False):
        body = signed_in("ana").get(f"/c/{profile.pk}/").content.decode()

    assert "Open complaint T-881" in body
    assert body.index('id="attention"') < body.index('class="customer"')


@pytest.mark.parametrize("state", ["waiting", "Solved", "closed"])
def test_a_complaint_that_was_answered_or_solved_is_not_there(state: str) -> None:
    record = make_record("support", given_name="Anna")
    complain(record, state=state)

    assert rules(make_customer(record)) == []


def test_what_happened_with_a_record_that_is_not_joined_is_not_there() -> None:
    anna, other = make_record("shop", given_name="Anna"), make_record("support")
    make_customer(other)
    complain(other)
    make_pair(anna, other)

    assert rules(make_customer(anna)) == []


def test_what_rests_on_a_joined_record_under_review_says_so() -> None:
    anna, other = make_record("shop", given_name="Anna"), make_record("support")
    profile = make_customer(anna, other)
    complain(other)
    make_pair(anna, other)

    (item,) = seen(profile)

    assert item.is_in_doubt
    with time_machine.travel(NOW, tick=False):
        body = signed_in("ana").get(f"/c/{profile.pk}/attention/").content.decode()
    assert "Rests on a record under review" in body


def test_a_complaint_of_the_record_that_is_not_in_doubt_is_told_as_it_is() -> None:
    anna, other = make_record("shop", given_name="Anna"), make_record("crm")
    profile = make_customer(anna, other)
    complain(anna)
    make_pair(anna, other)

    assert [item.is_in_doubt for item in seen(profile)] == [False]


def test_a_return_is_quiet_once_its_refund_was_paid() -> None:
    record = make_record("shop", given_name="Anna")
    profile = make_customer(record)
    make_object(record, "R-1", "return", state="Received", state_at=ago(9), opened_at=ago(12))
    assert rules(profile) == ["return_without_refund"]

    make_event(
        record, "refund", occurred_at=ago(1), object_namespace="shop:return", object_id="R-1"
    )

    assert rules(profile) == []


def test_offers_are_read_from_what_was_sent() -> None:
    crm, shop = make_record("crm", given_name="Anna"), make_record("shop")
    profile = make_customer(crm, shop)
    for record, code, until in ((crm, "TEN", "2026-06-01"), (shop, "TWENTY", "2026-05-20")):
        offer = {"offer_code": code, "valid_until": until}
        make_event(record, "message", occurred_at=ago(3), properties=offer, text=code)

    assert rules(profile) == ["conflicting_offers"]
    make_customer(shop)
    make_customer(crm)
    assert rules(profile) == []


def test_visits_are_counted_by_months_of_the_own_past() -> None:
    record = make_record("app", given_name="Anna")
    profile = make_customer(record)
    for month, number in ((5, 6), (4, 6), (3, 5), (2, 4), (1, 1)):
        for each in range(number):
            make_event(record, "visit", occurred_at=ago(30 * month + 5 + each))

    (item,) = seen(profile)

    assert item.reasons[0] == "0 visits in the last 30 days, usually 5."
    make_event(record, "visit", occurred_at=ago(1))
    make_event(record, "visit", occurred_at=ago(2))
    assert rules(profile) == []


def test_purchases_count_orders_that_were_not_cancelled() -> None:
    record = make_record("shop", given_name="Anna")
    profile = make_customer(record)
    for number, state in enumerate(("delivered", "delivered", "cancelled")):
        make_object(record, f"HP-{number}", state=state, state_at=ago(2), opened_at=ago(5))
    assert rules(profile) == []

    make_object(
        record, "HP-9", state="delivered", state_at=ago(2), opened_at=ago(5),
        amount_minor=1250, currency="GBP",
    )  # fmt: skip

    assert rules(profile) == ["recent_purchases"]


def refusing(*channels: str, **fields: Any) -> Profile:
    record = make_record(
        "crm", given_name="Anna", email=["anna@example.com"], phone=["+447700900909"]
    )
    profile = make_customer(record)
    for channel in channels:
        say(record, "objected" if channel == "" else False, 1, channel, **fields)
    return profile


def test_in_german_channels_and_purposes_keep_their_capitals() -> None:
    profile = refusing("email", "phone")

    with translation.override("de"):
        (item,) = seen(profile)

    assert item.title == "Auf keinem Weg erlaubt: Marketing"
    assert "E-Mail, Telefon" in item.reasons[0]


def test_no_marketing_by_any_channel_says_to_what_the_customer_said_no() -> None:
    profile = refusing("email", "sms")

    (item,) = seen(profile)

    assert item.title == "No marketing by any channel"
    assert item.reasons[0] == "The customer said no to: e-mail, SMS."
    assert item.since == day(1)
    assert item.sources == ("Crm",)
    assert item.proof.anchor == "contact"


def test_who_never_said_anything_or_allowed_one_channel_has_no_ban() -> None:
    silent = make_customer(make_record("crm", given_name="Ann", email=["ann@example.com"]))
    assert rules(silent) == []

    profile = refusing("email")
    say(profile.birth_record, True, 2, "phone")

    assert rules(profile) == []


def test_who_refused_everything_may_not_be_contacted_at_all() -> None:
    profile = refusing()
    for purpose in ("marketing", "service"):
        say(
            profile.birth_record, "objected", 1, "", purpose=purpose, contact_point=None,
            scope="record",
        )  # fmt: skip

    (item,) = seen(profile)

    assert item.title == "May not be contacted at all"


def test_a_ban_known_from_a_possible_match_alone_is_not_told() -> None:
    anna = make_record("shop", given_name="Anna", email=["anna@example.com"])
    other = make_record("crm", given_name="Ann", email=["anna@example.com"])
    make_customer(other)
    profile = make_customer(anna)
    make_pair(anna, other)
    say(other, "objected", 1, "", contact_point=None, scope="record")

    assert all("Crm" not in item.sources for item in seen(profile))


def test_the_banner_alone_is_served_for_live_pages() -> None:
    record = make_record("support", given_name="Anna")
    profile = make_customer(record)
    with time_machine.travel(NOW, tick=False):
        calm = signed_in("ana").get(f"/c/{profile.pk}/attention/").content.decode()
        complain(record)
        body = signed_in("ana").get(f"/c/{profile.pk}/attention/").content.decode()

    assert "Nothing needs attention now" in calm
    assert "Open complaint T-881" in body
    assert "<html" not in body


def test_the_link_to_the_proof_begins_the_timeline_with_it() -> None:
    record = make_record("support", given_name="Anna")
    profile = make_customer(record)
    complain(record)
    make_event(record, "ticket", occurred_at=ago(1), name="Another matter")
    with time_machine.travel(NOW, tick=False):
        body = signed_in("ana").get(f"/c/{profile.pk}/attention/").content.decode()
        link = body.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
        proof = signed_in("ana").get(link).content.decode()

    timeline = proof.partition('id="timeline"')[2]
    assert "Where?" in timeline
    assert "Another matter" not in timeline


def queries(profile: Profile) -> int:
    records = joined_records(profile)
    user = staff("ana")
    attention(user, profile, records, NOW)  # permissions of the user are read once
    with CaptureQueriesContext(
        connection,
    ) as counted:
        attention(user, profile, records, NOW)
    return len(counted)


def test_the_number_of_queries_depends_on_neither_records_nor_events() -> None:
    one = make_customer(make_record("support", given_name="Anna", email=["a@example.com"]))
    complain(one.birth_record, "T-1")
    many_records = [make_record("support", given_name="Bea") for _ in range(40)]
    many = make_customer(*many_records)
    for number, record in enumerate(many_records):
        complain(record, f"T-2{number}")
        for hours in range(20):
            make_event(record, "visit", occurred_at=ago(3 + hours))

    assert queries(one) == queries(many) <= 9
