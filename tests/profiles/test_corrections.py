"""Proposed corrections: read as ingest reads, kept with the record, changing nothing."""

import re
from typing import Any

import pytest
from django.test import Client

from profiles.corrections import CorrectionRefused, read_value
from profiles.models import CorrectionProposal, Membership, Profile, SourceRecord
from tests.matching.arrivals import arrive, day, depart
from tests.matching.pages import text
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


def anna() -> tuple[SourceRecord, SourceRecord, Profile]:
    """Two records; the address of the first and the organisation of the second are shown."""
    one = make_record("shop", given_name="Anna", family_name="Kowalska", organisation="Old Ltd")
    other = make_record("crm", given_name="Anna", family_name="Kowalska")
    return one, other, make_customer(one, other)


def form_of(browser: Client, profile: Profile, attribute: str, page: str) -> dict[str, Any]:
    body = browser.get(f"/c/{profile.pk}/{page}/{attribute}/").content.decode()
    found = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body))
    known = {"why": "misspelt", "said_by": "customer", "words": ""}
    return {"id": found["id"], "seen": found["seen"], **known}


def propose(
    browser: Client, profile: Profile, attribute: str, page: str = "correct", **facts: str
) -> Any:
    typed = {key.replace("__", "."): value for key, value in facts.items()}
    form = {**form_of(browser, profile, attribute, page), **typed}
    return browser.post(f"/c/{profile.pk}/{page}/{attribute}/", form)


@pytest.mark.parametrize(
    ("attribute", "typed", "value"),
    [
        ("email", {"email": " Anna@Example.COM "}, {"email": ["anna@example.com"]}),
        ("phone", {"phone": "07700 900909"}, {"phone": ["+447700900909"]}),
        ("birth_date", {"birth_date": "1984-03-02"}, {"birth_date": "1984-03-02"}),
        (
            "full_name",
            {"full_name": "Anna Nowak"},
            {"given_name": "Anna", "family_name": "Nowak"},
        ),
        (
            "address",
            {"address.city": "Leeds ,", "address.postal_code": "ls14ab"},
            {"address": {"city": "Leeds", "postal_code": "LS1 4AB"}},
        ),
        (
            "identifiers.loyalty_card",
            {"identifiers.loyalty_card": "ab 12"},
            {"identifiers": {"loyalty_card": ["AB12"]}},
        ),
        ("email", {}, {}),
    ],
)
def test_a_new_value_is_read_as_ingest_reads_it(
    attribute: str, typed: dict[str, str], value: dict[str, Any]
) -> None:
    assert read_value(attribute, typed, region="GB") == value


@pytest.mark.parametrize(
    ("attribute", "typed"),
    [
        ("email", "nobody at all"),
        ("email", "test@test.com"),
        ("birth_date", "yesterday"),
        ("phone", "0000000"),
        ("no such thing", "x"),
    ],
)
def test_what_ingest_would_leave_out_is_refused(attribute: str, typed: str) -> None:
    with pytest.raises(CorrectionRefused):
        read_value(attribute, {attribute: typed}, region="GB")


def test_a_proposal_is_kept_with_the_record_and_changes_nothing() -> None:
    one, _other, profile = anna()
    before = (one.attributes, profile.golden)

    sent = propose(signed_in("ana"), profile, "organisation", organisation=" New   Ltd ")

    assert sent["Location"] == f"/c/{profile.pk}/"
    made = CorrectionProposal.objects.get()
    assert (made.record, made.value) == (one, {"organisation": "New Ltd"})
    assert (made.proposed_by, made.state) == (staff("ana"), "proposed")
    assert "Old" not in made.old_hash
    one.refresh_from_db()
    profile.refresh_from_db()
    assert (one.attributes, profile.golden) == before


def test_everyone_sees_it_beside_the_value_and_in_its_popover() -> None:
    _one, _other, profile = anna()
    propose(signed_in("ana"), profile, "organisation", organisation="New Ltd")

    page = text(signed_in("pia").get(f"/c/{profile.pk}/"))
    popover = text(signed_in("pia").get(f"/c/{profile.pk}/field/organisation/"))

    for shown in (page, popover):
        assert "Correction proposed" in shown
        assert "New Ltd" in shown
        assert "Ana" in shown
    assert "Take it back" not in popover


