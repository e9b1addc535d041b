"""Records by call: what is no call is refused with the place."""

from typing import Any

import pytest
from django.test import Client

from profiles.api.bodies import MOST_BYTES
from profiles.mappings.canonical import MOST_RECORDS
from profiles.models import (
    QuarantinedRow,
    SourceRecord,
)
from tests.profiles import calls
from tests.profiles.calls import ANNA, PATH, send, told

pytestmark = pytest.mark.django_db
shop, token = calls.shop, calls.token


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
