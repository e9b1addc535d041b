"""What a customer page asks the database: the same for few and many records and events."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from profiles.models import Event, Profile, SourceRecord
from tests.consent.statements import say
from tests.profiles.customers import make_customer, make_event, make_object, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
MOST = 24


def statements(profile: Profile) -> list[str]:
    """What an agent's second look at a page asks."""
    browser = signed_in("ana")
    path = f"/c/{profile.pk}/"
    browser.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return [each["sql"] for each in asked.captured_queries]


def busy(record: SourceRecord, number: int, now: datetime) -> None:
    """An order, a complaint, a call and a statement: every part of the page has something."""
    about = {"object_namespace": "support:ticket", "object_id": f"T-{number}"}
    make_object(record, f"HP-{number}", opened_at=now, state_at=now)
    make_object(record, f"T-{number}", "ticket", state="open", state_at=now, opened_at=now)
    make_event(record, "ticket", occurred_at=now, object_state="open", text="Where?", **about)
    make_event(record, "call", occurred_at=now, text="Asked where it is.")
    say(record, False, 1, "email")


def customer_of(records: int) -> Profile:
    now = timezone.now() - timedelta(hours=2)
    made = [
        make_record("crm", given_name="Anna", email=[f"anna{uuid4().hex}@example.com"])
        for _ in range(records)
    ]
    profile = make_customer(*made)
    for record in made:
        busy(record, record.pk, now)
    return profile


def fill(record: SourceRecord, number: int) -> None:
    """Many visits at once."""
    first = make_event(record, "visit", occurred_at=timezone.now() - timedelta(hours=1))
    Event.objects.bulk_create(
        Event(
            source=record.source,
            record=record,
            message_id=f"v{each}",
            kind="visit",
            name="Visit",
            occurred_at=first.occurred_at,
        )
        for each in range(number)
    )


def test_a_customer_page_asks_as_much_for_two_records_as_for_forty() -> None:
    """Of a single record nothing is asked that ties it to others."""
    one, two, forty = (len(statements(customer_of(number))) for number in (1, 2, 40))

    assert one <= two == forty <= MOST


def test_a_customer_page_asks_as_much_for_a_hundred_events_as_for_thousands() -> None:
    statements(customer_of(1))  # the first page of all also reads what is kept afterwards
    few, many = customer_of(1), customer_of(1)
    fill(few.birth_record, 100)
    fill(many.birth_record, 3_000)

    assert len(statements(few)) == len(statements(many)) <= MOST
