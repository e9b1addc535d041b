"""The ledger over all customers, what held on a day, proof and corrections."""

import json

import pytest
from django.urls import reverse

from consent.models import AccessEntry, LedgerEntry
from consent.permitting.permissions import may_contact
from consent.stating.corrections import CannotCorrect, correct
from profiles.models import Membership, Profile, SourceRecord
from tests.consent.statements import day, say
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> SourceRecord:
    return make_record("shop", given_name="Anna", email=["anna@example.org"])


@pytest.fixture
def anna(shop: SourceRecord) -> Profile:
    return make_customer(shop)


def shown(**filters: str | int) -> list[LedgerEntry]:
    answer = signed_in("pia").get(reverse("consent:entries"), filters)
    assert answer.status_code == 200
    found: list[LedgerEntry] = answer.context["page"].entries
    return found


def test_the_whole_ledger_is_shown_newest_first_and_can_be_filtered(anna: Profile) -> None:
    record = anna.birth_record
    first = say(record, True, on=3)
    second = say(record, False, on=1, channel="sms", purpose="service", method="agent")
    other = say(make_record("crm"), False)

    assert shown() == [other, second, first]
    assert shown(customer=anna.pk) == [second, first]
    assert shown(record=record.pk) == [second, first]
    assert shown(purpose="service") == [second]
    assert shown(channel="sms", decision="refused") == [second]
    assert shown(method="agent") == [second]
    assert shown(until="2020-01-01") == []
    assert shown(since="2020-01-01") == [other, second, first]


@pytest.mark.parametrize(
    "wrong",
    [{"customer": "x"}, {"record": "0"}, {"purpose": "no"}, {"since": "soon"}, {"before": "x"}],
)
def test_a_filter_that_makes_no_sense_is_told(wrong: dict[str, str]) -> None:
    assert signed_in("pia").get(reverse("consent:entries"), wrong).status_code == 422


def test_the_ledger_goes_on_where_a_page_ends(shop: SourceRecord) -> None:
    for number in range(52):
        say(shop, bool(number % 2), on=number)
    browser, page = signed_in("pia"), reverse("consent:entries")

    first = browser.get(page, {"channel": "email"})
    older = browser.get(f"{page}?{first.context['older']}")

    told = [entry.pk for each in (first, older) for entry in each.context["page"].entries]
    assert len(told) == len(set(told)) == 52
    assert "channel=email" in first.context["older"]


def test_looking_through_the_ledger_is_in_the_access_log(anna: Profile) -> None:
    say(anna.birth_record, True)
    shown()

    seen = AccessEntry.objects.get(view="consent:entries")
    assert (seen.action, seen.records) == ("list", [anna.birth_record.pk])


def test_what_held_on_a_day_is_told_by_the_rule_of_now(anna: Profile) -> None:
    say(anna.birth_record, True, on=10)
    say(anna.birth_record, "withdrawn", on=20)
    browser, page = signed_in("pia"), reverse("consent:ledger", args=[anna.pk])

    def marketing(at: str) -> bool:
        answers = dict(browser.get(page, {"at": at}).context["answers"])
        by_key = {purpose.key: channels for purpose, channels in answers.items()}
        return bool(by_key["marketing"][0][1].allowed)

    assert not marketing("2026-01-09")
    assert marketing("2026-01-15")
    assert not marketing("2026-01-25")


@pytest.mark.parametrize("at", ["", "x", "2026-02-31"])
def test_a_day_that_is_none_asks_nothing(at: str, anna: Profile) -> None:
    answer = signed_in("pia").get(reverse("consent:ledger", args=[anna.pk]), {"at": at})

    assert answer.status_code == 200
    assert "answers" not in answer.context


def test_proof_shows_the_evidence_only_when_asked_and_notes_it(anna: Profile) -> None:
    entry = say(anna.birth_record, True)
    browser, page = signed_in("pia"), reverse("consent:proof", args=[entry.entry_id])

    assert "Show the evidence" in browser.get(page).content.decode()
    assert "None came with this statement." in browser.post(page).content.decode()

    actions = AccessEntry.objects.filter(view="consent:proof").order_by("seq")
    assert [each.action for each in actions] == ["view", "reveal"]


