"""Verifying a caller: two facts right, and masked values open for a quarter of an hour."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from consent.models import AccessEntry
from profiles.desk.callers import facts_of
from profiles.desk.values import joined_records
from profiles.models import Profile
from tests.profiles.customers import make_customer, make_object, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
RIGHT = {"birth_date": "1984-03-02", "postcode": "ls6 3qs"}
WRONG = {"birth_date": "1984-03-02", "postcode": "LS6 3QT"}


@pytest.fixture(autouse=True)
def on(settings: Settings) -> None:
    settings.C360_VERIFY_CALLERS = True


@pytest.fixture
def anna() -> Profile:
    shop = make_record(
        "shop",
        given_name="Anna",
        phone=["+447700900909"],
        birth_date="1984-03-02",
        address={"line1": "1 Ivy Court", "city": "Leeds", "postal_code": "LS6 3QS"},
    )
    crm = make_record("crm", given_name="Ann", email=["anna@example.com"])
    make_object(shop, "HP-10441", opened_at=timezone.now() - timedelta(days=9))
    make_object(crm, "HP-10442", opened_at=timezone.now())
    return make_customer(shop, crm)


@pytest.fixture
def ana() -> Client:
    return signed_in("ana")


def verify(who: Client, profile: Profile, said: dict[str, str], **more: Any) -> Any:
    return who.post(f"/c/{profile.pk}/verify/", said, **more)


def show(who: Client, profile: Profile, attribute: str = "phone", **posted: str) -> Any:
    return who.post(f"/c/{profile.pk}/reveal/{attribute}/", posted, headers=HTMX)


def last() -> tuple[str, list[str], str]:
    entry = AccessEntry.objects.order_by("at", "chain", "seq").last()
    assert entry is not None
    return entry.action, entry.fields, entry.reason


def test_before_a_caller_is_verified_nothing_masked_can_be_shown(
    ana: Client, anna: Profile
) -> None:
    page = ana.get(f"/c/{anna.pk}/").content.decode()
    answer = show(ana, anna, reason="asks")

    assert "Verify caller" in page
    assert "/reveal/" not in page
    assert not [each for each in ("Ivy Court", "7700 900909") if each in page]
    assert not re.search(r"\bLS6\b", page)  # tokens hold any letters
    assert answer.status_code == 409
    assert "Verify the caller first" in answer.content.decode()
    assert "900909" not in answer.content.decode()
    assert last() == ("view", ["phone"], "refused: caller not verified")


@pytest.mark.parametrize(
    "said",
    [
        RIGHT,
        {"phone": "07700 900 909", "email": "Anna@Example.com"},
        {"order": "hp 10442", "birth_date": "1984-03-02"},
    ],
)
def test_two_right_facts_open_what_is_masked_without_another_reason(
    ana: Client, anna: Profile, said: dict[str, str]
) -> None:
    answer = verify(ana, anna, said)

    assert (answer.status_code, answer["Location"]) == (302, f"/c/{anna.pk}/")
    assert last() == ("view", list(facts_in_order(said)), "caller verified")
    assert "Caller verified until" in ana.get(f"/c/{anna.pk}/").content.decode()
    assert "7700 900909" in show(ana, anna).content.decode()
    assert last() == ("reveal", ["phone"], "caller verified")
    assert "Ivy Court" in show(ana, anna, "address").content.decode()


def facts_in_order(said: dict[str, str]) -> list[str]:
    return [
        name for name in ("birth_date", "phone", "postcode", "order", "email") if name in said
    ]


@pytest.mark.parametrize(
    "said",
    [
        WRONG,
        {"phone": "900909", "email": "anna@example.com"},
        {"order": "HP-10441", "birth_date": "1984-03-02"},
        {"phone": "•••• 0909", "email": "a•••@ex…"},
    ],
)
def test_one_wrong_fact_opens_nothing_and_nobody_learns_which(
    ana: Client, anna: Profile, said: dict[str, str]
) -> None:
    answer = verify(ana, anna, said)

    body = answer.content.decode()
    assert answer.status_code == 422
    assert "what the caller said does not fit" in body
    assert 'aria-invalid="true"' not in body
    assert last() == ("view", facts_in_order(said), "caller not verified")
    assert show(ana, anna, reason="asks").status_code == 409


@pytest.mark.parametrize(
    "said", [{}, {"birth_date": "1984-03-02"}, {**RIGHT, "phone": "07700900909"}]
)
def test_two_facts_are_asked_for_neither_less_nor_more(
    ana: Client, anna: Profile, said: dict[str, str]
) -> None:
    answer = verify(ana, anna, said)

    assert answer.status_code == 422
    assert "Fill in two of these" in answer.content.decode()
    assert show(ana, anna, reason="asks").status_code == 409


def test_after_five_tries_even_the_right_facts_must_wait(ana: Client, anna: Profile) -> None:
    for _ in range(5):
        verify(ana, anna, WRONG)

    answer = verify(ana, anna, RIGHT)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "Wait 60 minutes" in answer.content.decode()
    assert last() == (
        "view", ["birth_date", "postcode"], "refused: too many tries to verify a caller",
    )  # fmt: skip
    assert show(ana, anna, reason="asks").status_code == 409
    assert verify(signed_in("sol"), anna, RIGHT).status_code == 302  # counted by person


def test_a_verified_caller_is_no_other_customer(ana: Client, anna: Profile) -> None:
    other = make_customer(make_record("shop", given_name="Bea", phone=["+447700900222"]))
    verify(ana, anna, RIGHT)

    assert show(ana, other, reason="asks").status_code == 409
    assert show(signed_in("ana"), anna, reason="asks").status_code == 409  # another session


def test_after_a_quarter_of_an_hour_the_caller_is_asked_again(
    ana: Client, anna: Profile
) -> None:
    verify(ana, anna, RIGHT)

    with time_machine.travel(timezone.now() + timedelta(minutes=14)):
        assert show(ana, anna).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert show(ana, anna).status_code == 409


def test_stewards_and_officers_may_show_values_with_a_reason(anna: Profile) -> None:
    for name in ("sol", "pia"):
        who = signed_in(name)

        assert "Why do you need" in show(who, anna).content.decode()
        assert "7700 900909" in show(who, anna, reason="check").content.decode()
        assert last()[0] == "reveal"


def test_the_session_keeps_an_id_and_a_time(ana: Client, anna: Profile) -> None:
    verify(ana, anna, RIGHT)

    kept = ana.session["callers"]
    assert list(kept) == [anna.pk]
    assert isinstance(kept[anna.pk], int)
    assert "1984" not in str(dict(ana.session.items()))


def test_the_form_names_what_is_known_and_holds_no_value(ana: Client, anna: Profile) -> None:
    for headers in ({}, HTMX):
        body = ana.get(f"/c/{anna.pk}/verify/", headers=headers).content.decode()

        assert all(name in body for name in ("Date of birth", "Postcode", "last order"))
        assert not [each for each in ("1984-03", "900909", "10442") if each in body]
        assert not re.search(r"\bLS6\b", body)


def test_who_is_hardly_known_cannot_be_verified(ana: Client) -> None:
    bea = make_customer(make_record("shop", given_name="Bea", phone=["+447700900222"]))

    body = ana.get(f"/c/{bea.pk}/verify/").content.decode()

    assert "Too little is known" in body
    assert verify(ana, bea, {"phone": "07700900222"}).status_code == 422


def test_a_record_that_is_not_joined_answers_for_nobody(ana: Client, anna: Profile) -> None:
    make_record("app", email=["other@example.com"], birth_date="1990-01-02")

    known = facts_of(anna, joined_records(anna))

    assert known["email"] == {"anna@example.com"}
    assert known["birth_date"] == {"1984-03-02"}
    assert known["order"] == {"hp10442"}


def test_where_callers_are_not_verified_there_is_no_such_page(
    ana: Client, anna: Profile, settings: Settings
) -> None:
    verify(ana, anna, RIGHT)
    settings.C360_VERIFY_CALLERS = False

    page = ana.get(f"/c/{anna.pk}/").content.decode()

    assert "erify caller" not in page
    assert "Ivy Court" in page
    assert "/reveal/phone/" in page
    assert ana.get(f"/c/{anna.pk}/verify/").status_code == 404
    assert "Why do you need" in show(ana, anna).content.decode()


def test_whoever_may_not_see_customers_may_not_verify_any(anna: Profile) -> None:
    assert verify(signed_in("otto"), anna, RIGHT).status_code == 403