def test_a_value_can_be_reported_wrong_without_a_better_one() -> None:
    _one, _other, profile = anna()

    sent = propose(signed_in("ana"), profile, "organisation", page="wrong", why="outdated")

    assert sent.status_code == 302
    assert CorrectionProposal.objects.get().value == {}
    assert "Reported wrong" in text(signed_in("ana").get(f"/c/{profile.pk}/"))


def test_proposing_without_a_value_is_refused() -> None:
    _one, _other, profile = anna()

    sent = propose(signed_in("ana"), profile, "organisation")

    assert sent.status_code == 422
    assert "Write what the value should be" in text(sent)
    assert not CorrectionProposal.objects.exists()


def test_a_value_of_someone_else_leads_to_the_report_with_its_record_ticked() -> None:
    one, _other, profile = anna()

    sent = propose(signed_in("ana"), profile, "organisation", page="wrong", why="else")

    assert sent["Location"] == f"/c/{profile.pk}/report/?record={one.pk}&why=person"
    assert not CorrectionProposal.objects.exists()


def test_a_form_sent_twice_stores_one_proposal() -> None:
    _one, _other, profile = anna()
    ana = signed_in("ana")
    form = form_of(ana, profile, "organisation", "correct") | {"organisation": "New Ltd"}

    for _ in range(2):
        assert ana.post(f"/c/{profile.pk}/correct/organisation/", form).status_code == 302

    assert CorrectionProposal.objects.count() == 1


def test_a_proposal_about_a_value_that_has_changed_is_refused() -> None:
    one, _other, profile = anna()
    ana = signed_in("ana")
    form = form_of(ana, profile, "organisation", "correct") | {"organisation": "New Ltd"}
    profile.golden["organisation"]["value"] = "Other Ltd"
    profile.save()

    sent = ana.post(f"/c/{profile.pk}/correct/organisation/", form)

    assert sent.status_code == 409
    assert not CorrectionProposal.objects.filter(record=one).exists()


def test_a_proposal_leaves_with_its_record_and_shows_on_no_other_page() -> None:
    one, other, profile = anna()
    propose(signed_in("ana"), profile, "organisation", organisation="New Ltd")
    Membership.objects.filter(record=one).update(profile=other.birth_profile)
    left = make_customer(other)
    make_customer(one)
    Membership.objects.filter(record=other).update(profile=left)

    ana = signed_in("ana")
    assert "New Ltd" in text(ana.get(f"/c/{one.birth_profile.pk}/"))
    assert "New Ltd" not in text(ana.get(f"/c/{left.pk}/"))


def test_a_proposal_of_another_customer_cannot_be_reached_here() -> None:
    _one, _other, profile = anna()
    propose(signed_in("ana"), profile, "organisation", organisation="New Ltd")
    stranger = make_customer(make_record("shop", given_name="Boris"))
    made = CorrectionProposal.objects.get()

    sent = signed_in("ana").post(f"/c/{stranger.pk}/corrections/{made.pk}/withdraw/")

    assert sent.status_code == 404


@pytest.mark.parametrize(("who", "may"), [("ana", True), ("sol", True), ("pia", False)])
def test_its_author_and_stewards_take_it_back_and_nobody_else(who: str, may: bool) -> None:
    _one, _other, profile = anna()
    propose(signed_in("ana"), profile, "organisation", organisation="New Ltd")
    made = CorrectionProposal.objects.get()

    signed_in(who).post(f"/c/{profile.pk}/corrections/{made.pk}/withdraw/")

    made.refresh_from_db()
    assert (made.state == "withdrawn") == may
    assert made.withdrawn_by == (staff(who) if may else None)
    assert ("New Ltd" in text(signed_in("ana").get(f"/c/{profile.pk}/"))) != may


def test_a_proposal_is_gone_when_the_source_deletes_its_record() -> None:
    record = arrive("shop", "S-1", updated_at=day(1), organisation="Old Ltd")
    CorrectionProposal.objects.create(
        record=record,
        attribute="organisation",
        why="outdated",
        said_by="customer",
        proposed_by=staff("ana"),
    )

    depart("shop", "S-1", updated_at=day(2))

    assert not CorrectionProposal.objects.exists()


@pytest.mark.parametrize("page", ["wrong", "correct"])
def test_who_may_not_open_customers_corrects_nothing(page: str) -> None:
    _one, _other, profile = anna()

    assert signed_in("otto").get(f"/c/{profile.pk}/{page}/organisation/").status_code == 403
    assert signed_in("ana").get(f"/c/{profile.pk}/{page}/nonsense/").status_code == 404
