"""Purposes, texts and processing activities, as privacy officers look after them."""

import csv
import io
import json

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from consent.models import PolicyVersion, ProcessingActivity, Purpose
from consent.policies import (
    AlreadyPublished,
    change_draft,
    next_draft,
    policy_named,
    publish,
    superseded_by,
    text_hash,
)
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


def draft(body: str = "May we?") -> PolicyVersion:
    new = PolicyVersion(purpose_id="marketing", jurisdiction="GB", language="en", body=body)
    return next_draft(new)


def published(body: str = "May we?") -> PolicyVersion:
    return publish(draft(body), seen=text_hash(body))


def test_versions_count_up_and_take_the_place_of_the_last_published() -> None:
    first, second, third = published("One"), draft("Two"), published("Three")

    assert [each.version for each in (first, second, third)] == [1, 2, 3]
    assert superseded_by(third) == first
    assert superseded_by(first) is None


def test_a_text_is_found_by_its_name_once_it_is_published() -> None:
    new = draft()
    assert policy_named("marketing GB/en v1") is None

    publish(new, seen=text_hash("May we?"))

    assert policy_named(" Marketing gb/EN v1 ") == new
    for wrong in (
        "",
        "marketing",
        "marketing GB/en v2",
        "service GB/en v1",
        "x GB/en v" + "9" * 30,
    ):
        assert policy_named(wrong) is None


def test_a_published_text_is_frozen_by_the_database_itself() -> None:
    text = published()

    for change in (
        lambda: PolicyVersion.objects.filter(pk=text.pk).update(body="More"),
        lambda: PolicyVersion.objects.filter(pk=text.pk).update(published_at=None),
        lambda: PolicyVersion.objects.filter(pk=text.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            change()
    text.refresh_from_db()
    assert text.body == "May we?"


def test_a_text_is_not_published_under_the_hash_of_other_words() -> None:
    new = draft()

    with pytest.raises(DatabaseError, match="hash"), transaction.atomic():
        PolicyVersion.objects.filter(pk=new.pk).update(
            body="Other words", published_at="2026-01-01T00:00:00Z"
        )


def test_a_draft_can_be_changed_and_thrown_away() -> None:
    new = draft()
    change_draft(new, {"body": "Will you?", "labels": ["Yes"], "material_change": True})
    new.refresh_from_db()
    assert (new.body, new.body_sha256) == ("Will you?", text_hash("Will you?"))
    new.delete()


def test_who_publishes_another_text_than_the_one_previewed_is_told() -> None:
    new = draft()
    change_draft(new, {"body": "Will you?", "labels": [], "material_change": False})

    with pytest.raises(AlreadyPublished):
        publish(new, seen=text_hash("May we?"))
    answer = signed_in("pia").post(
        reverse("consent:publish", args=[new.pk]), {"seen": text_hash("May we?")}
    )

    assert answer.status_code == 409
    new.refresh_from_db()
    assert new.published_at is None


def test_an_officer_writes_previews_and_publishes_a_text() -> None:
    browser = signed_in("pia")
    sent = {"purpose": "marketing", "jurisdiction": "gb", "language": "EN", "body": "May we?"}
    answer = browser.post(reverse("consent:new-text"), {**sent, "labels": "Yes\nNo\n"})
    text = PolicyVersion.objects.get()
    assert answer.headers["Location"] == reverse("consent:text", args=[text.pk])
    assert (text.jurisdiction, text.language, text.labels) == ("GB", "en", ["Yes", "No"])

    shown = browser.get(answer.headers["Location"])
    assert "As people see it" in shown.content.decode()
    assert "checked" not in shown.content.decode()  # nothing is ticked beforehand
    page = reverse("consent:publish", args=[text.pk])
    assert browser.post(page, {"seen": shown.context["seen"]}).status_code == 302
    text.refresh_from_db()
    assert text.published_at is not None

    changed = browser.post(reverse("consent:text", args=[text.pk]), {**sent, "body": "More"})
    assert changed.status_code in (409, 422)
    text.refresh_from_db()
    assert text.body == "May we?"


def test_a_text_without_words_or_with_a_strange_country_is_refused() -> None:
    sent = {"purpose": "marketing", "jurisdiction": "G/B", "language": "en", "body": ""}

    answer = signed_in("pia").post(reverse("consent:new-text"), sent)

    assert answer.status_code == 422
    assert {"jurisdiction", "body", "labels"} <= answer.context["form"].errors.keys()
    assert not PolicyVersion.objects.exists()


def test_an_officer_makes_a_purpose_and_its_key_stays() -> None:
    browser = signed_in("pia")
    sent = {"name": "Partner offers", "mode": "opt_in", "validity_months": "12"}
    assert (
        browser.post(reverse("consent:new-purpose"), {**sent, "key": "partners"}).status_code
        == 302
    )

    page = reverse("consent:purpose", args=["partners"])
    browser.post(page, {**sent, "mode": "opt_out", "key": "others"})

    assert not Purpose.objects.filter(key="others").exists()
    assert Purpose.objects.get(key="partners").mode == "opt_out"


def test_a_purpose_that_makes_no_sense_is_refused() -> None:
    answer = signed_in("pia").post(
        reverse("consent:new-purpose"), {"key": "a b", "name": "X", "mode": "always"}
    )

    assert answer.status_code == 422
    assert {"key", "mode"} <= answer.context["form"].errors.keys()


def test_an_activity_is_written_listed_and_exported() -> None:
    browser = signed_in("pia")
    sent = {
        "name": "Mailings",
        "role": "controller",
        "purposes": ["marketing"],
        "people": "Customers\nSubscribers",
        "recipients": "=HYPERLINK(1)",
    }
    assert browser.post(reverse("consent:new-activity"), sent).status_code == 302
    activity = ProcessingActivity.objects.get()
    assert activity.people == ["Customers", "Subscribers"]
    assert "Subscribers" in browser.get(reverse("consent:activities")).content.decode()

    told = json.loads(browser.get(reverse("consent:activities-json")).content)["activities"][0]
    assert (told["name"], told["purposes"]) == ("Mailings", ["Marketing"])
    table = browser.get(reverse("consent:activities-csv")).content.decode()
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["people"] == "Customers; Subscribers"
    assert row["recipients"] == "'=HYPERLINK(1)"  # no spreadsheet runs it


def test_an_activity_changes_and_two_never_share_a_name() -> None:
    ProcessingActivity.objects.create(name="Mailings")
    other = ProcessingActivity.objects.create(name="Letters")
    browser, page = signed_in("pia"), reverse("consent:activity", args=[other.pk])

    assert browser.post(page, {"name": "Mailings", "role": "joint"}).status_code == 422
    assert browser.post(page, {"name": "Post", "role": "joint"}).status_code == 302
    other.refresh_from_db()
    assert (other.name, other.role) == ("Post", "joint")
