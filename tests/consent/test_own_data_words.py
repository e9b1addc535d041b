"""What colleagues wrote about a person: in the copy for that person, or left out and why."""

import json
from uuid import uuid4

import pytest

from matching.models import Decision, Hold, Proposal, Report, ReportedRecord
from profiles.models import CorrectionProposal, Profile, SourceRecord
from tests.consent.test_own_data import ask, copy_of, report_of
from tests.matching.pairs import make_pair
from tests.profiles.customers import make_customer, make_record
from tests.profiles.survivors import anna, bo
from tests.profiles.test_notes import write
from tests.profiles.test_overrides import part, record_of
from tests.staff import staff

pytestmark = pytest.mark.django_db


def test_a_proposed_correction_is_told_with_its_words_and_by_role() -> None:
    customer = anna()
    CorrectionProposal.objects.create(
        record=record_of(customer, "crm"),
        attribute="phone",
        value={"phone": ["+442079460077"]},
        why="outdated",
        said_by="customer",
        words="Has a new one.",
        proposed_by=staff("ana"),
    )

    (row,) = copy_of(customer)["corrections"]

    assert row["value"] == {"phone": ["+442079460077"]}
    assert (row["words"], row["by"]) == ("Has a new one.", ["Service agents"])
    assert "Value Phone +44 20 7946 0077" in report_of(customer)
    assert copy_of(bo())["corrections"] == []


def test_a_note_is_told_by_role_and_not_by_name() -> None:
    customer = make_customer(make_record("shop", given_name="Anna"))
    write(customer, "Rings back at four.")

    (row,) = copy_of(customer)["events"]

    assert (row["words"], row["by"]) == ("Rings back at four.", ["Service agents"])
    assert "Ana" not in json.dumps(row).replace("Anna", "")


def reported(customer: Profile) -> None:
    records = SourceRecord.objects.filter(membership__profile=customer).order_by("pk")
    report = Report.objects.create(
        id=uuid4(),
        profile=customer,
        records_seen=[each.pk for each in records],
        why="person",
        words="It is her sister.",
        reported_by=staff("ana"),
    )
    ReportedRecord.objects.create(report=report, record=record_of(customer, "shop"))


def test_what_was_reported_is_told_while_all_it_speaks_of_is_one_person() -> None:
    customer = anna()
    reported(customer)

    (row,) = copy_of(customer)["reports"]

    assert (row["words"], row["by"], len(row["records"])) == (
        "It is her sister.", ["Service agents"], 1,
    )  # fmt: skip


def test_words_that_speak_of_somebody_else_now_are_left_out_with_the_reason() -> None:
    customer = anna()
    reported(customer)
    other = part(customer, "shop")

    for each in (customer, other):
        (row,) = copy_of(each)["reports"]
        assert (row["words"], row["left_out"]) == ("", "about_others")
        assert "It speaks of somebody else as well." in report_of(each)


def test_decisions_proposals_and_locks_are_told_with_their_reason_of_ones_own_records() -> None:
    customer = anna()
    one, two = SourceRecord.objects.filter(membership__profile=customer).order_by("pk")
    facts = {"decided_by": staff("sol")}
    Decision.objects.create(lo=one, hi=two, verdict="same", reason="Same card.", **facts)
    Hold.objects.create(record=one, lock=uuid4(), kind="lock", reason="VIP.", **facts)
    Proposal.objects.create(
        case=make_pair(one, two), verdict="same", cautions=[], reason="Sure.",
        proposed_by=staff("kim"),
    )  # fmt: skip

    told = copy_of(customer)

    words = {key: told[key][0]["words"] for key in ("decisions", "locks", "proposals")}
    assert words == {"decisions": "Same card.", "locks": "VIP.", "proposals": "Sure."}
    assert {each["by"][0] for key in words for each in told[key]} == {"Data stewards"}


def test_of_a_decision_on_two_people_neither_gets_the_words_nor_the_other_record() -> None:
    case = make_pair()
    Decision.objects.create(
        lo=case.lo, hi=case.hi, verdict="different", reason="Brothers.", decided_by=staff("sol")
    )

    for mine, theirs in ((case.lo, case.hi), (case.hi, case.lo)):
        (row,) = copy_of(mine.birth_profile)["decisions"]
        assert (row["verdict"], row["left_out"]) == ("different", "about_others")
        assert row["records"] == [f"{mine.source.name} {mine.external_id}"]
        handed = ask(mine.birth_profile).content.decode()
        assert not any(each in handed for each in ("Brothers.", theirs.external_id))
