"""Mapping specs are checked whole; rows are read or refused with column, value and reason."""

from datetime import UTC, datetime

import pytest

from profiles.mappings.records import EventMapping, MappingError, RecordMapping, RowError

SPEC = {
    "key": "id",
    "updated_at": "modified",
    "deleted": "gone",
    "attributes": {
        "full_name": "name",
        "birth_date": {"column": "dob", "format": "%d/%m/%Y"},
        "email": ["email", "email2"],
        "phone": "phone",
        "address.line1": ["number", "street"],
        "address.postal_code": "postcode",
        "identifiers.loyalty_card": "card",
        "custom.occupation": "job",
    },
    "consent": [
        {
            "column": "newsletter",
            "purpose": "marketing",
            "channel": "email",
            "at": "newsletter_at",
        }
    ],
}
ROW = {
    "id": "C-1",
    "modified": "2024-05-01 10:00",
    "gone": "",
    "name": "Mrs Ann Kowalska",
    "dob": "02/03/1984",
    "email": "Ann@Example.com",
    "email2": "test@test.com",
    "phone": "07700 900123",
    "number": "1",
    "street": "High St",
    "postcode": "ls14ab",
    "card": "lc 100",
    "job": "actor",
    "newsletter": "Yes",
    "newsletter_at": "2024-04-01",
    "unmapped": "stays in the raw payload",
}
EVENTS = {
    "key": "message_id",
    "record": "customer",
    "occurred_at": "created",
    "kind": {"column": "type", "values": {"order_placed": "order"}},
    "name": {"value": "Order placed"},
    "amount": {"column": "total", "currency_column": "currency"},
    "identifiers": {"email": "email"},
    "object": {"namespace": "shop:order", "kind": "order", "id": "order_no", "state": "status"},
}
EVENT_ROW = {
    "message_id": "m1",
    "customer": "C-1",
    "created": "2024-05-01T10:00:00Z",
    "type": "order_placed",
    "total": "1,234.50",
    "currency": "GBP",
    "email": "Ann@Example.com",
    "order_no": "A-17",
    "status": "paid",
    "colour": "green",
}


def test_a_row_becomes_typed_attributes() -> None:
    read = RecordMapping.parse(SPEC).read(ROW)

    assert read.external_id == "C-1"
    assert read.updated_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert read.attributes == {
        "prefix": "Mrs",
        "given_name": "Ann",
        "family_name": "Kowalska",
        "birth_date": "1984-03-02",
        "email": ["ann@example.com"],
        "phone": ["+447700900123"],
        "address": {"line1": "1 High St", "postal_code": "LS1 4AB"},
        "identifiers": {"loyalty_card": ["LC100"]},
        "custom": {"occupation": "actor"},
    }


def test_a_placeholder_is_left_out_and_the_note_holds_no_value() -> None:
    notes = RecordMapping.parse(SPEC).read(ROW).notes

    assert notes == ["email: a placeholder or unusable value was left out"]


def test_a_row_states_consent_only_where_it_answers() -> None:
    mapping = RecordMapping.parse(SPEC)

    (said,) = mapping.read(ROW).consent
    assert (said.purpose, said.channel, said.granted) == ("marketing", "email", True)
    assert said.stated_at == datetime(2024, 4, 1, tzinfo=UTC)
    assert mapping.read(ROW | {"newsletter": ""}).consent == []
    assert mapping.read(ROW | {"newsletter": "maybe"}).consent == []
    assert mapping.read(ROW | {"newsletter": "0"}).consent[0].granted is False


@pytest.mark.parametrize(
    ("cells", "verified"),
    [
        ({"email_ok": "2024-03-01", "phone_ok": "1"}, ["email", "phone"]),
        ({"email_ok": "no", "phone_ok": "yes"}, ["phone"]),
        ({"email_ok": "yes", "phone_ok": "yes", "phone": ""}, ["email"]),
        ({"name_ok": "t"}, ["full_name"]),
        ({}, None),
    ],
)
def test_what_a_source_has_verified_is_told_of_values_that_are_there(
    cells: dict[str, str], verified: list[str] | None
) -> None:
    columns = {"email": "email_ok", "phone": "phone_ok", "full_name": "name_ok"}
    mapping = RecordMapping.parse({**SPEC, "verified": columns})

    assert mapping.read({**ROW, **cells}).attributes.get("verified") == verified
    assert "email_ok" in mapping.missing_columns(ROW)


def test_a_stated_deletion_is_seen() -> None:
    mapping = RecordMapping.parse(SPEC)

    assert mapping.read(ROW | {"gone": "2024-06-01"}).deleted
    assert not mapping.read(ROW).deleted
    assert not mapping.read(ROW | {"gone": "no"}).deleted


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"id": " "}, "id", "key is missing"),
        ({"dob": "31/02/1984"}, "dob", "not a date"),
        ({"modified": "yesterday"}, "modified", "not a"),
        ({"dob": "02/03/2999"}, "dob", "future"),
    ],
)
def test_a_broken_row_is_refused_with_column_value_and_reason(
    change: dict[str, str], column: str, reason: str
) -> None:
    with pytest.raises(RowError, match=reason) as refused:
        RecordMapping.parse(SPEC).read(ROW | change)

    assert refused.value.column == column
    assert refused.value.value.strip() == change[column].strip()


