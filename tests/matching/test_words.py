"""What people say of records: kept, refused where it contradicts, undone exactly."""

from typing import Any

import pytest
from django.db import transaction

from matching.deciding.decisions import undo
from matching.deciding.preview import preview
from matching.models import Decision, ReviewCase
from matching.refusals import Contradiction, DecisionRefused
from matching.resolving import marks
from profiles.models import SourceRecord
from tests.matching.anna import CRM, ELSE, SHOP, publish, three_of_anna
from tests.matching.arrivals import (
    are_together,
    arrive,
    clusters,
    day,
    depart,
    everything_off,
    faces,
    open_cases,
    profile_of,
    resolve,
    say,
    snapshot_hash,
    split,
)
from tests.staff import staff

MICHAEL: dict[str, Any] = {
    "given_name": "Michael",
    "family_name": "Thornbury",
    "birth_date": "1972-07-07",
    "address": {"line1": "60 Kings Road", "postal_code": "BN1 1NA"},
}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_off_afterwards")]


def test_what_was_said_of_a_record_counts_again_when_it_returns() -> None:
    one = arrive("crm", "A-1", updated_at=day(1), **CRM)
    other = arrive("shop", "S-1", updated_at=day(1), **ELSE)
    resolve()
    say("same", one, other)
    depart("shop", "S-1", updated_at=day(2))
    resolve()
    assert not are_together(one, other)

    arrive("shop", "S-1", updated_at=day(3), **ELSE)
    resolve()

    assert are_together(one, other)


def test_what_would_contradict_words_on_a_departed_record_is_refused() -> None:
    one = arrive("crm", "A-1", updated_at=day(1), **CRM)
    gone = arrive("shop", "S-1", updated_at=day(1), **ELSE)
    other = arrive("app", "X-1", updated_at=day(1), given_name="Chen", family_name="Li")
    resolve()
    say("same", one, gone)
    say("same", gone, other)
    depart("shop", "S-1", updated_at=day(2))
    resolve()

    with pytest.raises(Contradiction):
        say("different", one, other)

    arrive("shop", "S-1", updated_at=day(3), **ELSE)
    resolve()
    assert are_together(one, gone, other)


def test_different_outlives_models_and_deliveries() -> None:
    crm, shop, app = three_of_anna()
    say("different", crm, shop)
    assert not are_together(crm, shop)

    publish("eager", join_bits=-2.0)
    assert not are_together(crm, shop)
    assert everything_off() == []

    arrive("shop", "S-1", updated_at=day(8), **SHOP | {"phone": ["+447700900111"]})
    arrive("crm", "A-2", updated_at=day(8), **CRM)  # a third who is like both
    resolve()
    assert not are_together(crm, shop)
    assert are_together(crm, app)


def two_customers_with_passports() -> tuple[SourceRecord, ...]:
    """Anna of one passport and an Anna much like her of another, each in two records."""
    one = arrive("crm", "A-1", updated_at=day(1), **CRM, identifiers={"passport": ["P1111111"]})
    twice = arrive("shop", "S-1", updated_at=day(1), **SHOP | one.attributes)
    other = arrive(
        "app", "X-1", updated_at=day(1), **CRM, identifiers={"passport": ["Q7654321"]}
    )
    again = arrive("post", "P-1", updated_at=day(1), **SHOP | other.attributes)
    resolve()
    assert clusters() == {
        frozenset([("crm", "A-1"), ("shop", "S-1")]),
        frozenset([("app", "X-1"), ("post", "P-1")]),
    }
    return one, twice, other, again


def test_same_overrules_a_guard_and_keeps_both_customers_whole() -> None:
    one, twice, other, again = two_customers_with_passports()
    assert {reason for _, reason, _ in open_cases()} == {"identifier"}
    planned = preview(same=[(one.pk, other.pk)])

    say("same", one, other)

    assert are_together(one, twice, other, again)
    assert [group.record_ids for group in planned.after] == [
        (one.pk, twice.pk, other.pk, again.pk)
    ]
    assert planned.after[0].profile_id == profile_of(other).pk == one.birth_profile.pk
    assert not open_cases()


def test_of_two_numbers_said_to_be_one_persons_later_records_may_have_either() -> None:
    def michael(source: str, ssn: str) -> SourceRecord:
        return arrive(source, ssn, **MICHAEL, identifiers={"ssn": [ssn]})

    first, second = michael("crm", "219099912"), michael("shop", "532610447")
    resolve()
    assert {why for _, why, _ in open_cases()} == {"identifier"}
    say("same", first, second)

    later = [michael("till", "219099912"), michael("till", "532610447")]
    resolve()
    assert are_together(first, second, *later)
    assert open_cases() == set()

    third = michael("app", "700000004")
    resolve()
    assert not are_together(first, third)
    assert {why for _, why, _ in open_cases()} == {"identifier"}


