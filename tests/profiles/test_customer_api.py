"""Customers by call: lookup, profile, timeline; masked, logged, and true to the document."""

import json
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from c360.api_docs import schema
from c360.scopes import Scope
from c360.tokens import calls
from consent.models import AccessEntry
from profiles.models import Profile, SourceRecord
from profiles.survivorship.overrides import last_day
from tests.c360.test_tokens import token_of
from tests.profiles import survivors
from tests.profiles.customers import make_customer, make_event, make_record, value_of
from tests.profiles.test_overrides import CRM, say
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
LOOKUP = "/api/v1/profiles/lookup/"
NOBODY = "P-000000000000"
PHONE = "+447700900909"


@pytest.fixture
def record() -> SourceRecord:
    return make_record(
        "shop",
        given_name="Anna",
        family_name="Kowalska",
        email=["anna@example.com"],
        phone=[PHONE],
        identifiers={"ssn": ["CANARY77"]},
    )


@pytest.fixture
def anna(record: SourceRecord) -> Profile:
    return make_customer(record, **{"identifiers.ssn": value_of(record, "CANARY77")})


def call(secret: str, path: str, body: Any = None, **headers: str) -> Any:
    headers = {"Authorization": f"Bearer {secret}", **headers}
    if body is None:
        return Client().get(path, headers=headers)
    return Client().post(
        path, json.dumps(body), content_type="application/json", headers=headers
    )


def place(profile: Profile, part: str = "") -> str:
    return f"/api/v1/profiles/{profile.pk}/{part}"


def values(answer: Any) -> dict[str, str]:
    return {each["attribute"]: each["text"] for each in answer.json()["values"]}


def holds(path: str, method: str, answer: Any) -> None:
    """Check an answer against what the document says of it."""
    told = schema()["paths"][path][method]["responses"][str(answer.status_code)]
    shape = told["content"]["application/json"]["schema"]
    whole = {**shape, "components": schema()["components"]}
    jsonschema.validate(answer.json(), whole, jsonschema.Draft202012Validator)


# Lookup


@pytest.mark.parametrize(
    "asked",
    [
        {"phone": "07700 900909"},
        {"phone": "+44 (0)7700-900909"},
        {"email": " Anna@Example.com"},
        {"ssn": "canary 77"},
    ],
)
def test_a_customer_is_found_by_any_identifier_in_any_format(
    asked: dict[str, str], anna: Profile
) -> None:
    answer = call(token_of("ana"), LOOKUP, asked)

    found = answer.json()["customers"]
    assert found == [{"id": anna.pk, "name": "Anna Kowalska", "confidence": "alone"}]
    holds(LOOKUP, "post", answer)


def test_several_are_all_named_and_nobody_is_chosen(anna: Profile) -> None:
    other = make_customer(make_record("crm", given_name="Ewa", phone=[PHONE]))

    answer = call(token_of("ana"), f"{LOOKUP}?phone=07700900909")

    assert {each["id"] for each in answer.json()["customers"]} == {anna.pk, other.pk}


def test_a_lookup_asks_as_often_for_nine_joined_customers_as_for_two(anna: Profile) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            call(secret, LOOKUP, {"phone": PHONE})
        return len(queries)

    def joined() -> Profile:
        return make_customer(
            *(make_record("crm", given_name="Ewa", phone=[PHONE]) for _ in "ab")
        )

    joined()
    secret = token_of("ana")
    asked()  # the first call of all also reads what is kept afterwards
    few = asked()
    several = {joined().pk for _ in range(7)}
    told = call(secret, LOOKUP, {"phone": PHONE}).json()["customers"]

    assert asked() <= few
    assert several < {each["id"] for each in told}
    assert {each["confidence"] for each in told} == {"alone", "under_review"}


def test_nobody_is_404_and_leaves_an_entry(anna: Profile) -> None:
    answer = call(token_of("ana"), LOOKUP, {"phone": "07700 900123"})

    assert answer.status_code == 404
    holds(LOOKUP, "post", answer)
    entry = AccessEntry.objects.get()
    assert (entry.status, entry.results, entry.profiles) == (404, 0, [])


@pytest.mark.parametrize(
    "asked", [{}, [], {"phone": ""}, {"phone": 7}, {"phone": "1", "email": "x"}, {"a": "\x00"}]
)
def test_a_lookup_asks_for_one_identifier(asked: Any, anna: Profile) -> None:
    assert call(token_of("ana"), LOOKUP, asked).status_code == 422


