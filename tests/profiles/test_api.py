"""Records by call: what is stored, when senders wait, and what needs a lawful basis."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from matching.models import DirtyRecord
from profiles.models import (
    QuarantinedRow,
    RecordVersion,
    Source,
    SourceMapping,
    SourceRecord,
    SourceToken,
)
from tests.profiles import calls
from tests.profiles.calls import ANNA, make_lawful_source, send, told
from tests.profiles.customers import make_source

pytestmark = pytest.mark.django_db
shop, token = calls.shop, calls.token


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