def test_what_contradicts_earlier_words_is_refused_with_the_chain() -> None:
    crm = arrive("crm", "A-1", **CRM)
    shop = arrive("shop", "S-1", **ELSE)
    app = arrive("app", "X-1", given_name="Chen", family_name="Li")
    resolve()
    say("same", crm, shop)
    say("same", shop, app)
    before = snapshot_hash()

    with pytest.raises(Contradiction) as refused:
        say("different", app, crm)

    assert refused.value.chain in ([crm.pk, shop.pk, app.pk], [app.pk, shop.pk, crm.pk])
    assert snapshot_hash() == before
    assert Decision.objects.count() == 2


def test_the_same_person_cannot_be_two_either() -> None:
    crm, shop, app = three_of_anna()
    say("different", crm, shop)
    say("same", crm, app)

    with pytest.raises(Contradiction) as refused:
        say("same", shop, app)

    assert set(refused.value.chain) == {crm.pk, shop.pk, app.pk}


def test_a_split_keeps_each_side_together() -> None:
    one = arrive("crm", "A-1", updated_at=day(1), **CRM)
    two = arrive("crm", "A-2", updated_at=day(1), **CRM)
    three = arrive("shop", "S-1", updated_at=day(1), **CRM)
    four = arrive("shop", "S-2", updated_at=day(1), **CRM)
    resolve()

    split(profile_of(one), two, four)

    assert clusters() == {
        frozenset([("crm", "A-1"), ("shop", "S-1")]),
        frozenset([("crm", "A-2"), ("shop", "S-2")]),
    }
    assert profile_of(four) == two.birth_profile
    marks.mark_all_dirty()
    resolve()
    assert are_together(one, three)
    assert are_together(two, four)
    assert not are_together(one, two)


def test_undoing_a_decision_restores_everything() -> None:
    one, _, other, _ = two_customers_with_passports()
    before = snapshot_hash()
    outcome = say("same", one, other)
    assert snapshot_hash() != before

    undo(outcome.action, decided_by=staff("sol"))

    assert snapshot_hash() == before


def test_undoing_a_split_restores_everything() -> None:
    crm, shop, _ = three_of_anna()
    before = snapshot_hash()
    outcome = split(profile_of(crm), shop)
    assert not are_together(crm, shop)

    undo(outcome.action, decided_by=staff("kim"))

    assert snapshot_hash() == before


def test_undoing_after_later_joins_gives_what_would_be_without_the_word() -> None:
    one, _, other, _ = two_customers_with_passports()

    def two_more_arrive() -> tuple[Any, ...]:
        arrive("crm", "A-5", updated_at=day(2), **SHOP)
        arrive("crm", "A-6", updated_at=day(2), **CRM)
        resolve()
        return clusters(), faces(), open_cases()

    with transaction.atomic():
        without = two_more_arrive()
        transaction.set_rollback(True)
    outcome = say("same", one, other)
    joined, *_ = two_more_arrive()
    assert {len(each) for each in joined} == {6}

    undo(outcome.action, decided_by=staff("sol"))

    assert (clusters(), faces(), open_cases()) == without


def test_what_was_undone_or_replaced_cannot_be_undone_again() -> None:
    crm, shop, _ = three_of_anna()
    outcome = say("different", crm, shop)
    undo(outcome.action, decided_by=staff("sol"))

    with pytest.raises(DecisionRefused, match="undone already"):
        undo(outcome.action, decided_by=staff("sol"))


def test_an_earlier_word_counts_again_when_a_later_one_is_undone() -> None:
    one = arrive("crm", "A-1", **CRM)
    other = arrive("shop", "S-1", **ELSE)
    resolve()
    say("same", one, other)
    outcome = split(profile_of(one), other)
    assert not are_together(one, other)

    undo(outcome.action, decided_by=staff("sol"))

    assert are_together(one, other)


def test_an_answered_report_is_closed() -> None:
    crm, shop, _ = three_of_anna()
    lo, hi = sorted((crm.pk, shop.pk))
    ReviewCase.objects.create(lo_id=lo, hi_id=hi, reason="reported", weight_bits=0.0)

    say("different", crm, shop)

    assert not ReviewCase.objects.open().exists()


def test_a_word_said_twice_is_taken_back_twice_newest_first() -> None:
    one = arrive("crm", "A-1", **CRM)
    other = arrive("shop", "S-1", **ELSE)
    resolve()
    untouched = snapshot_hash()
    first = say("same", one, other).action
    joined = snapshot_hash()
    again = say("same", one, other).action

    with pytest.raises(DecisionRefused, match="later decision"):
        undo(first, decided_by=staff("kim"))
    undo(again, decided_by=staff("kim"))
    assert snapshot_hash() == joined
    undo(first, decided_by=staff("kim"))

    assert snapshot_hash() == untouched
    for action in (first, again):
        with pytest.raises(DecisionRefused, match="undone already"):
            undo(action, decided_by=staff("kim"))