def test_who_may_not_see_customers_learns_nothing_from_a_lookup(anna: Profile) -> None:
    known = call(token_of("ada"), LOOKUP, {"phone": PHONE})
    unknown = call(token_of("ada"), LOOKUP, {"phone": "07700 900123"})

    assert known.status_code == unknown.status_code == 403
    assert known.content == unknown.content


def test_lookups_are_counted_by_person_not_by_token(
    anna: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls.LookupThrottle, "limit", 2)

    answers = [call(token_of("ana"), LOOKUP, {"phone": PHONE}) for _token in range(3)]

    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert call(token_of("sol"), LOOKUP, {"phone": PHONE}).status_code == 200


# A customer


def test_values_come_masked_with_where_they_come_from(anna: Profile) -> None:
    answer = call(token_of("ana"), place(anna))

    assert answer.status_code == 200
    assert "CANARY" not in answer.content.decode()
    assert "900909" not in answer.content.decode()
    assert values(answer)["phone"].endswith("0909")
    phone = next(each for each in answer.json()["values"] if each["attribute"] == "phone")
    assert (phone["is_masked"], phone["source"], phone["rule"]) == (True, "shop", "newest")
    assert answer.json()["confidence"] == "alone"
    assert answer.json()["may_contact"] == {"marketing": [], "service": []}
    holds("/api/v1/profiles/{profile_id}/", "get", answer)


def test_a_call_is_told_who_chose_a_value_why_and_until_when() -> None:
    customer = survivors.anna()
    made = say(customer, reason=f"She rang from {CRM}.")

    answer = call(token_of("ana"), place(customer))

    holds("/api/v1/profiles/{profile_id}/", "get", answer)
    told = {each["attribute"]: each for each in answer.json()["values"]}
    assert (told["full_name"]["override"], told["phone"]["rule"]) == (None, "override")
    assert told["phone"]["override"] == {
        "by": "Sol",
        "said_at": told["phone"]["override"]["said_at"],
        "last_day": str(last_day(made)),
        "reason": "She rang from •••• 0001.",
    }


def test_a_reason_and_the_scope_show_masked_values_and_are_logged(anna: Profile) -> None:
    secret = token_of("ana", "customers:read", "reveal")

    answer = call(secret, place(anna), **{"X-Reason": "caller asks"})

    assert values(answer)["identifiers.ssn"] == "CANARY77"
    entry = AccessEntry.objects.get()
    assert (entry.action, entry.profiles) == ("reveal", [anna.pk])
    assert set(entry.fields) == {"phone", "identifiers.ssn"}
    assert entry.reason.endswith(f"…{secret[-4:]}: caller asks")


def test_the_scope_without_a_reason_shows_nothing(anna: Profile) -> None:
    answer = call(token_of("ana"), place(anna))
    blank = call(token_of("ana"), place(anna), **{"X-Reason": " "})

    assert "CANARY" not in answer.content.decode()
    assert blank.status_code == 422


def test_a_reason_without_the_scope_is_refused(anna: Profile) -> None:
    answer = call(token_of("ana", "customers:read"), place(anna), **{"X-Reason": "curious"})
    browser = signed_in("ana").get(place(anna), headers={"X-Reason": "curious"})

    assert answer.status_code == browser.status_code == 403
    assert "CANARY" not in answer.content.decode()


def test_permissions_need_their_own_scope(anna: Profile) -> None:
    answer = call(token_of("ana", "customers:read"), place(anna))

    assert answer.json()["may_contact"] is None
    assert call(token_of("ana", "customers:read"), place(anna, "consent/")).status_code == 403


def test_what_a_customer_allowed_is_told_for_every_channel(anna: Profile) -> None:
    answer = call(token_of("ana", "consent:read"), place(anna, "consent/"))

    assert {each["purpose"] for each in answer.json()["answers"]} == {"marketing", "service"}
    holds("/api/v1/profiles/{profile_id}/consent/", "get", answer)


def test_a_joined_id_leads_on_and_a_gone_one_is_gone(anna: Profile) -> None:
    joined = make_record("crm", given_name="A")
    old = joined.birth_profile
    make_customer(SourceRecord.objects.get(pk=anna.birth_record_id), joined)
    empty = make_record("crm").birth_profile

    moved = call(token_of("ana"), place(old))

    assert (moved.status_code, moved["Location"]) == (307, place(anna))
    assert moved.json()["joined_into"] == anna.pk
    gone = call(token_of("ana"), place(empty))
    assert gone.status_code == 410
    holds("/api/v1/profiles/{profile_id}/", "get", gone)


