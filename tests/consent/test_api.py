"""May we contact, by call: who may ask, what is told, and what makes no sense."""

import json
from typing import Any

import pytest
from django.test import Client

from consent.models import Purpose
from tests.consent.statements import say
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
CHECK = "/api/v1/permissions/check"


@pytest.fixture
def anna() -> str:
    record = make_record("shop", given_name="Anna", email=["anna@example.org"])
    customer = make_customer(record)
    say(record, True, on=3)
    return customer.pk


def check(name: str, *questions: tuple[str, str, str] | dict[str, Any]) -> Any:
    names = ("profile", "purpose", "channel")
    asked = [
        each if isinstance(each, dict) else dict(zip(names, each, strict=True))
        for each in questions
    ]
    body = json.dumps({"questions": asked})
    return signed_in(name).post(CHECK, body, content_type="application/json")


def test_one_customer_is_told_with_reason_and_time(anna: str) -> None:
    answer = signed_in("ana").get(
        f"/api/v1/profiles/{anna}/may-contact/?purpose=marketing&channel=email"
    )

    told = answer.json()
    assert (told["allowed"], told["reason"]) == (True, "granted")
    assert told["since"] == "2026-01-04T00:00:00Z"
    assert len(told["contact_points"]) == 1
    assert "anna@" not in answer.content.decode()


def test_many_questions_are_answered_in_their_order(anna: str) -> None:
    answer = check("ana", (anna, "marketing", "sms"), (anna, "marketing", "email"))

    told = answer.json()["answers"]
    assert [each["reason"] for each in told] == ["no_contact_point", "granted"]


@pytest.mark.parametrize("name", ["ada", "otto"])
def test_who_may_not_see_customers_is_refused(name: str, anna: str) -> None:
    assert check(name, (anna, "marketing", "email")).status_code == 403


def test_the_token_of_a_source_reads_nothing(anna: str) -> None:
    answer = Client().post(CHECK, "{}", content_type="application/json")

    assert answer.status_code == 401


def test_a_purpose_nobody_made_is_named_with_those_there_are_and_not_made(anna: str) -> None:
    answer = check("ana", (anna, "raffles", "email"))

    assert answer.status_code == 422
    assert "“raffles”; there are marketing, service" in answer.json()["detail"]
    assert not Purpose.objects.filter(key="raffles").exists()


@pytest.mark.parametrize(
    "question",
    [{}, {"profile": "P-1"}, {"profile": 1, "purpose": "marketing", "channel": "email"}],
)
def test_a_question_that_makes_no_sense_is_refused(question: dict[str, Any]) -> None:
    assert check("ana", question).status_code == 422


def test_more_questions_than_allowed_are_refused(anna: str) -> None:
    answer = check("ana", *[("P-1", "marketing", "sms")] * 10_001)

    assert answer.status_code == 422
    assert "10000" in answer.json()["detail"]
