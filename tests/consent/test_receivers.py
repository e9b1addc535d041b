"""Statements that come with rows enter the ledger at their own time."""

from datetime import datetime

import pytest
from django.utils import timezone

from consent import contact_points
from consent.contact_points import Value
from consent.models import LedgerEntry
from consent.permitting.drift import drift
from consent.permitting.permissions import may_contact
from profiles.ingest.records import Row, store_rows
from profiles.mappings.records import ConsentStatement
from profiles.models import RecordVersion, SourceMapping, SourceRecord
from profiles.signals import RecordChange, records_changed
from tests.consent.statements import day
from tests.profiles.customers import LONG_AGO, make_record, make_source

pytestmark = pytest.mark.django_db


def tell(
    record: SourceRecord, stated_at: datetime | None, *, is_current: bool = True, row: str = "x"
) -> list[LedgerEntry]:
    """Say that a row came which allows e-mail; return the ledger."""
    yes = ConsentStatement("marketing", "email", granted=True, stated_at=stated_at)
    change = RecordChange(record, {}, [yes], is_current, received_payload_hash=row)
    for receive, answer in records_changed.send_robust(sender=None, changes=[change]):
        if receive.__module__ == "consent.receivers" and isinstance(answer, Exception):
            raise answer
    return list(LedgerEntry.objects.order_by("pk"))


def test_a_statement_has_the_time_its_source_gives() -> None:
    record = make_record()

    (entry,) = tell(record, day(7))

    assert (entry.record, entry.stated_at, entry.precision) == (record, day(7), "exact")
    assert (entry.purpose_id, entry.channel, entry.decision) == (
        "marketing",
        "email",
        "granted",
    )
    assert entry.method == "import"


def test_without_one_it_has_the_time_its_row_was_written() -> None:
    record = make_record()
    record.source_updated_at = day(5)

    (entry,) = tell(record, None)

    assert (entry.stated_at, entry.precision) == (day(5), "undated")


def test_without_either_it_has_the_time_its_row_came() -> None:
    (entry,) = tell(make_record(), None)

    assert (entry.stated_at, entry.precision) == (LONG_AGO, "undated")


def test_an_old_row_that_comes_late_states_what_it_said_then() -> None:
    record = make_record()
    record.source_updated_at = day(5)
    RecordVersion.objects.create(
        record=record,
        content_hash="old",
        payload={},
        source_updated_at=day(2),
        received_at=timezone.now(),
    )

    (entry,) = tell(record, None, is_current=False, row="old")

    assert entry.stated_at == day(2)


def test_the_same_row_again_states_nothing_new() -> None:
    record = make_record()

    tell(record, day(7))

    assert len(tell(record, day(7))) == 1


def test_a_row_without_an_answer_states_nothing() -> None:
    change = RecordChange(make_record(), {}, [])

    records_changed.send_robust(sender=None, changes=[change])

    assert not LedgerEntry.objects.exists()


def consenting(row: str, **attributes: object) -> list[LedgerEntry]:
    """Let a row come through the whole of ingest; it says yes to e-mail on a day."""
    spec = {
        "key": "id",
        "attributes": {"email": ["mail", "other_mail"]},
        "consent": [
            {"column": "may", "purpose": "marketing", "channel": "email", "at": "since"}
        ],
    }
    source = make_source("shop")
    mapping = SourceMapping.objects.create(source=source, reads="records", version=1, spec=spec)
    payload = {"id": "S-1", "may": "yes", "since": row, **attributes}
    store_rows(source, mapping, [Row(payload)], origin="test")
    return list(LedgerEntry.objects.order_by("pk"))


def test_a_row_with_two_addresses_makes_a_statement_about_each() -> None:
    entries = consenting("2026-01-05", mail="a@example.org", other_mail="b@example.org")

    points = contact_points.find([Value("email", f"{name}@example.org") for name in "ab"])
    assert {entry.contact_point_id for entry in entries} == set(points.values())
    assert len(points) == 2


def test_a_row_without_an_address_makes_a_statement_about_none() -> None:
    (entry,) = consenting("2026-01-05")

    assert entry.contact_point_id is None
    assert may_contact(entry.record.birth_profile, "marketing", "email").reason == (
        "no_contact_point"
    )


@pytest.mark.parametrize(
    ("written", "precision"),
    [("2026-01-05", "day"), ("2026-01-05T00:00:00Z", "exact"), ("", "undated")],
)
def test_a_day_is_no_time(written: str, precision: str) -> None:
    (entry,) = consenting(written, mail="a@example.org")

    assert entry.precision == precision


def test_what_a_row_allows_may_be_done_when_it_is_stored() -> None:
    (entry,) = consenting("2026-01-05", mail="a@example.org")

    assert may_contact(entry.record.birth_profile, "marketing", "email").allowed
    assert list(drift()) == []
