"""May we contact? Asked of profiles in the database, before and after joins and splits."""

import pytest
from pytest_django import DjangoAssertNumQueries

from consent.contact_points import Value, find
from consent.models import EffectivePermission, PermissionState, PolicyVersion, Purpose
from consent.permitting import projection
from consent.permitting.drift import drift
from consent.permitting.facts import Reason
from consent.permitting.permissions import Asked, may_contact, may_contact_many
from consent.policies import text_hash
from matching.models import Decision, ReviewCase
from matching.signals import clusters_settled
from profiles.models import Profile, SourceRecord
from tests.consent.statements import day, say
from tests.profiles.customers import make_customer, make_record
from tests.staff import staff

pytestmark = pytest.mark.django_db


def alone(source: str = "shop", **attributes: object) -> SourceRecord:
    """A record with an e-mail address of its own, in a customer of its own."""
    number = SourceRecord.objects.count()
    attributes = {"given_name": "Anna", "email": [f"anna{number}@example.org"], **attributes}
    record = make_record(source, **{name: value for name, value in attributes.items() if value})
    make_customer(record)
    return record


def home_of(record: SourceRecord) -> Profile:
    return Profile.objects.get(memberships__record=record)


def join(*records: SourceRecord) -> Profile:
    """Join records as settling does, and tell who listens."""
    left = {home_of(record).pk for record in records}
    profile = make_customer(*records)
    settled({*left, profile.pk})
    return profile


def settled(profiles: set[str] = frozenset(), records: set[int] = frozenset()) -> None:  # type: ignore[assignment]  # empty by default
    clusters_settled.send(sender=None, profile_ids=profiles, record_ids=records)


def confirm(one: SourceRecord, other: SourceRecord) -> Decision:
    said = Decision.objects.create(lo=one, hi=other, verdict="same", decided_by=staff("sol"))
    settled({home_of(one).pk, home_of(other).pk})
    return said


def doubt(one: SourceRecord, other: SourceRecord) -> ReviewCase:
    case = ReviewCase.objects.create(lo=one, hi=other, reason="uncertain", weight_bits=3.0)
    settled(records={one.pk, other.pk})
    return case


def answered(case: ReviewCase) -> None:
    case.settled_at = day(9)
    case.save()
    settled(records={case.lo_id, case.hi_id})


def reason(record: SourceRecord) -> Reason:
    assert list(drift()) == []
    return may_contact(home_of(record), "marketing", "email").reason


def test_unknown_is_no() -> None:
    assert reason(alone()) == Reason.NO_GRANT


def test_where_there_is_no_address_there_is_nothing_to_allow() -> None:
    record = alone(email=[])
    say(record, True)

    assert reason(record) == Reason.NO_CONTACT_POINT


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
    assert len(answer.points) == 3


