"""A steward who marks a pair as the same person is told which locked customer it adds to."""

from typing import Any

import pytest

from matching.deciding.holds import held_among
from matching.deciding.impact import impact_of_same
from matching.models import ReviewCase
from profiles.models import SourceRecord
from tests.matching.anna import CRM, HOME, SHOP, SISTER
from tests.matching.arrivals import arrive, case_of, day, lock, profile_of, resolve, say, unlock
from tests.matching.pages import text
from tests.staff import signed_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_off_afterwards")]


def one_more(key: str = "N-1", source: str = "till", **more: Any) -> SourceRecord:
    """A new record of Anna, which a lock keeps out."""
    found = arrive(source, key, updated_at=day(5), **{**SHOP, **more})
    resolve()
    return found


def asked_of(record: SourceRecord) -> ReviewCase:
    """One of the questions about a record and those of a locked customer."""
    return ReviewCase.objects.open().filter(hi=record).earliest("lo")


@pytest.fixture
def unlocked_pair() -> ReviewCase:
    """A question about two customers that nobody locked."""
    one = arrive("crm", "B-1", updated_at=day(1), **CRM, address=HOME)
    other = arrive("post", "P-1", updated_at=day(2), **SISTER)
    resolve()
    return case_of(one, other)


def test_joining_a_locked_customer_is_told_with_who_locked_it_and_what_it_does_not_hold(
    anna: tuple[SourceRecord, ...],
) -> None:
    home = profile_of(anna[0])
    lock(home, reason="checked by telephone", by="kim")
    new = one_more()

    [met] = impact_of_same(asked_of(new)).locks
    say("same", anna[0], new)

    assert met.profile_id == home.pk
    assert (met.word.decided_by, met.word.reason) == (staff("kim"), "checked by telephone")
    assert met.unheld == 1
    assert held_among([new.pk, *(record.pk for record in anna)]) == {r.pk for r in anna}


def test_nothing_is_told_of_locks_where_there_is_none_nor_after_it_came_off(
    unlocked_pair: ReviewCase,
) -> None:
    assert impact_of_same(unlocked_pair).locks == ()
    lock(profile_of(unlocked_pair.lo))
    assert len(impact_of_same(unlocked_pair).locks) == 1
    unlock(profile_of(unlocked_pair.lo))

    assert impact_of_same(unlocked_pair).locks == ()


def test_of_two_locked_customers_each_is_told_and_each_keeps_its_lock(
    unlocked_pair: ReviewCase,
) -> None:
    one, other = unlocked_pair.lo, unlocked_pair.hi
    lock(profile_of(one), reason="seen the passport")
    lock(profile_of(other), reason="met in person", by="kim")

    told = impact_of_same(unlocked_pair).locks
    say("same", one, other)

    assert [(met.word.reason, met.unheld) for met in told] == [
        ("seen the passport", 0),
        ("met in person", 0),
    ]
    assert held_among([one.pk, other.pk]) == {one.pk, other.pk}


def test_what_joined_a_locked_customer_before_is_not_told_as_joining_again(
    anna: tuple[SourceRecord, ...],
) -> None:
    lock(profile_of(anna[0]))
    say("same", anna[0], one_more())

    [met] = impact_of_same(asked_of(one_more("N-2", "kiosk"))).locks

    assert met.unheld == 1


def test_the_page_of_a_pair_says_so_in_words_beside_if_same(
    anna: tuple[SourceRecord, ...],
) -> None:
    lock(profile_of(anna[0]), reason="checked by telephone", by="kim")
    pair = asked_of(one_more())

    body = text(signed_in("sol").get(f"/review/{pair.pk}/"))

    assert "locked by Kim: “checked by telephone”" in body
    assert "1 record joins it all the same. It is not held itself until" in body


def test_the_page_of_an_unlocked_pair_speaks_of_no_lock(unlocked_pair: ReviewCase) -> None:
    body = text(signed_in("sol").get(f"/review/{unlocked_pair.pk}/"))

    assert "If same" in body
    assert "locked by" not in body
    assert "not held itself" not in body
