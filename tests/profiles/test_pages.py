"""The customer page: values and their reasons, records, figures; hostile data is inert."""

from datetime import timedelta

import pytest
import time_machine

from profiles.desk.figures import figures
from profiles.desk.values import display_text, freshness, rule_words, shown
from profiles.models import Profile, SourceRecord
from profiles.money import format_minor
from tests.profiles.customers import (
    LONG_AGO,
    make_customer,
    make_event,
    make_object,
    make_record,
    make_source,
    may_hold,
    value_of,
)
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
HOSTILE = "<script>canary()</script><img src=x onerror=canary()>\"'{{7*7}}"


@pytest.fixture
def anna() -> Profile:
    shop = make_record(
        "shop", given_name="Anna", family_name="Kowalska", phone=["+447700900909"]
    )
    crm = make_record("crm", given_name="Ann", family_name="Kowalska")
    lost = value_of(crm, "ann@example.net", reason="older")
    won = value_of(shop, "anna@example.com", losers=[lost])
    return make_customer(shop, crm, email=won)


def body_of(name: str, profile: Profile, path: str = "", **headers: str) -> str:
    answer = signed_in(name).get(f"/c/{profile.pk}/{path}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_header_says_who_and_from_which_records(anna: Profile) -> None:
    body = body_of("ana", anna)

    assert "Anna Kowalska" in body
    assert anna.pk in body
    assert "2 records from Shop, Crm" in body


def test_the_title_carries_no_name(anna: Profile) -> None:
    title = body_of("ana", anna).partition("<title>")[2].partition("</title>")[0]

    assert "Kowalska" not in title


def test_phones_are_written_as_people_read_them(anna: Profile) -> None:
    assert shown("phone", anna.golden["phone"]) == "+44 7700 900909"


def test_each_value_says_where_it_comes_from_and_what_lost(anna: Profile) -> None:
    may_hold(anna.birth_record.source, "email")
    body = body_of("ana", anna, "field/email/", **{"HX-Request": "true"})

    for expected in (
        "anna@example.com",
        anna.birth_record.external_id,
        "The newest value wins",
        "Contract",
        "for Service",
        "ann@example.net",
        "Crm",
    ):
        assert expected in body
    assert "<html" not in body


def test_without_javascript_the_reasons_are_a_page(anna: Profile) -> None:
    assert "<html" in body_of("ana", anna, "field/email/")


def test_an_attribute_the_customer_lacks_is_not_found(anna: Profile) -> None:
    assert signed_in("ana").get(f"/c/{anna.pk}/field/birth_date/").status_code == 404


def test_joined_records_show_the_name_each_source_gave(anna: Profile) -> None:
    body = body_of("ana", anna, "records/")

    assert "Ann Kowalska" in body
    assert "Anna Kowalska" in body


def test_only_stewards_are_offered_to_split(anna: Profile) -> None:
    assert f"/clusters/{anna.pk}/" in body_of("sol", anna)
    for name in ("ana", "pia"):
        assert "/clusters/" not in body_of(name, anna)


def test_a_customer_of_one_record_has_nothing_to_split() -> None:
    single = make_customer(make_record(given_name="Anna"))

    assert "/clusters/" not in body_of("sol", single)


def test_a_source_past_its_age_limit_is_marked() -> None:
    make_source("loyalty", max_age_days=30)
    record = make_record("loyalty", given_name="Anna")
    fresh = make_record("shop", given_name="Anna")

    with time_machine.travel(LONG_AGO + timedelta(days=31)):
        entries = {entry.source.slug: entry for entry in freshness([record, fresh])}

    assert entries["loyalty"].is_stale
    assert not entries["shop"].is_stale


def test_key_figures_count_what_the_joined_records_own() -> None:
    record = make_record(given_name="Anna")
    make_object(record, "HP-1", amount_minor=8400, currency="GBP")
    make_object(record, "HP-2", amount_minor=1000, currency="EUR", state="delivered")
    make_object(record, "HP-4", amount_minor=1600, currency="GBP")
    make_object(record, "HP-5", state="placed", opened_at=LONG_AGO - timedelta(days=400))
    make_event(record, "call", occurred_at=LONG_AGO + timedelta(days=3))
    make_event(record, "visit", occurred_at=LONG_AGO + timedelta(days=9))
    make_object(record, "HP-3", amount_minor=9900, currency="GBP", state="cancelled")
    make_object(record, "T-1", "ticket", state="open")
    make_object(record, "T-2", "ticket", state="Solved")
    make_object(record, "R-1", "return", state="requested")

    orders, value, returns, tickets, since, contact = figures([record.pk])

    assert orders.value == "5"
    assert (value.value, value.note) == ("€10.00 + £100.00", "€10.00 + £50.00 on average")
    assert (since.value, since.note) == ("November 2023", "first order")
    assert contact.value == "4 Jan 2025"
    assert (returns.value, returns.note) == ("1", "1 under way")
    assert (tickets.value, tickets.note, tickets.tone) == ("1", "of 2", "warn")


def test_key_figures_of_somebody_without_a_story_are_empty() -> None:
    found = figures([make_record(given_name="Anna").pk])

    assert [each.value for each in found] == ["0", "–", "0", "0", "–", "–"]


def test_hostile_text_in_every_field_is_inert() -> None:
    make_source("shop", name=f"Shop {HOSTILE}"[:80])
    record = make_record("shop", given_name=HOSTILE, organisation=HOSTILE)
    SourceRecord.objects.filter(pk=record.pk).update(external_id=HOSTILE)
    record.refresh_from_db()
    make_event(record, text=HOSTILE, name=HOSTILE, channel=HOSTILE[:40], object_state="<b>")
    address = {"line1": HOSTILE, "city": HOSTILE, "postal_code": HOSTILE}
    profile = make_customer(
        record,
        address=value_of(record, address),
        **{f"identifiers.{HOSTILE}": value_of(record, HOSTILE)},
    )
    browser = signed_in("sol")

    bodies = [
        body_of("sol", profile),
        body_of("sol", profile, "field/address/"),
        browser.post("/search/", {"q": "canary"}).content.decode(),
        browser.post("/search/suggest/", {"q": "script canary"}).content.decode(),
        browser.post(f"/c/{profile.pk}/timeline/", {"find": HOSTILE}).content.decode(),
    ]

    assert "&#x27;{{7*7}}" in bodies[0]
    for body in bodies:
        assert "<script>canary" not in body
        assert "<img src=x" not in body
        assert "<b>" not in body
        assert "&#x27;49" not in body


def test_an_address_is_shown_line_by_line() -> None:
    address = {"line1": "1 High St", "city": "Leeds", "postal_code": "LS1 4AB"}

    assert display_text({"value": address}) == "1 High St\nLeeds\nLS1 4AB"
    assert display_text({"value": address, "display": "1 High St, Leeds"}) == "1 High St, Leeds"


def test_an_unknown_rule_is_shown_as_it_is() -> None:
    assert rule_words("steward says so") == "steward says so"


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (8400, "GBP", "£84.00"),
        (-1250, "GBP", "−£12.50"),
        (123456789, "EUR", "€1,234,567.89"),
        (500, "JPY", "¥500"),
        (1234, "KWD", "1.234 KWD"),
        (100, "PLN", "1.00 PLN"),
        (5, "", "0.05"),
    ],
)
def test_amounts_follow_their_currency(minor: int, currency: str, text: str) -> None:
    assert format_minor(minor, currency) == text


def test_opening_an_old_tab_after_a_join_posts_nothing() -> None:
    shop, crm = make_record("shop", given_name="Anna"), make_record("crm", given_name="Ann")
    profile = make_customer(shop, crm)

    answer = signed_in("ana").post(f"/c/{crm.birth_profile.pk}/timeline/", {"find": "x"})

    assert answer.status_code == 409
    assert f"/c/{profile.pk}/" in answer.content.decode()
