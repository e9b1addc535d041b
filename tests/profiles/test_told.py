"""What customers told us: their words, from joined records, of the last thirty days."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from profiles.desk.told import told_lately
from profiles.desk.values import joined_records
from profiles.models import Profile
from tests.profiles.customers import make_customer, make_event, make_object, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def anna() -> Profile:
    return make_customer(make_record("support", given_name="Anna"))


def said(profile: Profile) -> list[str]:
    return [each.said for each in told_lately(joined_records(profile), NOW)]


def test_of_a_chat_only_the_customers_own_lines_are_told(anna: Profile) -> None:
    lines = "Customer: hello\nMoira: How can I help?\nCustomer: HP-1 is still missing, again"
    make_event(anna.birth_record, "chat", occurred_at=ago(2), text=lines)

    assert said(anna) == ["HP-1 is still missing, again"]


def test_of_a_ticket_what_was_asked_is_told_and_our_answer_is_not(anna: Profile) -> None:
    record = anna.birth_record
    about = {"object_namespace": "support:ticket", "object_id": "T-1"}
    for state, text, days in (("open", "My lamp is broken.", 5), ("waiting", "We look.", 4)):
        make_event(
            record, "ticket", occurred_at=ago(days), object_state=state, text=text, **about
        )
    make_object(record, "T-1", "ticket", state="waiting", state_at=ago(4))

    (told,) = told_lately(joined_records(anna), NOW)

    assert (told.said, told.ticket, told.ticket_state) == (
        "My lamp is broken.", "T-1", "waiting",
    )  # fmt: skip
    assert told.source == "Support"


def test_newsletters_of_ours_and_what_is_older_are_not_told(anna: Profile) -> None:
    record = anna.birth_record
    make_event(record, "message", occurred_at=ago(1), text="Our summer sale")
    make_event(record, "call", occurred_at=ago(31), text="Rang about the lamp.")
    ours = {"direction": "outbound"}
    make_event(record, "call", occurred_at=ago(2), text="We rang.", properties=ours)
    theirs = {"direction": "inbound"}
    make_event(record, "message", occurred_at=ago(3), text="Please ring.", properties=theirs)

    assert said(anna) == ["Please ring."]


def test_nothing_of_a_record_that_is_not_joined_is_told(anna: Profile) -> None:
    other = make_record("crm")
    make_customer(other)
    make_event(other, "call", occurred_at=ago(1), text="Secret of somebody else")

    assert said(anna) == []


def test_the_last_five_are_told_newest_first_and_none_makes_no_card(anna: Profile) -> None:
    browser = signed_in("ana")
    with time_machine.travel(NOW, tick=False):
        assert "Already told us" not in browser.get(f"/c/{anna.pk}/").content.decode()
        for number in range(7):
            make_event(
                anna.birth_record, "call", occurred_at=ago(number + 1), text=f"no. {number}"
            )
        body = browser.get(f"/c/{anna.pk}/").content.decode()

    assert said(anna) == [f"no. {number}" for number in range(5)]
    assert "Already told us" in body