def test_an_id_nobody_has_is_404_and_looks_like_any_other_to_strangers(anna: Profile) -> None:
    unknown = f"/api/v1/profiles/{NOBODY}/"

    assert call(token_of("ana"), unknown).status_code == 404
    known = call(token_of("otto"), place(anna))
    assert known.status_code == 403
    assert call(token_of("otto"), unknown).content == known.content


# Timeline


def test_a_timeline_is_read_page_by_page(anna: Profile, record: SourceRecord) -> None:
    made = [make_event(record, "call").id for _number in range(30)]
    secret = token_of("ana", "timeline:read")

    first = call(secret, place(anna, "timeline/"))
    second = call(secret, place(anna, f"timeline/?before={first.json()['older']}"))

    told = [each["id"] for each in (*first.json()["events"], *second.json()["events"])]
    assert told == made[::-1]
    assert second.json()["older"] is None
    holds("/api/v1/profiles/{profile_id}/timeline/", "get", first)


def test_a_timeline_is_filtered_and_words_are_found_by_post(
    anna: Profile, record: SourceRecord
) -> None:
    make_event(record, "call", text="about the parcel")
    make_event(record, "order", text="a lamp")
    secret = token_of("ana")

    calls_only = call(secret, place(anna, "timeline/?kind=calls"))
    found = call(secret, place(anna, "timeline/"), {"find": "lamp"})

    assert [each["kind"] for each in calls_only.json()["events"]] == ["call"]
    assert [each["kind"] for each in found.json()["events"]] == ["order"]


def test_a_return_names_its_order_where_the_customer_has_it_and_nowhere_else(
    anna: Profile, record: SourceRecord
) -> None:
    of = {"part_of_namespace": "shop:order", "part_of_id": "HP-1"}
    make_event(record, "return", object_namespace="shop:return", object_id="R-7", **of)
    secret = token_of("ana")

    unknown = call(secret, place(anna, "timeline/"))
    make_event(record, "order", object_namespace="shop:order", object_id="HP-1")
    make_event(record, "call")
    known = call(secret, place(anna, "timeline/"))

    assert [each["part_of"] for each in unknown.json()["events"]] == [None]
    assert "HP-1" not in unknown.content.decode()
    told = {each["kind"]: each["part_of"] for each in known.json()["events"]}
    assert told == {"return": "HP-1", "order": None, "call": None}
    holds("/api/v1/profiles/{profile_id}/timeline/", "get", known)


def test_masked_values_stay_masked_in_what_people_wrote(
    anna: Profile, record: SourceRecord
) -> None:
    make_event(record, "call", text="my number is CANARY77, ring 07700 900909")

    answer = call(token_of("ana"), place(anna, "timeline/"))

    assert "my number is" in answer.content.decode()
    assert "CANARY77" not in answer.content.decode()
    assert "900909" not in answer.content.decode()


@pytest.mark.parametrize("query", ["kind=nothing", "before=yesterday", "state=odd"])
def test_a_filter_that_makes_no_sense_is_refused(query: str, anna: Profile) -> None:
    assert call(token_of("ana"), place(anna, f"timeline/?{query}")).status_code == 422


def test_each_call_needs_its_scope(anna: Profile) -> None:
    only_timeline = token_of("ana", "timeline:read")
    all_but_timeline = token_of("ana", *(set(Scope) - {Scope.TIMELINE}))

    assert call(only_timeline, place(anna)).status_code == 403
    assert call(only_timeline, LOOKUP, {"phone": PHONE}).status_code == 403
    assert call(all_but_timeline, place(anna, "timeline/")).status_code == 403


# Records that are not joined


def test_values_of_a_record_that_is_not_joined_are_in_no_answer(anna: Profile) -> None:
    stranger = make_record(
        "crm", given_name="Zyxcanary", email=["zyxcanary@example.com"], phone=[PHONE]
    )
    make_event(stranger, "call", text="zyxcanary rang")
    secret = token_of("sol", *Scope)
    paths = ("", "timeline/", "consent/", "explain/")

    for path in paths:
        answer = call(secret, place(anna, path), **{"X-Reason": "looking for leaks"})
        assert answer.status_code == 200
        assert "zyxcanary" not in answer.content.decode().lower()
    assert "zyxcanary" not in call(secret, LOOKUP, {"phone": PHONE}).content.decode().lower()


# The document


def test_the_document_is_valid_openapi_and_nothing_in_it_is_a_guess() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


def test_every_call_is_described_with_what_opens_it() -> None:
    for path, methods in schema()["paths"].items():
        for told in methods.values():
            assert told["summary"], path
            assert told["security"], path


def test_the_page_shows_every_call() -> None:
    page = signed_in("ana").get("/api/").content.decode()

    for path in schema()["paths"]:
        assert path in page
