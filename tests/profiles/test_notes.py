"""Notes: facts on a record, written once, never changed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from profiles import projection
from profiles.desk.notes import notes_of
from profiles.desk.own_source import SOURCE
from profiles.desk.timeline import Filters, facets, page
from profiles.desk.values import joined_records
from profiles.models import Event, EventMessage, Profile, Source
from tests.profiles.customers import make_customer, make_event, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture
def anna() -> Profile:
    return make_customer(make_record("shop", given_name="Anna"), make_record("crm"))


def write(profile: Profile, text: str, by: Client | None = None, **fields: Any) -> Any:
    body = {"text": text, "key": str(uuid4()), **fields}
    browser = by or signed_in("ana")
    return browser.post(f"/c/{profile.pk}/notes/", body, headers=HTMX)


def close(profile: Profile, how: str, by: str = "ana", key: str = "") -> Any:
    key = key or notes_of(joined_records(profile))[0].key
    body = {"key": key, "how": how}
    return signed_in(by).post(f"/c/{profile.pk}/notes/close/", body, headers=HTMX)


def written() -> list[Event]:
    return list(Event.objects.filter(source__slug=SOURCE).order_by("id"))


def test_a_note_is_an_event_on_the_oldest_record_and_has_its_time_to_be_kept(
    anna: Profile,
) -> None:
    answer = write(anna, "Rings back at four.")

    (event,) = written()
    assert answer.status_code == 200
    assert "Note saved." in answer.content.decode()
    assert (event.record_id, event.kind, event.text) == (
        anna.birth_record_id, "note", "Rings back at four.",
    )  # fmt: skip
    assert event.retention_until is not None
    assert "Rings back at four." in signed_in("sol").get(f"/c/{anna.pk}/").content.decode()


def test_a_double_click_stores_one_note(anna: Profile) -> None:
    key = str(uuid4())
    for _click in range(2):
        assert write(anna, "Once.", key=key).status_code == 200

    assert len(written()) == 1


def test_an_empty_note_is_refused_and_what_was_typed_stays(anna: Profile) -> None:
    answer = write(anna, "   ")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert write(anna, "Keep me", key="broken").status_code == 422
    assert "Keep me" in write(anna, "Keep me", key="broken").content.decode()
    assert written() == []


def test_without_javascript_the_customer_page_comes_back(anna: Profile) -> None:
    body = {"text": "Plain form.", "key": str(uuid4())}

    answer = signed_in("ana").post(f"/c/{anna.pk}/notes/", body, follow=True)

    assert answer.redirect_chain == [(f"/c/{anna.pk}/", 302)]
    assert "Plain form." in answer.content.decode()


def test_a_note_stays_with_its_record_when_customers_are_split(anna: Profile) -> None:
    write(anna, "Of the shop.")
    shop, crm = joined_records(anna)
    make_customer(shop)
    split = make_customer(crm)

    assert [each.text for each in notes_of([shop])] == ["Of the shop."]
    assert notes_of([crm]) == []
    assert "Of the shop." not in signed_in("ana").get(f"/c/{split.pk}/").content.decode()


def test_the_timeline_names_the_agent_desk_and_finds_its_notes(anna: Profile) -> None:
    write(anna, "Rings back at four.")
    make_event(anna.birth_record, "order", name="Order placed")

    records = joined_records(anna)
    whole, own = (
        page(records, filters=Filters(source=source), before=None) for source in ("", SOURCE)
    )
    found = facets(records, Filters())

    assert [item.source.name for item in whole.days[0].items] == ["Agent desk"]
    assert [[item.event.text for item in day.items] for day in own.days] == [
        ["Rings back at four."]
    ]
    assert [(chip.label, chip.count) for chip in found.more[0].chips] == [
        ("Agent desk", 1), ("Shop", 1),
    ]  # fmt: skip


def test_one_takes_back_ones_own_note_by_another_fact(anna: Profile) -> None:
    write(anna, "Wrong person.")

    body = close(anna, "taken_back").content.decode()

    assert "Taken back by Ana." in body
    assert "Wrong person." not in body
    first, second = written()
    assert first.text == "Wrong person."
    assert second.properties["about"] == first.message_id


def test_nobody_takes_back_the_note_of_another_or_an_old_one(anna: Profile) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        write(anna, "Mine.")
        assert close(anna, "taken_back", by="sol").status_code == 409
        clock.shift(timedelta(minutes=11))
        assert close(anna, "taken_back").status_code == 409

    assert len(written()) == 1


def test_anybody_marks_a_note_as_mistaken_and_it_stays_readable(anna: Profile) -> None:
    write(anna, "Has two dogs.")

    body = close(anna, "mistaken", by="sol").content.decode()

    assert "mistaken, says Sol" in body
    assert "<s>Has two dogs.</s>" in body
    close(anna, "taken_back")
    assert len(written()) == 2


def test_the_note_of_another_customer_cannot_be_closed_from_here(anna: Profile) -> None:
    other = make_customer(make_record("shop", given_name="Bea"))
    write(other, "About Bea.")
    key = notes_of(joined_records(other))[0].key

    answer = close(anna, "mistaken", key=key)

    assert answer.status_code == 409
    assert "About Bea." not in answer.content.decode()


def test_without_a_lawful_basis_nothing_is_kept(anna: Profile) -> None:
    write(anna, "Kept.")
    Source.objects.get(slug=SOURCE).field_bases.all().delete()

    answer = write(anna, "Not kept.")

    assert answer.status_code == 409
    assert "lawful basis" in answer.content.decode()
    assert [event.text for event in written()] == ["Kept."]
    assert EventMessage.objects.count() == 1


def test_the_source_of_notes_declares_its_basis_and_can_be_switched_off(anna: Profile) -> None:
    write(anna, "First.")
    source = Source.objects.get(slug=SOURCE)
    assert [basis.purpose_id for basis in source.field_bases.all()] == ["service"]

    Source.objects.filter(slug=SOURCE).update(is_active=False)

    assert write(anna, "Second.").status_code == 409
    assert len(written()) == 1


def test_a_note_leaves_the_customer_as_computing_everything_anew_would(anna: Profile) -> None:
    projection.refresh([anna.pk])
    write(anna, "Just now.")

    anna.refresh_from_db()
    assert anna.last_event_at == written()[0].occurred_at
    assert [str(profile) for profile, _column in projection.differences()] == []


def test_hostile_text_is_inert(anna: Profile) -> None:
    body = write(anna, "<script>canary()</script>").content.decode()

    assert "<script>canary" not in body
    assert "&lt;script&gt;" in body


def test_a_timeline_names_a_note_and_what_became_of_it_in_german(anna: Profile) -> None:
    write(anna, "Rings back at four.")
    close(anna, "mistaken")
    browser = signed_in("ana")
    browser.post("/preferences/", {"language": "de"})

    told = browser.get(f"/c/{anna.pk}/").content.decode()

    assert "Notiz von Ana" in told
    assert "Notiz als falsch markiert" in told
    assert "Note by" not in told
