"""Working through the queue: leaving pairs to colleagues, deciding blind, and at what pace."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from matching import review
from matching.models import Decision, ReviewCase
from matching.queueing.assigning import assign, colleagues_of
from matching.queueing.pace import paced
from matching.queueing.picking import Picked
from matching.refusals import AlreadyDecided, DecisionRefused
from tests.matching.pages import HTMX, text
from tests.matching.pairs import ANNA, ANNE, make_pair
from tests.matching.test_review_pages import decide
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

NINE = datetime(2026, 5, 4, 9, tzinfo=UTC)


def minutes(*numbers: float) -> list[datetime]:
    return [NINE + timedelta(minutes=each) for each in numbers]


class TestPace:
    def test_answers_of_the_last_minutes_make_the_speed(self) -> None:
        pace = paced(minutes(1, 2, 3, 4), NINE + timedelta(minutes=5))

        assert (pace.today, pace.per_minute, pace.minutes) == (4, 1.0, 4)

    def test_two_answers_make_none(self) -> None:
        assert paced(minutes(1, 2), NINE + timedelta(minutes=3)).per_minute == 0

    def test_after_forty_five_minutes_without_a_pause_one_is_due(self) -> None:
        moments = minutes(*range(0, 45, 5))

        assert not paced(moments, NINE + timedelta(minutes=44)).is_tiring
        assert paced(moments, NINE + timedelta(minutes=45)).is_tiring

    def test_a_pause_begins_a_new_sitting(self) -> None:
        moments = minutes(*range(0, 45, 5), 60)

        pace = paced(moments, NINE + timedelta(minutes=61))

        assert (pace.today, pace.minutes, pace.is_tiring) == (10, 1, False)

    def test_who_stopped_long_ago_has_no_pace(self) -> None:
        pace = paced(minutes(*range(0, 60, 5)), NINE + timedelta(minutes=90))

        assert (pace.per_minute, pace.minutes) == (0, 0)

    @pytest.mark.django_db
    def test_what_was_taken_back_does_not_count(self) -> None:
        pair = make_pair()
        sol = signed_in("sol")
        decide(sol, pair, "different")
        assert review.counts(staff("sol")).decided_today == 1

        sol.post(f"/review/undo/{Decision.objects.get().action}/", headers=HTMX)

        assert review.counts(staff("sol")).decided_today == 0


@pytest.mark.django_db
class TestAssigning:
    def test_only_those_who_may_answer_are_colleagues(self) -> None:
        for name in ("ana", "kim", "pia", "ada", "otto"):
            staff(name)
        left = staff("sol")

        assert colleagues_of(left) == [(staff("kim").pk, "Kim")]

    def test_a_pair_waits_for_whom_it_is_assigned_to(self) -> None:
        pair = make_pair()

        answer = decide(signed_in("sol"), pair, "assign", to=staff("kim").pk)

        assert "Assigned to Kim." in text(answer)
        assert review.waiting(staff("sol")) == []
        assert review.waiting(staff("kim"), Picked(whose="mine")) == [pair]
        assert "assigned to Kim" in text(signed_in("kim").get("/review/"))

    def test_after_two_days_anybody_is_asked(self) -> None:
        pair = make_pair()
        with time_machine.travel(datetime.now(UTC) - timedelta(days=2, minutes=1)):
            assign(pair, staff("kim").pk, by=staff("sol"))

        assert review.waiting(staff("sol")) == [pair]

    def test_it_does_not_wait_for_somebody_who_has_left(self) -> None:
        pair, kim = make_pair(), staff("kim")
        assign(pair, kim.pk, by=staff("sol"))
        kim.is_active = False
        kim.save()

        assert review.waiting(staff("sol")) == [pair]

    @pytest.mark.parametrize("name", ["ana", "ada", "sol"])
    def test_nobody_else_can_be_given_a_pair(self, name: str) -> None:
        pair = make_pair()

        answer = decide(signed_in("sol"), pair, "assign", to=staff(name).pk)

        assert answer.status_code == 422
        pair.refresh_from_db()
        assert pair.assigned_to is None

    def test_a_pair_that_is_answered_cannot_be_assigned(self) -> None:
        pair = make_pair()
        ReviewCase.objects.update(settled_at=NINE)

        with pytest.raises(AlreadyDecided):
            assign(pair, staff("kim").pk, by=staff("sol"))
        with pytest.raises(DecisionRefused):
            assign(pair, None, by=staff("sol"))


@pytest.mark.django_db
class TestThePage:
    def test_blind_means_without_the_score_until_answered(self) -> None:
        pair = make_pair(weight_bits=3.0)
        sol = signed_in("sol")
        assert 'id="evidence-table"' in text(sol.get("/review/"))

        page = text(sol.get("/review/?reason=&whose=&is_blind=on"))
        answer = text(decide(sol, pair, "different"))

        assert 'id="evidence-table"' not in page
        assert "The score is hidden until you have answered." in page
        assert "The score was 3.0 bits: 89 % likely one person." in answer

    def test_what_was_compared_is_shown_as_matching_sees_it(self) -> None:
        left = make_record("shop", **{**ANNA, "given_name": "ÀNNA"}, birth_date="1984-03-02")
        make_customer(left)
        make_pair(left)

        page = text(signed_in("sol").get("/review/"))

        assert '<span class="compared">anna</span>' in page
        assert '<span class="compared">1984-03-02</span>' in page

    def test_records_of_the_larger_customer_can_be_picked(self) -> None:
        left, other, right = (make_record(each, **ANNE) for each in ("shop", "desk", "crm"))
        make_customer(left, other)
        make_customer(right)
        make_pair(left, right)

        page = text(signed_in("sol").get("/review/"))

        assert f'data-key="s" href="/clusters/{left.membership.profile_id}/"' in page

    def test_two_single_records_have_none_to_pick(self) -> None:
        make_pair()

        assert 'data-key="s"' not in text(signed_in("sol").get("/review/"))
