"""Words in a timeline: every event that says them is found, however many say them."""

import random
from datetime import timedelta

import pytest

from profiles.desk.timeline import Cursor, Filters, facets, finding, page
from profiles.models import Event, SourceRecord
from tests.profiles.customers import LONG_AGO, make_customer, make_event, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
COAT = Filters(find="coat", each=True)


@pytest.fixture
def records() -> list[SourceRecord]:
    """Sixty calls and orders of two records at twenty moments; a third is about the coat."""
    dice = random.Random(3)
    made = [make_record(source, given_name="Anna") for source in ("shop", "crm")]
    for _ in range(60):
        make_event(
            dice.choice(made),
            dice.choice(("call", "order")),
            occurred_at=LONG_AGO + timedelta(days=dice.randrange(20)),
            text=dice.choice(("about the coat", "nothing", "")),
        )
    return made


def found(records: list[SourceRecord]) -> list[int]:
    """Ids of all events that say coat, page after page."""
    ids, before = [], None
    while True:
        one = page(records, filters=COAT, before=before)
        ids += [item.event.id for day in one.days for item in day.items]
        if not one.older:
            return ids
        before = Cursor.parse(one.older)


@pytest.mark.parametrize(("newest", "most"), [(1, 5), (7, 5), (100, 5), (7, 100), (100, 100)])
def test_each_event_that_says_the_words_is_found_once(
    records: list[SourceRecord], monkeypatch: pytest.MonkeyPatch, newest: int, most: int
) -> None:
    monkeypatch.setattr(finding, "NEWEST", newest)
    monkeypatch.setattr(finding, "MOST", most)
    events = Event.objects.filter(text__contains="coat").order_by("-occurred_at", "-id")

    assert found(records) == [event.id for event in events]
    counted = facets(records, COAT)
    assert counted.groups[0].count == min(len(events), most)
    assert counted.are_all_counted is (len(events) <= most)


def test_a_page_says_where_it_did_not_count_all(
    records: list[SourceRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/c/{make_customer(*records).pk}/timeline/"
    browser = signed_in("ana")
    told = "The filters count the newest 1,000."

    assert told not in browser.post(path, {"find": "coat"}).content.decode()
    monkeypatch.setattr(finding, "MOST", 5)
    body = browser.post(path, {"find": "coat"}).content.decode()
    assert told in body
    assert '<span class="n">5+</span>' in body
