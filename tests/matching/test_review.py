"""The queue: strongest evidence first, one question for two customers, one steward a pair."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import Http404

from matching import review
from matching.groups.gathering import beside
from tests.matching.pairs import ANNE, make_pair
from tests.profiles.customers import make_customer, make_record
from tests.staff import staff

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nine_o_clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def later(**passed: float) -> time_machine.travel:
    return time_machine.travel(NINE + timedelta(**passed), tick=False)


def test_the_pair_with_the_strongest_evidence_comes_first() -> None:
    weak, strong = make_pair(weight_bits=1.0), make_pair(weight_bits=6.0)

    assert review.waiting() == [strong, weak]


def test_of_equal_evidence_the_older_case_comes_first() -> None:
    first, second = make_pair(weight_bits=3.0), make_pair(weight_bits=3.0)

    assert review.waiting() == [first, second]


def test_what_an_agent_reported_comes_before_any_evidence() -> None:
    strong, reported = make_pair(weight_bits=9.0), make_pair(weight_bits=0.5, reason="reported")

    assert review.waiting() == [reported, strong]


def test_two_customers_are_one_question_however_many_records_they_have() -> None:
    left = [make_record("shop"), make_record("crm")]
    right = [make_record("shop"), make_record("crm")]
    make_customer(*left)
    make_customer(*right)
    weak = make_pair(left[0], right[1], weight_bits=2.0)
    strong = make_pair(left[1], right[0], weight_bits=5.0)

    assert review.waiting() == [strong]
    assert [
        beside(review.case_for(staff("sol"), pair.pk)).siblings for pair in (weak, strong)
    ] == [1, 1]


def test_a_pair_between_other_customers_is_another_question() -> None:
    left = make_record("shop")
    make_customer(left)
    first, second = make_pair(left), make_pair(left)

    assert set(review.waiting()) == {first, second}
    assert beside(first).siblings == 0


def test_settled_cases_are_never_asked() -> None:
    make_pair(settled_at=NINE)

    assert review.claim_next(staff("sol")) is None


def test_a_steward_who_comes_back_gets_the_pair_in_hand() -> None:
    make_pair(weight_bits=3.0)
    sol = staff("sol")
    first = review.claim_next(sol)
    make_pair(weight_bits=8.0)

    assert review.claim_next(sol) == first


def test_who_opens_another_pair_leaves_the_last_one_to_others() -> None:
    best, second = (make_pair(weight_bits=bits) for bits in (6.0, 5.0))
    sol = staff("sol")
    review.claim_next(sol)

    assert review.claim(second, sol)

    assert review.claim_next(sol) == second
    assert review.claim_next(staff("kim")) == best


def test_two_stewards_get_different_pairs_and_a_third_question_waits() -> None:
    best, second, third = (make_pair(weight_bits=bits) for bits in (6.0, 5.0, 4.0))

    assert review.claim_next(staff("sol")) == best
    assert review.claim_next(staff("kim")) == second
    assert review.counts(staff("kim")).waiting == 3
    assert third in review.waiting()


def test_the_weaker_pair_of_two_customers_is_not_given_to_a_second_steward() -> None:
    left, right = make_record("shop"), make_record("crm")
    other = make_record("shop", **ANNE)
    make_customer(left, other)
    make_customer(right)
    make_pair(left, right, weight_bits=6.0)
    make_pair(right, other, weight_bits=5.0)

    assert review.claim_next(staff("sol")) is not None
    assert review.claim_next(staff("kim")) is None


def test_a_stronger_pair_that_appears_meanwhile_is_not_given_to_a_second_steward() -> None:
    left, right = make_record("shop"), make_record("crm")
    other = make_record("shop")
    make_customer(left, other)
    make_customer(right)
    make_pair(left, right, weight_bits=2.0)
    review.claim_next(staff("sol"))
    make_pair(right, other, weight_bits=7.0)

    assert review.claim_next(staff("kim")) is None


def test_a_lease_runs_out_and_the_pair_goes_to_someone_else() -> None:
    pair = make_pair()
    review.claim_next(staff("sol"))

    with later(minutes=9):
        assert review.claim_next(staff("kim")) is None
    with later(minutes=10, seconds=1):
        assert review.claim_next(staff("kim")) == pair


def test_looking_again_renews_the_lease() -> None:
    pair = make_pair()
    review.claim_next(staff("sol"))
    with later(minutes=8):
        review.claim_next(staff("sol"))

    with later(minutes=15):
        assert not review.claim(pair, staff("kim"))
    with later(minutes=19):
        assert review.claim(pair, staff("kim"))


def test_a_pair_put_off_comes_back_tomorrow_and_is_free_again() -> None:
    pair = make_pair()
    sol = staff("sol")
    claimed = review.claim_next(sol)
    assert claimed is not None
    review.put_off(claimed)

    assert review.claim_next(sol) is None
    with later(days=1):
        assert review.claim_next(staff("kim")) == pair


def test_a_pair_is_put_off_together_with_its_weaker_siblings() -> None:
    left, right, other = make_record("shop"), make_record("crm"), make_record("desk")
    make_customer(left, other)
    make_customer(right)
    strong = make_pair(left, right, weight_bits=6.0)
    make_pair(right, other, weight_bits=5.0)
    review.put_off(strong)

    assert review.claim_next(staff("sol")) is None
    assert review.counts(staff("sol")).waiting == 0


def test_counts_say_how_much_waits_and_since_when() -> None:
    make_pair(opened_at=NINE - timedelta(days=2))
    make_pair(opened_at=NINE)

    counts = review.counts(staff("sol"))

    assert (counts.waiting, counts.oldest) == (2, NINE - timedelta(days=2))


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
def test_only_stewards_may_open_a_case(name: str) -> None:
    pair = make_pair()

    assert review.case_for(staff("sol"), pair.pk) == pair
    with pytest.raises(PermissionDenied):
        review.case_for(staff(name), pair.pk)


def test_who_may_not_open_cases_does_not_learn_which_exist() -> None:
    with pytest.raises(PermissionDenied):
        review.case_for(staff("ana"), 999_999)
    with pytest.raises(Http404):
        review.case_for(staff("sol"), 999_999)
