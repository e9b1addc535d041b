"""The rule, sentence by sentence: narrow grants, wide refusals, and what lifts what."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from consent.permitting.facts import (
    Answer,
    Customer,
    Held,
    Pair,
    Policy,
    PurposeRule,
    Reason,
    Rules,
    Statement,
)
from consent.permitting.fold import effective, months_after
from tests.consent.statements import day
from tests.consent.worlds import EMAILS, said

NOW = day(100)
HIS, HERS, PHONE = EMAILS[0], EMAILS[1], UUID(int=9)
RULES = Rules({"marketing": PurposeRule("marketing"), "service": PurposeRule("service")})


def customer(
    *statements: Statement,
    held: dict[UUID, set[int]] | None = None,
    gone: tuple[int, ...] = (),
    tied: tuple[int, ...] = (),
    confirmed: tuple[Pair, ...] = (),
) -> Customer:
    """Record 1 has his address, record 2 hers; both are joined unless said otherwise."""
    has = held if held is not None else {HIS: {1}, HERS: {2}}
    joined = {1, 2, *gone}.difference(tied)
    return Customer(
        joined={record: record not in gone for record in joined},
        held={
            point: Held("phone" if point == PHONE else "email", frozenset(records))
            for point, records in has.items()
        },
        tied=frozenset(tied),
        confirmed=confirmed,
        statements=statements,
    )


def ask(
    who: Customer,
    purpose: str = "marketing",
    channel: str = "email",
    at: datetime = NOW,
    rules: Rules = RULES,
) -> Answer:
    return effective(who, purpose=purpose, channel=channel, at=at, rules=rules)


def yes(record: int = 1, on: float = 1, **more: object) -> Statement:
    point = more.pop("point", HIS if record == 1 else HERS)
    return said(record * 100 + int(on), record, on=on, point=point, **more)  # type: ignore[arg-type]  # as `said`


def no(record: int = 2, on: float = 1, decision: str = "refused", **more: object) -> Statement:
    point = more.pop("point", HIS if record == 1 else HERS)
    return said(1000 + record * 100 + int(on), record, decision, on=on, point=point, **more)  # type: ignore[arg-type]  # as `said`


def marketing(**fields: object) -> Rules:
    return Rules({"marketing": replace(PurposeRule("marketing"), **fields)})  # type: ignore[arg-type]  # its fields


def test_what_nobody_stated_is_a_no() -> None:
    assert ask(customer()) == Answer(False, Reason.NO_GRANT, points=(HIS, HERS))


def test_a_yes_allows_its_contact_point_and_names_record_entry_and_time() -> None:
    statement = yes(on=3)

    assert ask(customer(statement)) == Answer(
        True, Reason.GRANTED, day(3), record=1, entry=statement.entry, points=(HIS,)
    )


@pytest.mark.parametrize(("purpose", "channel"), [("service", "email"), ("marketing", "sms")])
def test_a_yes_speaks_of_its_own_purpose_and_channel_only(purpose: str, channel: str) -> None:
    who = customer(yes(), held={HIS: {1}, PHONE: {1}})

    assert ask(who, purpose, channel).reason == Reason.NO_GRANT


@pytest.mark.parametrize(("purpose", "channel"), [("nothing", "email"), ("marketing", "fax")])
def test_a_purpose_or_channel_nobody_knows_is_a_no(purpose: str, channel: str) -> None:
    assert not ask(customer(yes()), purpose, channel).allowed


def test_a_yes_to_a_contact_point_nobody_has_any_more_allows_nothing() -> None:
    assert ask(customer(yes(), held={HERS: {2}})).reason == Reason.NO_GRANT
    assert ask(customer(yes(), held={})).reason == Reason.NO_CONTACT_POINT


def test_a_yes_without_a_contact_point_opens_nothing() -> None:
    assert ask(customer(yes(point=None))).reason == Reason.NO_CONTACT_POINT


def test_a_yes_of_a_record_its_source_deleted_no_longer_counts() -> None:
    who = customer(yes(3, point=HIS), gone=(3,))

    assert ask(who).reason == Reason.NO_GRANT


def test_a_no_of_a_record_its_source_deleted_still_counts() -> None:
    assert ask(customer(yes(), no(3, point=None), gone=(3,))).reason == Reason.REFUSED


def test_a_request_that_was_never_confirmed_is_no_yes() -> None:
    assert ask(customer(said(1, 1, "requested"))).reason == Reason.NO_GRANT


def test_a_no_of_a_joined_record_closes_every_contact_point() -> None:
    answer = ask(customer(yes(1, on=2), no(2, on=1)))

    assert (answer.reason, answer.record, answer.records_disagree) == (Reason.REFUSED, 2, True)


def test_a_no_to_one_contact_point_leaves_the_others() -> None:
    answer = ask(customer(yes(1, on=2), no(2, on=1, scope="contact_point")))

    assert (answer.allowed, answer.points) == (True, (HIS,))


@pytest.mark.parametrize("decision", ["refused", "withdrawn", "objected"])
def test_a_no_says_which_kind_of_no_it_is(decision: str) -> None:
    assert ask(customer(no(1, decision=decision))).reason == decision


def test_a_later_yes_of_the_record_lifts_its_no() -> None:
    assert ask(customer(no(1, on=1), yes(1, on=2))).allowed
    assert not ask(customer(yes(1, on=1), no(1, on=2))).allowed
    assert not ask(customer(yes(1, on=1), no(1, on=1))).allowed


def test_a_later_yes_to_the_same_contact_point_lifts_the_no_of_another_record() -> None:
    who = customer(no(2, on=1, point=HIS), yes(1, on=2), held={HIS: {1, 2}})

    assert ask(who).allowed


def test_once_a_person_confirmed_two_records_the_later_yes_lifts_the_no() -> None:
    entries = (no(2, on=1), yes(1, on=2))

    assert ask(customer(*entries, confirmed=((1, 2),))).allowed
    three = customer(*entries, gone=(3,), confirmed=((1, 3), (2, 3)))
    assert ask(three).allowed


def test_a_word_on_a_record_that_is_not_joined_confirms_nothing() -> None:
    who = customer(no(2, on=1), yes(1, on=2), confirmed=((1, 9), (2, 9)))

    assert not ask(who).allowed


@pytest.mark.parametrize("on", [1, 2])
def test_an_earlier_or_simultaneous_yes_lifts_nothing(on: int) -> None:
    assert not ask(customer(no(2, on=2), yes(1, on=on), confirmed=((1, 2),))).allowed


def test_on_one_day_the_no_wins_whatever_the_hours() -> None:
    morning, evening = day(5), day(5.75)
    whole_day = no(2, on=5, precision="day")
    late = replace(yes(1), stated_at=evening)
    assert not ask(customer(whole_day, late, confirmed=((1, 2),))).allowed
    assert ask(customer(whole_day, yes(1, on=6), confirmed=((1, 2),))).allowed

    timed = replace(no(2), stated_at=evening)
    dated = replace(yes(1), stated_at=morning, precision="day")
    assert not ask(customer(timed, dated, confirmed=((1, 2),))).allowed


def test_a_yes_without_a_date_of_its_own_lifts_nothing_on_another_record() -> None:
    row = yes(1, on=9, precision="undated")

    assert not ask(customer(no(2, on=1), row, confirmed=((1, 2),))).allowed
    assert not ask(customer(no(2, on=1, point=HIS), row, held={HIS: {1, 2}})).allowed
    assert ask(customer(no(1, on=1), row)).allowed


def test_an_objection_closes_every_channel() -> None:
    sms = yes(point=PHONE, channel="sms", on=1)
    who = customer(sms, no(1, on=2, decision="objected"), held={PHONE: {1}})

    assert ask(who, channel="sms").reason == Reason.OBJECTED
    refusal = customer(sms, no(1, on=2), held={PHONE: {1}})
    assert ask(refusal, channel="sms").allowed


def test_a_no_to_everything_closes_every_purpose_and_channel() -> None:
    who = customer(yes(on=1), no(1, on=2, purpose="", channel=""))

    assert ask(who).reason == Reason.REFUSED
    assert ask(who, "service").reason == Reason.REFUSED


def test_a_possible_match_that_says_no_refuses_without_saying_whose_no_it_is() -> None:
    who = customer(yes(), no(7, point=None), tied=(7,))

    assert ask(who) == Answer(False, Reason.PENDING_MATCH, points=(HIS, HERS))


def test_a_possible_match_never_allows() -> None:
    assert not ask(customer(yes(7, point=HIS), tied=(7,))).allowed


def test_a_possible_match_is_not_mentioned_where_the_answer_is_no_anyway() -> None:
    assert ask(customer(no(7, point=None), tied=(7,))).reason == Reason.NO_GRANT


def test_a_later_yes_does_not_lift_the_no_of_a_possible_match() -> None:
    who = customer(yes(on=9), no(7, on=1, point=None), tied=(7,), confirmed=((1, 7),))

    assert not ask(who).allowed


def test_a_refused_address_is_refused_for_whoever_has_it() -> None:
    answer = ask(customer(yes(on=1), no(9, on=2, point=HIS)))

    assert (answer.reason, answer.record, answer.entry) == (Reason.REFUSED, None, None)
    assert answer.since == day(2)


def test_a_yes_counts_from_its_own_time_on() -> None:
    assert not ask(customer(yes(on=5)), at=day(4)).allowed
    assert ask(customer(yes(on=5)), at=day(5)).allowed
    assert ask(customer(yes(on=5)), at=day(4)).changes_at == day(5)


def test_a_no_dated_ahead_counts_from_when_we_learnt_of_it() -> None:
    ahead = no(1, on=50, recorded_at=day(3))

    assert not ask(customer(yes(on=1), ahead), at=day(4)).allowed
    assert ask(customer(yes(on=1), ahead), at=day(2)).allowed


def test_a_yes_runs_out_at_its_own_end() -> None:
    short = customer(yes(on=1, valid_until=day(10)))

    before, after = ask(short, at=day(9)), ask(short, at=day(10))

    assert (before.allowed, before.valid_until, before.changes_at) == (True, day(10), day(10))
    assert (after.reason, after.since) == (Reason.EXPIRED, day(10))


def test_a_yes_runs_out_when_its_purpose_says_so() -> None:
    rules = marketing(validity_months=2)

    assert ask(customer(yes(on=1)), at=day(1 + 58), rules=rules).allowed
    assert ask(customer(yes(on=1)), at=day(1 + 59), rules=rules).reason == Reason.EXPIRED


def test_a_yes_that_ran_out_is_told_before_the_no_it_had_lifted() -> None:
    who = customer(no(1, on=1), yes(1, on=2, valid_until=day(5)), held={HIS: {1}})

    assert ask(who).reason == Reason.EXPIRED


def test_the_same_day_of_a_later_month_or_its_last() -> None:
    assert months_after(datetime(2024, 1, 31, tzinfo=UTC), 1) == datetime(
        2024, 2, 29, tzinfo=UTC
    )
    assert months_after(datetime(2024, 12, 5, tzinfo=UTC), 25) == datetime(
        2027, 1, 5, tzinfo=UTC
    )


def policies(*, material: bool, published: float | None = 5) -> Rules:
    series = ("marketing", "GB", "en")
    return Rules(
        RULES.purposes,
        {
            1: Policy(1, series, 1, False, day(0)),
            2: Policy(2, series, 2, material, None if published is None else day(published)),
            3: Policy(3, ("marketing", "GB", "fr"), 3, True, day(2)),
        },
    )


def test_a_yes_to_a_text_that_changed_materially_no_longer_counts() -> None:
    who = customer(yes(on=1, policy=1))

    assert ask(who, rules=policies(material=True)).reason == Reason.POLICY_SUPERSEDED
    assert ask(who, rules=policies(material=True), at=day(4)).allowed
    assert ask(who, rules=policies(material=True, published=None)).allowed
    assert ask(who, rules=policies(material=False)).allowed


def test_an_invalid_yes_no_longer_counts() -> None:
    statement = yes(on=1)
    found = said(9, 1, "invalidated", on=3, point=None, corrects=statement.entry)

    assert ask(customer(statement, found)).reason == Reason.INVALIDATED
    assert ask(customer(statement, replace(found, corrects=999))).allowed


def test_a_purpose_that_is_retired_allows_nothing() -> None:
    answer = ask(customer(yes()), rules=marketing(is_retired=True))

    assert answer.reason == Reason.PURPOSE_RETIRED


def test_unless_refused_is_allowed_until_somebody_refuses() -> None:
    rules = marketing(mode="opt_out")

    assert ask(customer(), rules=rules).reason == Reason.IMPLICIT_BASIS
    assert ask(customer(no(1)), rules=rules).reason == Reason.REFUSED
    assert ask(customer(no(1, on=1), yes(1, on=2)), rules=rules).reason == Reason.GRANTED
    tied = customer(no(7, point=None), tied=(7,))
    assert ask(tied, rules=rules).reason == Reason.PENDING_MATCH


def test_what_is_necessary_is_not_touched_by_refusals_of_advertising() -> None:
    rules = marketing(mode="necessary")

    assert ask(customer(no(1, purpose="", channel="")), rules=rules).reason == Reason.NECESSARY
    assert not ask(customer(held={}), rules=rules).allowed


def test_a_no_said_while_joined_stays_on_every_record_of_that_time() -> None:
    together = no(2, on=2, scope="snapshot", scope_records=(1, 2), point=None)
    split = customer(yes(on=1), together, held={HIS: {1}}, tied=())
    split = replace(split, joined={1: True})

    answer = ask(split)

    assert (answer.reason, answer.record) == (Reason.REFUSED, 1)


def test_a_correction_lifts_an_inherited_no_for_its_own_record_only() -> None:
    together = no(2, on=2, scope="snapshot", scope_records=(1, 2), point=None)
    correction = said(9, 1, "corrected", on=3, point=None, corrects=together.entry)
    both = (yes(1, on=1), yes(2, on=1), together, correction)

    one = replace(customer(*both, held={HIS: {1}}), joined={1: True})
    other = replace(customer(*both, held={HERS: {2}}), joined={2: True})

    assert ask(one).allowed
    assert not ask(other).allowed


def test_since_is_when_the_first_of_the_yeses_that_count_was_said() -> None:
    who = customer(no(1, on=1), yes(1, on=2), yes(1, on=9, valid_until=day(200)))

    answer = ask(who)

    assert answer.since == day(2)
    assert answer.valid_until is None


def test_renewing_a_yes_carries_it_on() -> None:
    who = customer(yes(1, on=1, valid_until=day(50)), yes(1, on=40, valid_until=day(150)))

    answer = ask(who, at=day(45))

    assert (answer.valid_until, answer.entry) == (day(150), 140)
