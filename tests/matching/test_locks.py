"""A locked customer: nothing joins it and nothing leaves it by itself."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from matching.deciding.decisions import undo
from matching.deciding.holds import lock_customer, preview_unlock
from matching.deciding.preview import changed_groups
from matching.models import Decision, Hold, Link, MergeEvent, ReviewCase
from matching.refusals import (
    Contradiction,
    DecisionRefused,
    NeedsSecondPerson,
    StaleView,
)
from profiles.models import SourceRecord
from tests.matching.anna import CRM, ELSE, SHOP, publish
from tests.matching.arrivals import (
    are_together,
    arrive,
    day,
    depart,
    lock,
    profile_of,
    resolve,
    say,
    snapshot_hash,
    split,
    unlock,
)
from tests.staff import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_off_afterwards")]


def one_more(key: str = "N-1", **more: Any) -> SourceRecord:
    """A new record of Anna, which would join her."""
    found = arrive("till", key, updated_at=day(5), **{**SHOP, **more})
    resolve()
    return found


def test_a_new_record_that_matches_is_asked_about(anna: tuple[SourceRecord, ...]) -> None:
    lock(profile_of(anna[0]))

    new = one_more()

    assert not are_together(new, anna[0])
    asked = ReviewCase.objects.open().filter(hi=new)
    assert {case.reason for case in asked} == {"locked"}


def test_what_a_steward_then_marks_as_the_same_person_joins_all_the_same(
    anna: tuple[SourceRecord, ...],
) -> None:
    lock(profile_of(anna[0]))
    new = one_more()

    say("same", anna[0], new)

    assert are_together(*anna, new)
    assert not ReviewCase.objects.open().exists()


def test_a_locked_customer_stays_together_whatever_its_records_say_later(
    anna: tuple[SourceRecord, ...],
) -> None:
    crm, shop, app = anna
    lock(profile_of(crm))

    arrive("app", "X-1", updated_at=day(9), **ELSE)
    resolve()
    assert are_together(crm, shop, app)

    unlock(profile_of(crm))
    assert not are_together(crm, app)


def test_a_locked_customer_survives_another_model(anna: tuple[SourceRecord, ...]) -> None:
    lock(profile_of(anna[0]))

    publish("stricter", join_bits=60.0)

    assert not Link.objects.filter(joins=True).exists()
    assert are_together(*anna)


def test_taking_the_lock_off_lets_in_what_waited_and_its_preview_says_so(
    anna: tuple[SourceRecord, ...],
) -> None:
    lock(profile_of(anna[0]))
    new = one_more()
    before, after = changed_groups(preview_unlock(profile_of(anna[0])))
    assert len(before) == 2

    done = unlock(profile_of(anna[0]))

    assert are_together(*anna, new)
    assert [group.record_ids for group in after] == [tuple(sorted(r.pk for r in (*anna, new)))]
    assert MergeEvent.objects.filter(action=done.action).get().actor == staff("sol")


def test_a_lock_and_its_end_are_undone_exactly(anna: tuple[SourceRecord, ...]) -> None:
    free = snapshot_hash()
    locked = lock(profile_of(anna[0]))
    undo(locked.action, decided_by=staff("kim"))
    assert snapshot_hash() == free
    lock(profile_of(anna[0]))
    new = one_more()
    before = snapshot_hash()

    off = unlock(profile_of(anna[0]))
    undo(off.action, decided_by=staff("kim"))

    assert snapshot_hash() == before
    assert not are_together(new, anna[0])
    with pytest.raises(DecisionRefused, match="undone already"):
        undo(off.action, decided_by=staff("kim"))
    with pytest.raises(DecisionRefused, match="undone already"):
        undo(locked.action, decided_by=staff("kim"))


def test_a_lock_is_not_undone_below_a_later_word_on_it(anna: tuple[SourceRecord, ...]) -> None:
    first = lock(profile_of(anna[0]))
    unlock(profile_of(anna[0]))

    with pytest.raises(DecisionRefused, match="Undo that one first"):
        undo(first.action, decided_by=staff("kim"))


def test_nobody_is_told_apart_inside_a_lock(anna: tuple[SourceRecord, ...]) -> None:
    crm, shop, app = anna
    lock(profile_of(crm))

    with pytest.raises(Contradiction) as split_refused:
        split(profile_of(crm), app)
    with pytest.raises(Contradiction) as word_refused:
        say("different", shop, app)

    assert set(split_refused.value.chain) == {crm.pk, app.pk}
    assert word_refused.value.chain == [shop.pk, app.pk]
    assert not Decision.objects.exists()


def test_a_customer_is_not_locked_against_a_word_on_a_record_that_is_gone() -> None:
    crm = arrive("crm", "A-1", updated_at=day(1), **CRM)
    gone = arrive("desk", "D-1", updated_at=day(1), **ELSE)
    resolve()
    say("same", crm, gone)
    depart("desk", "D-1", updated_at=day(5))
    shop = arrive("shop", "S-1", updated_at=day(5), **SHOP)
    resolve()
    say("different", shop, gone)
    assert are_together(crm, shop)

    with pytest.raises(Contradiction) as refused:
        lock(profile_of(crm))

    assert refused.value.chain in ([crm.pk, gone.pk, shop.pk], [shop.pk, gone.pk, crm.pk])
    assert not Hold.objects.exists()


def test_deleted_records_leave_a_lock_whole_and_come_back_into_it(
    anna: tuple[SourceRecord, ...],
) -> None:
    crm, shop, app = anna
    lock(profile_of(crm))
    depart("crm", "A-1", updated_at=day(6))
    resolve()
    assert are_together(shop, app)
    assert not are_together(crm, shop)

    arrive("crm", "A-1", updated_at=day(7), **ELSE)
    resolve()

    assert are_together(crm, shop, app)


def test_a_word_that_a_lock_has_made_part_of_it_is_not_undone_behind_it() -> None:
    one = arrive("crm", "A-1", updated_at=day(1), **CRM)
    other = arrive("desk", "D-1", updated_at=day(1), **ELSE)
    resolve()
    word = say("same", one, other)
    lock(profile_of(one))

    with pytest.raises(DecisionRefused, match="Take the lock off"):
        undo(word.action, decided_by=staff("kim"))

    unlock(profile_of(one))
    undo(word.action, decided_by=staff("kim"))
    assert not are_together(one, other)


def test_a_lock_needs_a_reason_a_fresh_view_and_a_customer_not_locked_yet(
    anna: tuple[SourceRecord, ...],
) -> None:
    profile, sol = profile_of(anna[0]), staff("sol")
    with pytest.raises(DecisionRefused, match="Say why"):
        lock_customer(profile, reason=" ", decided_by=sol)
    with pytest.raises(StaleView):
        lock_customer(profile, reason="checked", decided_by=sol, seen="as it was")
    with pytest.raises(DecisionRefused, match="not locked"):
        unlock(profile)
    assert not Hold.objects.exists()

    lock(profile)
    with pytest.raises(DecisionRefused, match="locked already"):
        lock(profile)


def test_locking_again_holds_what_has_joined_since(anna: tuple[SourceRecord, ...]) -> None:
    lock(profile_of(anna[0]))
    new = one_more()
    say("same", anna[0], new)

    again = lock(profile_of(anna[0]), reason="with the new one")

    assert Hold.objects.binding().values("lock").distinct().count() == 1
    assert Hold.objects.binding().count() == 4
    undo(again.action, decided_by=staff("kim"))
    assert set(Hold.objects.binding().values_list("record_id", flat=True)) == {
        record.pk for record in anna
    }


def test_one_person_does_not_let_in_what_needs_two(anna: tuple[SourceRecord, ...]) -> None:
    locked = lock(profile_of(anna[0]))
    for number in range(3):
        one_more(f"N-{number}")  # six records would be one customer

    with pytest.raises(NeedsSecondPerson):
        unlock(profile_of(anna[0]))
    with pytest.raises(NeedsSecondPerson):
        undo(locked.action, decided_by=staff("kim"))
    assert Hold.objects.binding().count() == 3


def test_the_database_holds_a_record_by_one_lock_and_for_a_reason(
    anna: tuple[SourceRecord, ...],
) -> None:
    done = lock(profile_of(anna[0]))
    row = Hold.objects.filter(action=done.action).first()
    assert row is not None

    with pytest.raises(IntegrityError, match="one_current_hold"), transaction.atomic():
        Hold.objects.create(
            record=row.record,
            lock=done.action,
            kind="lock",
            reason="x",
            decided_by=staff("sol"),
        )
    with pytest.raises(IntegrityError, match="a_lock_has_its_reason"), transaction.atomic():
        Hold.objects.filter(pk=row.pk).update(reason="")