def test_a_full_name_fills_only_the_parts_without_a_column() -> None:
    spec = {"key": "id", "attributes": {"full_name": "name", "given_name": "first"}}

    read = RecordMapping.parse(spec).read({"id": "1", "name": "A. Smith", "first": "Anna"})

    assert read.attributes == {"given_name": "Anna", "family_name": "Smith"}


def test_the_columns_a_file_lacks_are_named() -> None:
    mapping = RecordMapping.parse({"key": "id", "attributes": {"email": ["a", "b"]}})

    assert mapping.missing_columns(["id", "b"]) == ["a"]
    assert mapping.missing_columns(["id", "a", "b", "c"]) == []


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"attributes": {"email": "e"}}, "'key' is missing"),
        ({"key": "id", "attributes": {}}, "attributes"),
        ({"key": "id", "attributes": {"emial": "e"}}, "attributes.emial: no such attribute"),
        ({"key": "id", "attributes": {"address.street": "s"}}, "address.street"),
        ({"key": "id", "attributes": {"email": 3}}, "attributes.email"),
        ({"key": "id", "attributes": {"email": []}}, "empty"),
        ({"key": "id", "attributes": {"birth_date": {"column": "d", "format": 1}}}, "format"),
        ({"key": "id", "attributes": {"email": "e"}, "regoin": "GB"}, "regoin"),
        ({"key": "id", "attributes": {"email": "e"}, "region": "Britain"}, "region"),
        ({"key": "id", "attributes": {"email": "e"}, "consent": [{"column": "c"}]}, "purpose"),
    ],
)
def test_a_wrong_spec_is_refused_by_the_name_of_its_key(
    spec: dict[str, object], told: str
) -> None:
    with pytest.raises(MappingError, match=told):
        RecordMapping.parse(spec)


def test_an_event_is_read_whole() -> None:
    event = EventMapping.parse(EVENTS).read(EVENT_ROW)

    assert (event.message_id, event.record_key, event.kind) == ("m1", "C-1", "order")
    assert event.name == "Order placed"
    assert (event.amount_minor, event.currency) == (123450, "GBP")
    assert event.identifiers == [("email", "ann@example.com")]
    assert event.object is not None
    assert (event.object.namespace, event.object.id, event.object.state) == (
        "shop:order",
        "A-17",
        "paid",
    )
    assert event.properties == {"colour": "green"}


def test_yen_have_no_pence() -> None:
    event = EventMapping.parse(EVENTS).read(EVENT_ROW | {"currency": "JPY", "total": "500"})

    assert (event.amount_minor, event.currency) == (500, "JPY")


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"message_id": ""}, "message_id", "key is missing"),
        ({"created": ""}, "created", "time is missing"),
        ({"created": "soon"}, "created", "not a"),
        ({"created": "1971-01-01"}, "created", "outside 1990"),
        ({"created": "2999-01-01"}, "created", "outside 1990"),
        ({"type": "dance"}, "type", "unknown kind"),
        ({"total": "a lot"}, "total", "not an amount"),
        ({"total": "1.999"}, "total", "whole minor"),
        ({"currency": "pounds"}, "currency", "three-letter"),
    ],
)
def test_a_broken_event_is_refused_with_column_value_and_reason(
    change: dict[str, str], column: str, reason: str
) -> None:
    with pytest.raises(RowError, match=reason) as refused:
        EventMapping.parse(EVENTS).read(EVENT_ROW | change)

    assert (refused.value.column, refused.value.value) == (column, change[column])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": {"value": "dance"}}, "no kind"),
        ({"kind": {"column": "type", "values": {"x": "dance"}}}, "no kind"),
        ({"amount": {"column": "total"}}, "currency"),
        ({"object": {"namespace": "shop:order"}}, "kind"),
        ({"identifiers": ["email"]}, "identifiers"),
    ],
)
def test_a_wrong_event_spec_is_refused(change: dict[str, object], told: str) -> None:
    with pytest.raises(MappingError, match=told):
        EventMapping.parse(EVENTS | change)


def test_an_event_file_tells_which_columns_it_lacks() -> None:
    header = [name for name in EVENT_ROW if name not in ("status", "currency")]

    assert EventMapping.parse(EVENTS).missing_columns(header) == ["currency", "status"]


def test_only_what_an_order_may_hold_is_part_of_one() -> None:
    whole = {"namespace": "shop:order", "id": "order_no"}
    about = {"namespace": "shop:return", "kind": "return", "id": "no", "part_of": whole}
    spec = {"key": "id", "occurred_at": "at", "kind": {"value": "return"}, "object": about}
    row = {"id": "1", "at": "2026-05-01T10:00:00Z", "no": "R-7", "order_no": "HP-1"}

    read = EventMapping.parse(spec).read(row)

    assert read.object is not None
    assert read.object.part_of == ("shop:order", "HP-1")
    assert EventMapping.parse(spec).missing_columns(["id", "at", "no"]) == ["order_no"]
    with pytest.raises(MappingError, match="part_of"):
        EventMapping.parse({**spec, "object": {**about, "kind": "ticket"}})
    with pytest.raises(MappingError, match="part_of"):
        EventMapping.parse({**spec, "object": {**about, "part_of": {"id": "order_no"}}})
