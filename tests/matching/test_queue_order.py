"""The order of the queue: harm, stake, probability and age; what a steward picks of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest
import time_machine

from c360.models import User
from matching import review
from matching.models import ReviewCase
from matching.models.gravity import week_of
from matching.queueing import order
from matching.queueing.order import counted
from matching.queueing.picking import Picked
from matching.queueing.stakes import refresh_stakes
from matching.second_person.proposals import propose
from tests.matching.pages import HTMX, text
from tests.matching.pairs import ANNA, ANNE, make_pair
from tests.profiles.customers import make_customer, make_event, make_object, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
def nine_o_clock() -> Iterator[None]:
    with time_machine.travel(NINE, tick=False):
        yield


def with_ticket(*, subject: str, state: str = "open", weight_bits: float = 1.0) -> ReviewCase:
    """A pair of which one customer has a ticket."""
    record = make_record("shop", **ANNA)
    make_customer(record)
    make_object(record, "T-1", kind="ticket", namespace="desk:ticket", state=state)
    make_event(record, "ticket", name=subject, object_namespace="desk:ticket", object_id="T-1")
    return make_pair(record, weight_bits=weight_bits)


@pytest.mark.usefixtures("nine_o_clock")
class TestTheOrder:
    def test_harm_comes_before_probability(self) -> None:
        order = ["uncertain", "household", "identifier", "weak_bridge"]
        pairs = [make_pair(reason=reason, weight_bits=5.0) for reason in order]

        assert review.waiting() == pairs[::-1]

    def test_what_is_nearly_certain_comes_before_what_is_hardly_likely(self) -> None:
        unlikely = make_pair(reason="identifier", weight_bits=-4.0)
        certain = make_pair(weight_bits=9.0)

        assert review.waiting() == [certain, unlikely]

    def test_a_pair_becomes_more_urgent_while_it_waits(self) -> None:
        new = make_pair(weight_bits=3.0, opened_at=NINE)
        old = make_pair(weight_bits=1.0, opened_at=NINE - timedelta(days=8))

        assert review.waiting() == [old, new]

    def test_waiting_lifts_nothing_over_what_is_reported_or_proposed(self) -> None:
        old = make_pair(
            reason="weak_bridge", weight_bits=30.0, opened_at=NINE - timedelta(days=400)
        )
        proposed = make_pair(weight_bits=-9.0, opened_at=NINE)
        propose(proposed, verdict="unsure", proposed_by=staff("sol"))
        reported = make_pair(reason="reported", weight_bits=-9.0, opened_at=NINE)

        assert review.waiting() == [reported, proposed, old]

    def test_a_weight_beyond_all_numbers_is_a_probability_too(self) -> None:
        make_pair(weight_bits=1e6)
        make_pair(weight_bits=-1e6)

        assert len(review.waiting()) == 2


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=-1), timedelta(days=6)])
def test_the_database_counts_weeks_as_the_queue_does(late: timedelta) -> None:
    pair = make_pair(opened_at=datetime(2026, 5, 4, tzinfo=UTC) + late)  # a Monday

    pair.refresh_from_db()
    assert pair.opened_week == week_of(pair.opened_at)


@pytest.mark.usefixtures("nine_o_clock")
class TestTheHead:
    """Where nothing is picked only the head of the queue is ranked."""

    @pytest.fixture
    def queue(self) -> None:
        """Pairs of many weeks: some reported, proposed, put off, assigned or in hand."""
        dice = Random(7)
        reasons = ["uncertain", "twins", "weak_bridge", "identifier", "reported"]
        sol, kim, gone = staff("sol"), staff("kim"), staff("pia")
        User.objects.filter(pk=gone.pk).update(is_active=False)
        for number in range(90):
            pair = make_pair(
                reason=dice.choices(reasons, [9, 3, 3, 3, 1])[0],
                weight_bits=float(dice.randint(-4, 9)),
                opened_at=NINE - timedelta(days=dice.randint(0, 100)),
                stake=dice.choice([1.0, 1.0, 4.5]),
                has_complaint=number % 30 == 0,
            )
            if number % 9 == 1:
                propose(pair, verdict="unsure", proposed_by=dice.choice([sol, kim]))
            elif number % 9 == 2:
                review.put_off(pair)
            elif number % 9 == 3:
                pair.assigned_to, pair.assigned_at = dice.choice([sol, kim, gone]), NINE
                pair.save()
        review.claim_next(sol)

    @pytest.mark.usefixtures("queue")
    def test_is_what_ranking_all_of_them_begins_with(self) -> None:
        for steward, within in product((staff("sol"), staff("kim")), (1, 4, 25)):
            every = order.ranked(steward)

            assert len(every) > 50
            assert order.ranked(steward, within=within) == every[:within]

    def test_is_of_those_that_may_be_asked(self) -> None:
        for _ in range(3):
            review.put_off(make_pair(weight_bits=9.0))
        weak = make_pair(weight_bits=1.0)

        assert order.ranked(staff("sol"), within=1, free=True) == [weak.pk]


class TestTheFigure:
    def test_pairs_between_the_same_two_customers_count_once(self) -> None:
        (left, beside), right = (make_record("shop", **ANNA) for _ in "12"), make_record("crm")
        make_customer(left, beside)
        make_customer(right)
        make_pair(left, right, weight_bits=5.0)
        make_pair(beside, right, weight_bits=4.0)
        make_pair()

        assert counted().number == len(review.waiting()) == 2

    def test_a_pair_put_off_keeps_the_weaker_ones_of_its_customers_from_being_counted(
        self,
    ) -> None:
        (left, beside), right = (make_record("shop", **ANNA) for _ in "12"), make_record("crm")
        make_customer(left, beside)
        make_customer(right)
        review.put_off(make_pair(left, right, weight_bits=5.0))
        make_pair(beside, right, weight_bits=4.0)
        make_pair()

        assert counted().number == len(review.waiting()) == 1

    def test_the_oldest_is_of_those_that_wait(self) -> None:
        make_pair(opened_at=NINE)
        review.put_off(make_pair(opened_at=NINE - timedelta(days=1)))

        assert counted().oldest == NINE

    def test_of_very_many_the_cases_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (left, beside), right = (make_record("shop", **ANNA) for _ in "12"), make_record("crm")
        make_customer(left, beside)
        make_customer(right)
        for each in (left, beside):
            make_pair(each, right)
        monkeypatch.setattr(order, "COUNTED_EXACTLY", 1)

        assert counted().number == 2


class TestStakes:
    def test_customers_with_an_open_complaint_come_first(self) -> None:
        strong, complaint = make_pair(weight_bits=9.0), with_ticket(subject="Complaint: late")
        refresh_stakes()

        assert review.waiting() == [complaint, strong]

    @pytest.mark.parametrize(
        ("subject", "state"), [("Complaint", "closed"), ("A question", "open")]
    )
    def test_a_closed_complaint_and_an_open_question_are_none(
        self, subject: str, state: str
    ) -> None:
        pair = with_ticket(subject=subject, state=state)
        refresh_stakes()

        pair.refresh_from_db()
        assert not pair.has_complaint

    def test_a_complaint_that_ends_makes_its_pair_an_ordinary_one(self) -> None:
        pair = with_ticket(subject="Complaint")
        refresh_stakes()
        pair.lo.objects_of_record.update(state="solved")

        assert refresh_stakes() == 1
        pair.refresh_from_db()
        assert not pair.has_complaint

    def test_events_and_open_tickets_of_both_customers_count(self) -> None:
        left, other, right = (make_record(each, **ANNE) for each in ("shop", "desk", "crm"))
        make_customer(left, other)
        make_customer(right)
        pair = make_pair(left, right)
        for record in (other, right):
            for _ in range(9):
                make_event(record, "visit")
        make_object(right, "T-2", kind="ticket", namespace="desk:ticket", state="open")
        refresh_stakes()

        pair.refresh_from_db()
        assert pair.stake == pytest.approx(2 * (1 + 1.2787536))  # 1 ticket; log10(1 + 18)

    def test_nothing_is_written_where_nothing_has_changed(self) -> None:
        with_ticket(subject="Complaint")
        refresh_stakes()

        assert refresh_stakes() == 0


class TestWhatAStewardPicks:
    def test_one_reason(self) -> None:
        make_pair(weight_bits=9.0)
        twins = make_pair(reason="twins")

        assert review.waiting(staff("sol"), Picked(reason="twins")) == [twins]

    def test_what_colleagues_proposed_and_not_what_one_proposed_oneself(self) -> None:
        make_pair()
        by_kim, by_sol = make_pair(), make_pair()
        propose(by_kim, verdict="unsure", proposed_by=staff("kim"))
        propose(by_sol, verdict="unsure", proposed_by=staff("sol"))

        assert review.waiting(staff("sol"), Picked(whose="proposed")) == [by_kim]

    def test_what_was_put_off(self) -> None:
        make_pair()
        later = make_pair()
        review.put_off(later)

        assert review.waiting(staff("sol"), Picked(whose="later")) == [later]
        assert later not in review.waiting(staff("sol"))

    def test_a_choice_holds_from_answer_to_answer(self) -> None:
        make_pair(weight_bits=9.0)
        first, second = (make_pair(reason="twins", weight_bits=bits) for bits in (5.0, 4.0))
        sol = signed_in("sol")

        page = text(sol.get("/review/?reason=twins&whose="))
        answer = text(
            sol.post(f"/review/{first.pk}/decide/", {"verdict": "different"}, headers=HTMX)
        )

        assert f'action="/review/{first.pk}/decide/"' in page
        assert '<option value="twins" selected>' in page
        assert f'action="/review/{second.pk}/decide/"' in answer
        assert f'action="/review/{second.pk}/decide/"' in text(sol.get("/review/"))

    def test_the_line_that_folds_the_choices_says_what_is_picked_and_follows(self) -> None:
        make_pair(reason="twins")
        sol = signed_in("sol")

        pages = [
            text(sol.get("/review/")),
            text(sol.get("/review/?reason=twins&whose=mine", headers=HTMX)),
            text(sol.get("/review/?reason=&whose=&is_blind=on", headers=HTMX)),
        ]

        assert '<summary>Show: <span id="picked">All pairs</span>' in pages[0]
        assert '<span id="picked" hx-swap-oob="true">Twins?, assigned to me</span>' in pages[1]
        assert '<span id="picked" hx-swap-oob="true">All pairs, score hidden</span>' in pages[2]

    def test_nothing_of_a_choice_is_said_with_a_way_back(self) -> None:
        pair = make_pair()
        sol = signed_in("sol")

        page = text(sol.get("/review/?reason=twins&whose="))

        assert "Nothing waits of what you picked: Twins?." in page
        assert f"/review/{pair.pk}/decide/" in text(sol.get("/review/?reason=&whose="))

    def test_another_choice_lets_go_of_the_pair_in_hand(self) -> None:
        pair = make_pair()
        make_pair(reason="twins")
        sol = signed_in("sol")
        sol.get("/review/")

        sol.get("/review/?reason=twins&whose=", headers=HTMX)

        assert review.claim_next(staff("kim")) == pair

    def test_nonsense_changes_nothing(self) -> None:
        pair = make_pair()

        page = text(signed_in("sol").get("/review/?reason=%27+OR+1%3D1&whose=god"))

        assert f'action="/review/{pair.pk}/decide/"' in page
