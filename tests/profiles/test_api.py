"""Records by call: who may send, what is stored, and what the answer tells."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import RedisError

from c360.attempts import WRONG_TOKENS_PER_ADDRESS
from matching.models import DirtyRecord
from profiles.api.bodies import MOST_BYTES
from profiles.canonical import MOST_RECORDS
from profiles.models import (
    QuarantinedRow,
    RecordVersion,
    Source,
    SourceMapping,
    SourceRecord,
    SourceToken,
)
from tests.profiles.customers import make_source, may_hold
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
PATH = "/api/v1/records/"
ANNA = {
    "external_id": "s-1",
    "updated_at": "2026-03-01T10:00:00Z",
    "attributes": {
        "given_name": "Anna",
        "family_name": "Kowalska",
        "birth_date": "1988-04-12",
        "email": ["Anna@Example.com", "a.kowalska@example.org"],
        "phone": "07700 900900",
        "address": {"line1": "7 Mill Lane", "postal_code": "sw1a1aa"},
        "identifiers": {"card": "ab 12"},
        "custom": {"tier": "gold"},
    },
}


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


HELD = (
    *("given_name", "family_name", "full_name", "birth_date", "email", "phone"),
    *("address.line1", "address.city", "address.postal_code"),
    *("identifiers.card", "custom.tier", "custom.x"),
)


def make_lawful_source(slug: str, **fields: Any) -> Source:
    """A source that may hold what these tests send."""
    source = make_source(slug, **fields)
    may_hold(source, *HELD)
    return source


@pytest.fixture
def shop() -> Source:
    return make_lawful_source("shop", region="GB")


@pytest.fixture
def token(shop: Source) -> str:
    return SourceToken.rotate(shop)


def send(
    token: str | None,
    *records: Any,
    body: Any = None,
    address: str = "127.0.0.1",
    **more: Any,
) -> Any:
    """Send records as the shop does; `body` replaces all of it."""
    call = {"source": "shop", "records": list(records), **more} if body is None else body
    text = call if isinstance(call, str | bytes) else json.dumps(call)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR=address)
    return strict.post(PATH, text, content_type="application/json", headers=headers)


def told(answer: Any) -> str:
    return str(answer.json()["detail"])


def test_a_record_is_stored_with_its_values_read_as_those_of_a_file(token: str) -> None:
    answer = send(token, ANNA)

    assert answer.status_code == 200
    assert (answer.json()["new"], answer.json()["quarantined"]) == (1, [])
    record = SourceRecord.objects.get(external_id="s-1")
    assert record.attributes == {
        "given_name": "Anna",
        "family_name": "Kowalska",
        "birth_date": "1988-04-12",
        "email": ["anna@example.com", "a.kowalska@example.org"],
        "phone": ["+447700900900"],
        "address": {"line1": "7 Mill Lane", "postal_code": "SW1A 1AA"},
        "identifiers": {"card": ["AB12"]},
        "custom": {"tier": "gold"},
    }
    assert RecordVersion.objects.get().payload == ANNA
    assert DirtyRecord.objects.filter(record=record).exists()


def test_what_a_source_has_verified_is_kept_beside_its_values(token: str) -> None:
    verified = {"email": True, "phone": False, "address": True}
    send(token, {**ANNA, "verified": verified})

    assert SourceRecord.objects.get().attributes["verified"] == ["email", "address"]


def test_dotted_names_say_the_same_as_nested_ones(token: str) -> None:
    dotted = {"address.city": "Leeds", "identifiers.card": "7", "custom.tier": "gold"}
    nested = {
        "address": {"city": "Leeds"},
        "identifiers": {"card": 7},
        "custom": {"tier": "gold"},
    }

    send(
        token,
        {"external_id": "a", "attributes": dotted},
        {"external_id": "b", "attributes": nested},
    )

    first, second = SourceRecord.objects.order_by("external_id")
    assert first.attributes == second.attributes
    assert first.attributes["identifiers"] == {"card": ["7"]}


def test_numbers_of_a_source_are_read_in_its_country() -> None:
    source = make_lawful_source("laden", region="DE")

    send(
        SourceToken.rotate(source),
        {"external_id": "1", "attributes": {"phone": "030 901820"}},
        source="laden",
    )

    assert SourceRecord.objects.get().attributes["phone"] == ["+4930901820"]


def test_repeating_changing_and_deleting_are_counted(token: str) -> None:
    changed = {
        **ANNA,
        "updated_at": "2026-03-02T10:00:00Z",
        "attributes": {"given_name": "Ann"},
    }
    gone = {"external_id": "s-1", "updated_at": "2026-03-03T10:00:00Z", "deleted": True}

    counts = [send(token, record).json() for record in (ANNA, ANNA, changed, gone)]

    assert [each["new"] for each in counts] == [1, 0, 0, 0]
    assert [each["same"] for each in counts] == [0, 1, 0, 0]
    assert [each["changed"] for each in counts] == [0, 0, 1, 0]
    assert [each["deleted"] for each in counts] == [0, 0, 0, 1]
    assert SourceRecord.objects.get().deleted_at


def test_a_record_that_cannot_be_read_is_quarantined_and_the_others_are_stored(
    token: str,
) -> None:
    bad = {"external_id": "s-2", "attributes": {"birth_date": "Kowalska"}}
    nameless = {"attributes": {"given_name": "Kowalska"}}

    answer = send(token, ANNA, bad, nameless)

    assert answer.json()["new"] == 1
    assert answer.json()["quarantined"] == [
        {
            "index": 1,
            "external_id": "s-2",
            "column": "attributes.birth_date",
            "reason": "not a date or time",
        },
        {
            "index": 2,
            "external_id": None,
            "column": "external_id",
            "reason": "the key is missing",
        },
    ]
    assert "Kowalska" not in answer.content.decode()
    assert {row.origin for row in QuarantinedRow.objects.all()} == {"api"}


def test_characters_no_database_takes_do_no_harm(token: str) -> None:
    record = {
        "external_id": "s-9",
        "attributes": {"given_name": "An\x00na", "custom.x": "\ud800"},
    }

    assert send(token, record).json()["new"] == 1
    assert SourceRecord.objects.get().attributes["given_name"] == "Anna"


@pytest.mark.parametrize("sent", [None, "", "c360_wrong", "c360_" + "é" * 43])
def test_without_a_valid_token_nobody_sends_anything(sent: str | None, token: str) -> None:
    answer = send(sent, ANNA)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert not SourceRecord.objects.exists()


def test_whoever_tries_many_tokens_is_told_to_wait_and_a_right_one_is_taken(token: str) -> None:
    noon = timezone.now().replace(hour=12, minute=0, second=20)
    with time_machine.travel(noon, tick=False):
        tries = [send(f"c360_{n}", ANNA) for n in range(WRONG_TOKENS_PER_ADDRESS + 1)]
        assert {each.status_code for each in tries[:-1]} == {401}
        assert tries[-1].status_code == 429
        assert tries[-1].headers["Retry-After"] == "40"
        assert told(tries[-1]).startswith("Too many wrong tokens came from this address.")

        assert send(token, ANNA).status_code == 200
    with time_machine.travel(noon + timedelta(seconds=40), tick=False):
        assert send("c360_wrong", ANNA).status_code == 401


def test_wrong_tokens_of_one_address_slow_no_other_down(token: str) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        for n in range(WRONG_TOKENS_PER_ADDRESS + 1):
            send(f"c360_{n}", ANNA)

        assert send("c360_wrong", ANNA).status_code == 429
        assert send("c360_wrong", ANNA, address="192.0.2.7").status_code == 401
        assert send(None, ANNA).status_code == 401


def test_while_nobody_can_count_a_wrong_token_is_wrong_all_the_same(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_away(*args: Any) -> None:
        raise RedisError

    monkeypatch.setattr(cache, "add", is_away)

    assert send("c360_wrong", ANNA).status_code == 401
    assert send(token, ANNA).status_code == 200


def test_a_session_opens_nothing_here(shop: Source) -> None:
    body = json.dumps({"source": "shop", "records": [ANNA]})

    answer = signed_in("ada").post(PATH, body, content_type="application/json")

    assert answer.status_code == 401


def test_a_revoked_token_is_refused(shop: Source, token: str) -> None:
    SourceToken.objects.update(revoked_at=timezone.now())

    answer = send(token, ANNA)

    assert answer.status_code == 401
    assert told(answer) == "This token is wrong or was revoked."


def test_of_three_tokens_the_newest_two_are_taken(shop: Source) -> None:
    oldest, older, newest = (SourceToken.rotate(shop) for _ in range(3))

    assert [send(each, ANNA).status_code for each in (oldest, older, newest)] == [401, 200, 200]


def test_an_inactive_source_sends_nothing(shop: Source, token: str) -> None:
    Source.objects.update(is_active=False)

    assert send(token, ANNA).status_code == 403
    assert not SourceRecord.objects.exists()


def test_a_token_sends_for_its_own_source_only(token: str) -> None:
    make_source("crm")

    for other in ("crm", "nowhere"):
        answer = send(token, ANNA, source=other)
        assert answer.status_code == 403
        assert told(answer) == "This token belongs to another source."
    assert not SourceRecord.objects.exists()


def test_the_last_use_is_noted_once_a_minute(token: str) -> None:
    def last_use() -> Any:
        return SourceToken.objects.values_list("last_used_at", flat=True).get()

    began = timezone.now()
    with time_machine.travel(began, tick=False):
        send(token, ANNA)
        assert last_use() == began
    with time_machine.travel(began + timedelta(seconds=50), tick=False):
        send(token, ANNA)
        assert last_use() == began
    with time_machine.travel(began + timedelta(seconds=70), tick=False):
        send(token, ANNA)
        assert last_use() == began + timedelta(seconds=70)


MALFORMED: list[tuple[Any, str]] = [
    ("", "source: expected"),
    ('{"source": ', "not JSON"),
    (b"\xff\xfe{}", "not JSON"),
    ("[]", "The body: expected an object"),
    ('{"source": "shop", "source": "crm"}', "same key twice"),
    ('{"source": "shop", "records": [{"updated_at": NaN}]}', "NaN is no JSON value"),
    ("[" * 100_000, "nested too deeply"),
    ({"records": [ANNA]}, "source: expected"),
    ({"source": "shop"}, "records: expected a list"),
    ({"source": "shop", "records": []}, "records: expected a list"),
    ({"source": "shop", "records": {}}, "records: expected a list"),
    ({"source": "shop", "records": [ANNA], "dry": 1}, "unknown dry"),
    ({"source": "shop", "records": [1]}, "records[0]: expected an object"),
    (
        {"source": "shop", "records": [{"external_id": "1"}]},
        "records[0]: attributes are missing",
    ),
    ({"source": "shop", "records": [{**ANNA, "name": "x"}]}, "records[0]: unknown name"),
    (
        {"source": "shop", "records": [{**ANNA, "deleted": "no"}]},
        "records[0].deleted: expected",
    ),
    (
        {"source": "shop", "records": [{**ANNA, "verified": {"email": "yes"}}]},
        "records[0].verified.email: expected true or false",
    ),
    (
        {"source": "shop", "records": [{**ANNA, "verified": {"shoe": True}}]},
        "records[0].verified: unknown shoe",
    ),
    ({"source": "shop", "records": [{**ANNA, "external_id": {}}]}, "records[0].external_id"),
    ({"source": "shop", "records": [{**ANNA, "attributes": []}]}, "records[0].attributes: exp"),
    ({"source": "shop", "records": [ANNA] * (MOST_RECORDS + 1)}, "send at most 1000"),
]


@pytest.mark.parametrize(("body", "words"), MALFORMED)
def test_a_call_that_is_malformed_is_refused_with_the_place(
    token: str, body: Any, words: str
) -> None:
    answer = send(token, body=body)

    assert answer.status_code == 400
    assert words in told(answer)
    assert not SourceRecord.objects.exists()
    assert not QuarantinedRow.objects.exists()


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        (
            {"nickname": "x", "shoe": 4},
            "records[1].attributes.nickname, records[1].attributes.shoe",
        ),
        ({"address": {"planet": "x"}}, "records[1].attributes.address.planet"),
        ({"identifiers": {"a-b": "x"}}, "records[1].attributes.identifiers.a-b"),
        ({"identifiers": {"a" * 61: "x"}}, "Unknown attributes"),
        ({"address": "7 Mill Lane"}, "records[1].attributes.address: expected an object"),
        ({"given_name": ["x"]}, "records[1].attributes.given_name: expected text"),
        ({"email": [["x"]]}, "records[1].attributes.email[0]: expected text"),
        ({"custom": {"a": {"b": "x"}}}, "records[1].attributes.custom.a: expected text"),
        ({"address": {"city": "x"}, "address.city": "x"}, "address.city is given twice"),
    ],
)
def test_one_attribute_that_is_none_of_ours_refuses_the_call(
    token: str, attributes: dict[str, Any], words: str
) -> None:
    answer = send(token, ANNA, {"external_id": "s-2", "attributes": attributes})

    assert answer.status_code == 400
    assert words in told(answer)
    assert not SourceRecord.objects.exists()


def test_a_body_above_the_limit_is_refused(token: str) -> None:
    answer = send(token, body=b" " * (MOST_BYTES + 1))

    assert answer.status_code == 413
    assert "1 MB" in told(answer)


def test_only_json_is_taken(token: str) -> None:
    answer = Client().post(
        PATH, {"source": "shop"}, headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 415


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_nothing_else_can_be_asked_here(method: str) -> None:
    answer = getattr(Client(), method)(PATH, headers={"Accept": "text/html"})

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert answer.headers["Content-Type"] == "application/json"


def wait_for_long(token: str, seconds: int, **fields: Any) -> None:
    """Leave one record unresolved for as long."""
    send(token, {"external_id": "old", "attributes": {"given_name": "Olga"}})
    made = timezone.now() - timedelta(seconds=seconds)
    DirtyRecord.objects.update(created_at=made, **fields)


def test_senders_are_told_to_come_back_when_resolving_is_behind(token: str) -> None:
    wait_for_long(token, 90)

    answer = send(token, ANNA)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert not SourceRecord.objects.filter(external_id="s-1").exists()


def test_a_short_queue_keeps_the_door_open(token: str) -> None:
    wait_for_long(token, 30)

    assert send(token, ANNA).status_code == 200


@pytest.mark.parametrize("fields", [{"attempts": 2}, {"lane": DirtyRecord.Lane.BULK}])
def test_neither_a_bad_record_nor_a_file_being_loaded_closes_the_door(
    token: str, fields: dict[str, Any]
) -> None:
    wait_for_long(token, 90, **fields)

    assert send(token, ANNA).status_code == 200


def test_a_large_batch_waits_for_a_file_being_loaded(token: str) -> None:
    wait_for_long(token, 90, lane=DirtyRecord.Lane.BULK)
    batch = [{"external_id": f"b-{n}", "attributes": {"given_name": "B"}} for n in range(60)]

    assert send(token, *batch).status_code == 429


def test_a_large_call_asks_the_database_as_often_as_a_small_one(token: str) -> None:
    def batch(size: int, letter: str) -> list[dict[str, Any]]:
        return [
            {"external_id": f"{letter}-{n}", "attributes": {"family_name": f"Nowak{letter}{n}"}}
            for n in range(size)
        ]

    with CaptureQueriesContext(connection) as few:
        assert send(token, *batch(60, "a")).json()["new"] == 60
    with CaptureQueriesContext(connection) as many:
        assert send(token, *batch(600, "b")).json()["new"] == 600
    assert len(many) <= len(few) + 2


def test_attributes_without_a_lawful_basis_are_refused_by_name(token: str) -> None:
    answer = send(token, {"external_id": "1", "attributes": {"gender": "f", "email": "a@b.uk"}})

    assert answer.status_code == 422
    assert "gender" in told(answer)
    assert "email" not in told(answer)
    assert not SourceRecord.objects.exists()


def test_a_deletion_needs_no_basis() -> None:
    source = make_source("till")
    gone = {"external_id": "1", "deleted": True}

    answer = send(SourceToken.rotate(source), gone, source="till")

    assert answer.status_code == 200


def test_a_source_that_is_switched_off_is_told_what_it_lacks(shop: Source, token: str) -> None:
    spec = {"key": "id", "attributes": {"gender": "sex"}}
    SourceMapping.objects.create(source=shop, reads="records", version=1, spec=spec)
    Source.objects.update(is_active=False)

    answer = send(token, ANNA)

    assert answer.status_code == 403
    assert "gender" in told(answer)
