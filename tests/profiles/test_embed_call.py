"""A frame that knows a number only: the customer who rings, a list of names, or plain words."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from consent.access.log import hashed_terms
from consent.models import AccessEntry
from profiles.models import SourceRecord
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
DESK = "https://desk.example.org"
NUMBER = "+447700900909"


@pytest.fixture(autouse=True)
def _desk(settings: Settings) -> Iterator[None]:
    settings.C360_EMBED_ORIGINS = [DESK]
    yield


def anna(source: str = "shop", **more: object) -> SourceRecord:
    facts = {"given_name": "Anna", "family_name": "Kowalska", "phone": [NUMBER]}
    return make_record(source, **{**facts, **more})


@pytest.mark.parametrize("number", [NUMBER, "07700 900909", "0044 7700 900 909"])
def test_a_number_leads_to_the_panel_of_the_one_customer_who_has_it(number: str) -> None:
    profile = make_customer(anna())
    ana = signed_in("ana")

    answer = ana.get("/embed/", {"phone": number})
    page = ana.get(answer["Location"])

    assert answer["Location"] == f"/embed/c/{profile.pk}/"
    assert "Anna Kowalska" in page.content.decode()
    assert f"frame-ancestors {DESK}" in page["Content-Security-Policy"]


def test_several_are_listed_by_name_and_nothing_an_agent_may_not_see() -> None:
    first = make_customer(anna(email=["anna@example.com"], birth_date="1984-03-02"))
    second = make_customer(anna("crm", given_name="Peter", address={"city": "Leeds"}))
    ana = signed_in("ana")

    answer = ana.get("/embed/", {"phone": NUMBER})
    page = ana.get(answer["Location"])
    body = page.content.decode()

    assert answer["Location"] == "/embed/"
    assert "2 customers may be calling" in body
    for profile in (first, second):
        assert f'href="/embed/c/{profile.pk}/"' in body
    for kept_back in ("900909", "0909", "example.com", "1984", "Leeds"):
        assert kept_back not in body
    assert f"frame-ancestors {DESK}" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page


def test_a_record_under_review_answers_under_its_own_customer_only() -> None:
    waiting = anna("crm", given_name="Secret", family_name="Hidden")
    joined = make_customer(anna())
    make_customer(waiting)
    ana = signed_in("ana")

    ana.get("/embed/", {"phone": NUMBER})

    assert "Hidden" not in ana.get(f"/embed/c/{joined.pk}/").content.decode()


def test_nobody_known_is_said_in_words_without_the_number() -> None:
    page = signed_in("ana").get("/embed/", {"phone": NUMBER}, follow=True)

    body = page.content.decode()
    assert page.redirect_chain == [("/embed/", 302)]
    assert "Nobody known calls from this number" in body
    assert "900909" not in body


def test_the_number_is_taken_out_of_the_session_by_the_list() -> None:
    make_customer(anna())
    make_customer(anna("crm"))
    ana = signed_in("ana")
    ana.get("/embed/", {"phone": NUMBER}, follow=True)

    again = ana.get("/embed/").content.decode()

    assert "called_in_a_frame" not in ana.session
    assert "Kowalska" not in again
    assert "No call yet" in again


def test_a_call_is_in_the_access_log_as_one_in_a_frame() -> None:
    profile = make_customer(anna())
    ana = signed_in("ana")

    ana.get("/embed/", {"phone": NUMBER}, follow=True)

    call, panel = AccessEntry.objects.order_by("seq")
    assert (call.view, call.action, call.reason) == (
        "profiles:embed-call", "search", "in a frame"
    )  # fmt: skip
    assert (call.profiles, call.results) == ([profile.pk], 1)
    assert call.terms == hashed_terms([NUMBER])
    assert (panel.view, panel.profiles) == ("profiles:embed", [profile.pk])


def test_who_is_listed_is_in_the_access_log() -> None:
    listed = {make_customer(anna()).pk, make_customer(anna("crm")).pk}

    signed_in("ana").get("/embed/", {"phone": NUMBER}, follow=True)

    entry = AccessEntry.objects.latest("seq")
    assert set(entry.profiles) == listed
    assert entry.terms == hashed_terms([NUMBER])


@pytest.mark.parametrize("name", ["ada", "otto"])
def test_who_may_not_search_is_not_told_whose_number_it_is(name: str) -> None:
    make_customer(anna())

    known = signed_in(name).get("/embed/", {"phone": NUMBER})
    unknown = signed_in(name).get("/embed/", {"phone": "+447700900910"})

    assert known.status_code == unknown.status_code == 403
    assert "Kowalska" not in known.content.decode()


def test_strangers_are_refused_and_not_sent_to_a_sign_in_that_no_frame_shows() -> None:
    make_customer(anna())

    assert Client().get("/embed/", {"phone": NUMBER}).status_code == 403


def test_without_allowed_origins_there_is_no_such_page(settings: Settings) -> None:
    settings.C360_EMBED_ORIGINS = []
    make_customer(anna())

    assert signed_in("ana").get("/embed/", {"phone": NUMBER}).status_code == 404


def test_calls_in_frames_count_as_lookups(settings: Settings) -> None:
    settings.C360_LOOKUPS_PER_MINUTE = 1
    profile = make_customer(anna())
    ana = signed_in("ana")
    ana.get("/embed/", {"phone": "+447700900910"}, follow=True)

    page = ana.get("/embed/", {"phone": NUMBER}, follow=True)

    assert page.redirect_chain == [("/embed/", 302)]
    assert "Wait" in page.content.decode()
    assert profile.pk not in page.content.decode()
