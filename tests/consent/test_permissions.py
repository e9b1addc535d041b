"""May we contact? Asked of profiles in the database, before and after joins and splits."""

import pytest
from pytest_django import DjangoAssertNumQueries

from consent.fold import Reason
from consent.permissions import may_contact
from matching.models import Decision, ReviewCase
from profiles.models import Profile, SourceRecord
from tests.consent.statements import day, say
from tests.profiles.customers import make_customer, make_record
from tests.staff import staff

pytestmark = pytest.mark.django_db


def alone(source: str = "shop") -> SourceRecord:
    record = make_record(source, given_name="Anna")
    make_customer(record)
    return record


def home_of(record: SourceRecord) -> Profile:
    return Profile.objects.get(memberships__record=record)


def join(*records: SourceRecord) -> Profile:
    return make_customer(*records)


def confirm(one: SourceRecord, other: SourceRecord) -> None:
    Decision.objects.create(lo=one, hi=other, verdict="same", decided_by=staff("sol"))


def doubt(one: SourceRecord, other: SourceRecord) -> ReviewCase:
    return ReviewCase.objects.create(lo=one, hi=other, reason="uncertain", weight_bits=3.0)


def reason(record: SourceRecord) -> Reason:
    return may_contact(home_of(record), "marketing", "email").reason


def test_unknown_is_no() -> None:
    assert reason(alone()) == Reason.NO_GRANT


def test_one_query_answers_whatever_the_profile_holds(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    records = [alone(source) for source in ("shop", "crm", "loyalty")]
    for record in records:
        say(record, True)
    profile, other = join(*records), alone()
    confirm(records[0], records[1])
    doubt(records[2], other)

    with django_assert_num_queries(1):
        answer = may_contact(profile, "marketing", "email")

    assert answer.allowed


def test_joining_a_record_that_refused_closes_and_splitting_opens_again() -> None:
    yes, no = alone("shop"), alone("crm")
    say(yes, True, on=2)
    say(no, False, on=1)
    before = may_contact(home_of(yes), "marketing", "email"), reason(no)

    join(yes, no)
    assert reason(yes) == Reason.REFUSED

    join(no), join(yes)
    assert (may_contact(home_of(yes), "marketing", "email"), reason(no)) == before


def test_joining_never_touches_the_ledger() -> None:
    yes, no = alone("shop"), alone("crm")
    entry = say(yes, True)

    join(no, yes)

    assert [each.pk for each in yes.ledger_entries.all()] == [entry.pk]
    assert not no.ledger_entries.exists()


def test_a_stewards_word_lets_the_later_yes_count() -> None:
    yes, no = alone("shop"), alone("crm")
    say(yes, True, on=2)
    say(no, False, on=1)
    join(yes, no)

    confirm(yes, no)

    assert reason(yes) == Reason.GRANTED


def test_a_stewards_word_that_was_taken_back_no_longer_counts() -> None:
    yes, no = alone("shop"), alone("crm")
    say(yes, True, on=2)
    say(no, False, on=1)
    join(yes, no)
    confirm(yes, no)

    Decision.objects.update(superseded_at=day(9))

    assert reason(yes) == Reason.REFUSED


def test_an_open_case_passes_the_refusal_on_and_its_end_lifts_it() -> None:
    yes, no = alone("shop"), alone("crm")
    say(yes, True)
    say(no, False)
    case = doubt(yes, no)
    assert reason(yes) == Reason.PENDING_MATCH

    case.settled_at = day(9)
    case.save()

    assert reason(yes) == Reason.GRANTED


def test_an_open_case_concerns_all_records_of_the_other_customer() -> None:
    yes, asked, sibling = alone("shop"), alone("crm"), alone("loyalty")
    say(yes, True)
    say(sibling, False)
    join(asked, sibling)

    doubt(yes, asked)

    assert reason(yes) == Reason.PENDING_MATCH


def test_an_open_case_never_passes_a_yes_on() -> None:
    yes, nothing = alone("shop"), alone("crm")
    say(yes, True)

    doubt(yes, nothing)

    assert reason(nothing) == Reason.NO_GRANT


def test_a_case_between_two_joined_records_is_no_possible_match() -> None:
    one, other = alone("shop"), alone("crm")
    say(one, True)
    join(one, other)

    doubt(one, other)

    assert reason(one) == Reason.GRANTED


def test_a_past_moment_is_answered_with_what_was_stated_by_then() -> None:
    record = alone()
    say(record, True, on=1)
    say(record, False, on=5)
    profile = home_of(record)

    # The refusal is in the ledger since just now, so before its own time it does not count.
    assert may_contact(profile, "marketing", "email", at=day(4)).allowed
    assert not may_contact(profile, "marketing", "email", at=day(5)).allowed