def split_with_snapshot() -> tuple[LedgerEntry, Profile, Profile]:
    """A no that was said for two records, which are two customers now."""
    left, right = (make_record(slug, email=["a@example.org"]) for slug in ("shop", "crm"))
    joined = make_customer(left, right)
    entry = say(
        left, False, scope="snapshot", scope_records=(left.pk, right.pk), contact_point=None
    )
    Membership.objects.filter(record=right).update(profile=right.birth_profile)
    make_customer(left), make_customer(right)
    return entry, joined, right.birth_profile


def test_after_a_split_both_sides_see_the_no_said_while_joined() -> None:
    entry, left, right = split_with_snapshot()
    browser = signed_in("pia")

    for side in (left, right):
        page = browser.get(reverse("consent:ledger", args=[side.pk]))
        assert page.context["page"].entries == [entry]
        assert "said while joined with others" in page.content.decode()


def test_an_officer_says_which_side_a_no_was_not_about() -> None:
    entry, left, right = split_with_snapshot()
    browser, page = signed_in("pia"), reverse("consent:correct", args=[entry.entry_id])
    form = browser.get(page).context["form"]
    sent = {"records": [right.birth_record_id], "why": "somebody_else"}
    sent |= {"opened": form.fields["opened"].initial}

    assert browser.post(page, sent).status_code == 302
    assert browser.post(page, sent).status_code == 302  # pressed twice

    added = LedgerEntry.objects.get(decision="corrected")
    assert (added.record_id, added.corrects, added.body) == (
        right.birth_record_id,
        entry,
        {"why": "somebody_else"},
    )
    assert may_contact(left, "marketing", "email").reason == "refused"


def test_a_yes_is_found_invalid_and_stays_in_the_ledger(anna: Profile) -> None:
    entry = say(anna.birth_record, True)
    assert may_contact(anna, "marketing", "email").allowed

    correct(entry, records=[entry.record_id], why="no_proof", by=staff("pia"), at=day(40))

    assert not may_contact(anna, "marketing", "email").allowed
    assert LedgerEntry.objects.filter(pk=entry.pk).exists()
    assert shown()[1].is_corrected  # type: ignore[attr-defined]  # annotated


@pytest.mark.parametrize("wrong", [{"records": []}, {"records": [1]}, {"why": "because"}])
def test_a_correction_that_makes_no_sense_is_refused(
    wrong: dict[str, object], anna: Profile
) -> None:
    entry = say(anna.birth_record, True)
    facts = {"records": [entry.record_id], "why": "mistake", **wrong}

    with pytest.raises(CannotCorrect):
        correct(entry, by=staff("pia"), at=day(40), **facts)  # type: ignore[arg-type]


def test_a_correction_is_not_corrected_itself(anna: Profile) -> None:
    entry = say(anna.birth_record, True)
    correct(entry, records=[entry.record_id], why="mistake", by=staff("pia"), at=day(40))
    correction = LedgerEntry.objects.get(decision="invalidated")

    with pytest.raises(CannotCorrect):
        correct(
            correction, records=[entry.record_id], why="mistake", by=staff("pia"), at=day(41)
        )


def test_a_receipt_is_a_file_of_linked_data(anna: Profile) -> None:
    entry = say(anna.birth_record, True)

    answer = signed_in("pia").get(reverse("consent:receipt", args=[entry.entry_id]))

    assert answer["Content-Type"] == "application/ld+json"
    assert json.loads(answer.content)["@type"] == "dpv:ConsentReceipt"
    assert "anna@example.org" not in answer.content.decode()
    assert AccessEntry.objects.get(view="consent:receipt").action == "export"


def test_a_statement_about_everything_has_no_receipt(anna: Profile) -> None:
    entry = say(anna.birth_record, "objected", channel="", contact_point=None)

    answer = signed_in("pia").get(reverse("consent:receipt", args=[entry.entry_id]))

    assert answer.status_code == 404