def test_many_questions_take_one_query_and_keep_their_order(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    yes, no = alone("shop"), alone("crm")
    say(yes, True)
    say(no, False)
    asked = [
        Asked(home_of(record).pk, purpose, "email")
        for record in (no, yes)
        for purpose in ("marketing", "nothing-known")
    ]

    with django_assert_num_queries(1):
        answers = may_contact_many(asked)

    assert [answer.reason for answer in answers] == [
        "refused",
        "no_grant",
        "granted",
        "no_grant",
    ]


def test_more_questions_than_allowed_are_refused() -> None:
    with pytest.raises(ValueError, match="10,000"):
        may_contact_many([Asked("P-0", "marketing", "email")] * 10_001)


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
    settled({home_of(yes).pk})

    assert reason(yes) == Reason.REFUSED


def test_an_open_case_passes_the_refusal_on_and_its_end_lifts_it() -> None:
    yes, no = alone("shop"), alone("crm")
    say(yes, True)
    say(no, False)
    case = doubt(yes, no)
    assert reason(yes) == Reason.PENDING_MATCH

    answered(case)

    assert reason(yes) == Reason.GRANTED


def test_a_refusal_reaches_across_an_open_case_when_it_comes_later() -> None:
    yes, no = alone("shop"), alone("crm")
    say(yes, True)
    doubt(yes, no)
    assert reason(yes) == Reason.GRANTED

    say(no, False)

    assert reason(yes) == Reason.PENDING_MATCH


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


def test_a_refusal_of_an_address_binds_whoever_else_has_it() -> None:
    mine, theirs = alone(email=["family@example.org"]), alone(email=["family@example.org"])
    say(mine, True, on=1)
    say(theirs, True, on=1)

    say(theirs, False, on=2)

    assert reason(mine) == Reason.REFUSED
    answer = may_contact(home_of(mine), "marketing", "email")
    assert (answer.record, answer.entry) == (None, None)  # whose word it is stays hidden


def test_a_refused_address_binds_who_gets_it_later() -> None:
    theirs = alone(email=["family@example.org"])
    say(theirs, False, on=2)
    Purpose.objects.filter(key="marketing").update(mode="opt_out")

    mine = alone(email=["family@example.org"])
    projection.take_note({mine.pk: [Value("email", "family@example.org")]})

    assert reason(mine) == Reason.REFUSED


def test_a_refused_postal_address_binds_all_who_live_there() -> None:
    house = {"line1": "1 High Street", "postal_code": "AB1 2CD"}
    mine, theirs = alone(address=house), alone(address={**house, "line1": "1 HIGH STREET"})
    say(mine, True, on=1, channel="post")
    say(theirs, False, on=2, channel="post")

    assert may_contact(home_of(mine), "marketing", "post").reason == Reason.REFUSED
    assert list(drift()) == []


def test_a_yes_opens_one_address_and_no_other() -> None:
    record = alone(email=["one@example.org", "other@example.org"])
    say(record, True)

    answer = may_contact(home_of(record), "marketing", "email")

    assert answer.points == (
        find([Value("email", "one@example.org")])[Value("email", "one@example.org")],
    )


def test_what_nobody_spoke_of_needs_no_rows_and_still_has_its_answer() -> None:
    Purpose.objects.create(key="orders", name="Orders", mode="necessary")
    Purpose.objects.create(key="tips", name="Tips", mode="opt_out")
    record = alone()
    profile = home_of(record)

    assert may_contact(profile, "orders", "email").reason == Reason.NECESSARY
    assert may_contact(profile, "tips", "email").reason == Reason.IMPLICIT_BASIS
    assert may_contact(profile, "tips", "sms").reason == Reason.NO_CONTACT_POINT
    assert not EffectivePermission.objects.exists()
    assert not PermissionState.objects.exists()


def test_while_permissions_are_stale_every_answer_is_no() -> None:
    record = alone()
    say(record, True)

    projection.mark_stale([home_of(record).pk])

    assert may_contact(home_of(record), "marketing", "email").reason == Reason.STALE_PROJECTION


def test_an_id_that_was_joined_into_another_answers_for_it() -> None:
    yes, other = alone("shop"), alone("crm")
    say(yes, True)
    old = home_of(other).pk
    join(yes, other)

    assert may_contact(old, "marketing", "email").allowed


def marketing_text(**fields: object) -> PolicyVersion:
    return PolicyVersion.objects.create(
        purpose_id="marketing",
        jurisdiction="GB",
        language="en",
        version=1,
        body="May we write to you?",
        **fields,
    )


def test_drafting_a_text_leaves_every_answer_as_it_is() -> None:
    record = alone()
    say(record, True)

    marketing_text()

    assert reason(record) == Reason.GRANTED


def test_publishing_a_text_is_a_no_until_permissions_are_worked_out_again() -> None:
    record = alone()
    say(record, True)

    marketing_text(published_at=day(1), body_sha256=text_hash("May we write to you?"))

    assert reason(record) == Reason.STALE_PROJECTION
