"""The fold: narrow grants, wide refusals, no order, and nothing opened by joining."""

from collections.abc import Sequence
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.fold import Answer, Pair, Reason, Statement, effective
from tests.consent.statements import day

NOW = day(100)
_ids = count(1)


def said(record: int, granted: bool, on: int = 0, **more: bool) -> Statement:
    return Statement(
        next(_ids), record, "marketing", "email", granted, day(on), day(on), **more
    )


def fold(*entries: Statement, confirmed: Sequence[Pair] = (), at: int = 100) -> Answer:
    return effective(
        entries, purpose="marketing", channel="email", at=day(at), confirmed=confirmed
    )


def test_what_nobody_stated_is_a_no() -> None:
    assert fold() == Answer(allowed=False, reason=Reason.NO_GRANT)


def test_a_yes_allows_and_names_its_record_and_time() -> None:
    yes = said(1, True, on=3)

    assert fold(yes) == Answer(
        True, Reason.GRANTED, day(3), record=1, decided_by_entry=yes.entry
    )


@pytest.mark.parametrize(("purpose", "channel"), [("service", "email"), ("marketing", "sms")])
def test_a_yes_speaks_of_its_own_purpose_and_channel_only(purpose: str, channel: str) -> None:
    answer = effective([said(1, True)], purpose=purpose, channel=channel, at=NOW)

    assert answer.reason == Reason.NO_GRANT


def test_the_latest_word_of_a_record_counts() -> None:
    assert fold(said(1, False, on=1), said(1, True, on=2)).allowed
    assert not fold(said(1, True, on=1), said(1, False, on=2)).allowed


def test_at_one_time_the_no_wins() -> None:
    assert not fold(said(1, False, on=1), said(1, True, on=1)).allowed


def test_since_is_when_the_record_began_to_say_so() -> None:
    answer = fold(said(1, False, on=1), said(1, True, on=2), said(1, True, on=9))

    assert answer.since == day(2)


def test_where_joined_records_differ_the_stricter_answer_applies() -> None:
    answer = fold(said(1, False, on=1), said(2, True, on=2))

    assert answer.reason == Reason.REFUSED
    assert answer.record == 1
    assert answer.records_disagree


def test_once_a_person_confirmed_two_records_the_later_yes_lifts_the_no() -> None:
    entries = (said(1, False, on=1), said(2, True, on=2))

    assert fold(*entries, confirmed=[(1, 2)]).allowed
    assert fold(*entries, confirmed=[(1, 3), (2, 3)]).allowed


@pytest.mark.parametrize("on", [1, 2])
def test_an_earlier_or_simultaneous_yes_lifts_nothing(on: int) -> None:
    assert not fold(said(1, False, on=2), said(2, True, on=on), confirmed=[(1, 2)]).allowed


def test_a_yes_without_a_date_of_its_own_lifts_nothing_on_another_record() -> None:
    row = said(2, True, on=9, is_dated=False)

    assert not fold(said(1, False, on=1), row, confirmed=[(1, 2)]).allowed


def test_a_yes_of_a_record_its_source_deleted_no_longer_counts() -> None:
    assert fold(said(1, True, is_live=False)).reason == Reason.NO_GRANT


def test_a_no_of_a_record_its_source_deleted_still_counts() -> None:
    assert not fold(said(1, False, is_live=False), said(2, True, on=2)).allowed


def test_a_possible_match_that_says_no_refuses_without_saying_whose_no_it_is() -> None:
    answer = fold(said(1, True), said(2, False, is_joined=False))

    assert answer == Answer(allowed=False, reason=Reason.PENDING_MATCH)


def test_a_possible_match_never_allows() -> None:
    assert fold(said(2, True, is_joined=False)).reason == Reason.NO_GRANT


def test_a_possible_match_is_not_mentioned_where_the_answer_is_no_anyway() -> None:
    assert fold(said(2, False, is_joined=False)).reason == Reason.NO_GRANT


def test_a_later_yes_does_not_lift_the_no_of_a_possible_match() -> None:
    entries = (said(1, True, on=9), said(2, False, on=1, is_joined=False))

    assert not fold(*entries, confirmed=[(1, 2)]).allowed


