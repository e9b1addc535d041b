"""A telephone system opens the customer who rings, and the number stays out of what follows."""

import pytest
from django.test import Client
from pytest_django import Settings

from consent.access.log import hashed_terms
from consent.models import AccessEntry
from profiles.models import SourceRecord
from tests.profiles.customers import LONG_AGO, make_customer, make_object, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
NUMBER = "+447700900909"


def anna(**more: object) -> SourceRecord:
    return make_record("shop", given_name="Anna", family_name="Kowalska", **more)


@pytest.mark.parametrize(
    "query",
    [
        {"phone": NUMBER},
        {"phone": "07700 900909"},
        {"phone": "447700900909"},
        {"phone": "0044 7700 900 909"},
        {"email": "Anna@Example.com"},
        {"loyalty_card": "lc 1001 2040"},
        {"order": "hp-104421"},
        {"phone": "", "email": "anna@example.com"},
    ],
)
def test_a_call_opens_the_one_customer_who_is_named(query: dict[str, str]) -> None:
    record = anna(
        phone=[NUMBER],
        email=["anna@example.com"],
        identifiers={"loyalty_card": ["LC10012040"]},
    )
    profile = make_customer(record)
    make_object(record, "HP-104421")

    answer = signed_in("ana").get("/pop/", query)

    assert answer.status_code == 302
    assert answer["Location"] == f"/c/{profile.pk}/"


def test_a_number_of_several_customers_leads_to_their_list() -> None:
    make_customer(anna(phone=[NUMBER]))
    make_customer(make_record("crm", given_name="Peter", phone=[NUMBER]))
    ana = signed_in("ana")

    answer = ana.get("/pop/", {"phone": NUMBER})
    page = ana.get(answer["Location"]).content.decode()

    assert answer["Location"] == "/search/"
    assert "2 customers found" in page
    assert "Kowalska" in page
    assert "Peter" in page


def test_the_number_is_taken_out_of_the_session_by_the_list() -> None:
    ana = signed_in("ana")

    ana.get("/pop/", {"phone": NUMBER}, follow=True)

    assert "looked_for" not in ana.session
    assert "Nobody found" not in ana.get("/search/").content.decode()


def test_a_number_nobody_carries_says_that_nobody_was_found() -> None:
    page = signed_in("ana").get("/pop/", {"phone": NUMBER}, follow=True).content.decode()

    assert "Nobody found" in page
    assert NUMBER not in page[: page.index("</title>")]


@pytest.mark.parametrize(
    "query", [{}, {"phone": ""}, {"phone": "anonymous"}, {"colour": "red"}]
)
def test_a_call_without_a_number_only_opens_the_search_page(query: dict[str, str]) -> None:
    make_customer(anna(phone=[NUMBER]))

    answer = signed_in("ana").get("/pop/", query)

    assert answer["Location"] == "/search/"


def test_a_number_opens_nobody_through_a_deleted_record_or_another_namespace() -> None:
    gone = anna(phone=[NUMBER])
    make_customer(gone, make_record("crm", given_name="Anna"))
    SourceRecord.objects.filter(pk=gone.pk).update(deleted_at=LONG_AGO)
    make_customer(make_record("crm", identifiers={"loyalty_card": ["LC1"]}))
    ana = signed_in("ana")

    assert ana.get("/pop/", {"phone": NUMBER})["Location"] == "/search/"
    assert ana.get("/pop/", {"customer_no": "LC1"})["Location"] == "/search/"


def test_a_call_is_in_the_access_log_with_a_hash_of_the_number() -> None:
    profile = make_customer(anna(phone=[NUMBER]))

    signed_in("ana").get("/pop/", {"phone": NUMBER})

    entry = AccessEntry.objects.get(view="profiles:pop")
    assert (entry.action, entry.status, entry.results) == ("search", 302, 1)
    assert entry.profiles == [profile.pk]
    assert entry.terms == hashed_terms([NUMBER])


def test_who_is_not_signed_in_is_sent_to_an_address_without_the_number() -> None:
    make_customer(anna(phone=[NUMBER]))

    answer = Client().get("/pop/", {"phone": NUMBER})

    assert answer["Location"] == "/login/"


@pytest.mark.parametrize("name", ["ada", "otto"])
def test_who_may_not_search_is_not_told_whose_number_it_is(name: str) -> None:
    make_customer(anna(phone=[NUMBER]))

    known = signed_in(name).get("/pop/", {"phone": NUMBER})
    unknown = signed_in(name).get("/pop/", {"phone": "+447700900910"})

    assert known.status_code == unknown.status_code == 403
    assert known.content == unknown.content or "Kowalska" not in known.content.decode()


def test_calls_count_as_lookups_and_refusing_keeps_the_number_out_of_the_address(
    settings: Settings,
) -> None:
    settings.C360_LOOKUPS_PER_MINUTE = 1
    profile = make_customer(anna(phone=[NUMBER]))
    ana = signed_in("ana")
    ana.get("/pop/", {"phone": "+447700900910"})

    answer = ana.get("/pop/", {"phone": NUMBER})

    assert answer["Location"] == "/search/"
    page = ana.get("/search/").content.decode()
    assert "Wait" in page
    assert profile.pk not in page