def test_a_yes_counts_from_its_own_time_on() -> None:
    assert not fold(said(1, True, on=5), at=4).allowed
    assert fold(said(1, True, on=5), at=5).allowed


def test_a_no_dated_ahead_counts_from_when_we_learnt_of_it() -> None:
    no = Statement(next(_ids), 1, "marketing", "email", False, day(50), recorded_at=day(3))

    assert not fold(said(1, True, on=1), no, at=4).allowed
    assert fold(said(1, True, on=1), no, at=2).allowed


def statements(records: Sequence[int], **fixed: bool) -> st.SearchStrategy[list[Statement]]:
    each = st.builds(
        said,
        st.sampled_from(records),
        st.booleans(),
        on=st.integers(0, 4),
        is_dated=st.booleans(),
        **{name: st.just(value) for name, value in fixed.items()},
    )
    return st.lists(each, max_size=8)


def pairs(records: Sequence[int]) -> st.SearchStrategy[list[Pair]]:
    return st.lists(st.tuples(st.sampled_from(records), st.sampled_from(records)), max_size=3)


ONE_SIDE, OTHER_SIDE = (1, 2, 3), (4, 5, 6)
pending = statements((7, 8), is_joined=False)


@given(
    st.data(), statements((*ONE_SIDE, *OTHER_SIDE)), pending, pairs((*ONE_SIDE, *OTHER_SIDE))
)
def test_the_answer_does_not_depend_on_any_order(
    data: st.DataObject, own: list[Statement], others: list[Statement], confirmed: list[Pair]
) -> None:
    entries = [*own, *others]

    shuffled = data.draw(st.permutations(entries))

    words = data.draw(st.permutations([*confirmed, *(pair[::-1] for pair in confirmed)]))
    assert fold(*entries, confirmed=confirmed) == fold(*shuffled, confirmed=words)


@given(statements(ONE_SIDE), statements(OTHER_SIDE), pairs(ONE_SIDE), pairs(OTHER_SIDE))
def test_what_the_machine_joins_is_allowed_only_where_no_side_refused(
    one: list[Statement], other: list[Statement], ones: list[Pair], others: list[Pair]
) -> None:
    joined = fold(*one, *other, confirmed=[*ones, *others])

    alone = {fold(*one, confirmed=ones).reason, fold(*other, confirmed=others).reason}
    assert joined.allowed == (Reason.GRANTED in alone and Reason.REFUSED not in alone)


@given(
    statements(ONE_SIDE),
    statements(OTHER_SIDE),
    pairs(ONE_SIDE),
    pairs(OTHER_SIDE),
    st.tuples(st.sampled_from(ONE_SIDE), st.sampled_from(OTHER_SIDE)),
)
def test_what_a_person_joins_is_allowed_only_where_a_side_was(
    one: list[Statement],
    other: list[Statement],
    ones: list[Pair],
    others: list[Pair],
    decision: Pair,
) -> None:
    joined = fold(*one, *other, confirmed=[*ones, *others, decision])

    sides = fold(*one, confirmed=ones), fold(*other, confirmed=others)
    assert not joined.allowed or any(side.allowed for side in sides)


@given(statements(ONE_SIDE), statements(ONE_SIDE), pairs(ONE_SIDE), pending)
def test_a_further_refusal_never_opens_anything(
    own: list[Statement],
    further: list[Statement],
    confirmed: list[Pair],
    others: list[Statement],
) -> None:
    refusals = [each for each in further if not each.granted]
    after = fold(*own, *refusals, *others, confirmed=confirmed)

    assert not after.allowed or fold(*own, confirmed=confirmed).allowed


@given(statements(ONE_SIDE), pairs(ONE_SIDE))
def test_an_allowing_answer_rests_on_a_grant_of_a_joined_record(
    own: list[Statement], confirmed: list[Pair]
) -> None:
    answer = fold(*own, confirmed=confirmed)

    deciding = [each for each in own if each.entry == answer.decided_by_entry]
    assert not answer.allowed or (deciding[0].granted and deciding[0].record == answer.record)
