"""Four eyes: a risky join is proposed by one person and made by another, never by one alone."""

from collections.abc import Sequence
from datetime import date

import pytest
from django.db import IntegrityError
from pytest_django import Settings

from matching import review
from matching.core.features import Features, features_of
from matching.models import Decision, Proposal, ReviewCase
from matching.refusals import DecisionRefused, NeedsSecondPerson, StaleView
from matching.second_person.cautions import Join, cautions_of
from matching.second_person.proposals import (
    answer,
    open_proposal,
    propose,
    withdraw,
)
from profiles.models import Membership
from tests.matching.pages import text
from tests.matching.pairs import ANNA, ANNE, make_pair
from tests.matching.test_review_pages import decide
from tests.profiles.customers import make_customer, make_event, make_record
from tests.staff import signed_in, staff

TODAY = date(2026, 5, 4)
BORN, ELSE_BORN = {"birth_date": "1984-03-02"}, {"birth_date": "1991-07-15"}


def cautions(
    *groups: Sequence[Features], moving_events: int = 0, told_apart: bool = False
) -> list[str]:
    join = Join(groups, moving_events, told_apart, TODAY)
    return cautions_of(join, one_per_person={"passport"})


def person(**attributes: object) -> list[Features]:
    return [features_of(attributes)]


class TestWhatNeedsASecondPerson:
    def test_an_ordinary_pair_needs_none(self) -> None:
        assert cautions(person(**BORN), person(**BORN)) == []

    def test_different_birth_dates(self) -> None:
        assert cautions(person(**BORN), person(**ELSE_BORN)) == ["birth_date"]

    def test_a_side_that_agrees_in_one_of_its_dates_is_no_contradiction(self) -> None:
        assert cautions(person(**BORN) + person(**ELSE_BORN), person(**ELSE_BORN)) == []

    def test_a_missing_or_partial_date_contradicts_nothing(self) -> None:
        assert cautions(person(**BORN), person(), person(birth_date="1991")) == []

    def test_two_numbers_of_which_a_person_has_one(self) -> None:
        one, other = ({"identifiers": {"passport": [n]}} for n in ("GB4410027", "GB9983315"))
        assert cautions(person(**one), person(**other)) == ["identifier"]

    def test_two_numbers_of_which_a_person_may_have_many(self) -> None:
        one, other = ({"identifiers": {"card": [n]}} for n in ("44100272", "99833154"))
        assert cautions(person(**one), person(**other)) == []

    @pytest.mark.parametrize(("born", "is_minor"), [("2008-05-05", 1), ("2008-05-04", 0)])
    def test_the_young(self, born: str, is_minor: int) -> None:
        assert cautions(person(birth_date=born), person()) == ["minor"] * is_minor

    @pytest.mark.parametrize(("records", "found"), [(5, []), (6, ["records"])])
    def test_many_records(self, records: int, found: list[str]) -> None:
        assert cautions(person() * (records - 1), person()) == found

    @pytest.mark.parametrize(("events", "found"), [(50, []), (51, ["events"])])
    def test_many_events(self, events: int, found: list[str]) -> None:
        assert cautions(person(), person(), moving_events=events) == found

    def test_an_earlier_word(self) -> None:
        assert cautions(person(), person(), told_apart=True) == ["told_apart"]


@pytest.fixture
def risky() -> ReviewCase:
    """Two records that speak for one person, with different birth dates."""
    left, right = make_record("shop", **ANNA, **BORN), make_record("crm", **ANNE, **ELSE_BORN)
    make_customer(left)
    make_customer(right)
    return make_pair(left, right)


def are_joined(pair: ReviewCase) -> bool:
    rows = Membership.objects.filter(record__in=(pair.lo_id, pair.hi_id))
    return rows.values("profile").distinct().count() == 1


@pytest.mark.django_db
class TestTwoPeople:
    def test_one_person_alone_cannot_make_a_risky_join(self, risky: ReviewCase) -> None:
        with pytest.raises(NeedsSecondPerson) as refused:
            answer(risky, verdict="same", decided_by=staff("sol"))

        assert refused.value.cautions == ["birth_date"]
        assert not Decision.objects.exists()

    def test_one_person_alone_may_always_keep_two_apart(self, risky: ReviewCase) -> None:
        answer(risky, verdict="different", decided_by=staff("sol"))

        assert not are_joined(risky)
        assert Decision.objects.get().verdict == "different"

    def test_a_second_person_who_agrees_joins_them(self, risky: ReviewCase) -> None:
        propose(risky, verdict="same", proposed_by=staff("sol"), reason="same street")
        outcome = answer(risky, verdict="same", decided_by=staff("kim"))

        assert are_joined(risky)
        said = Proposal.objects.get()
        assert (said.answer, said.answered_by, said.action) == (
            "agreed",
            staff("kim"),
            outcome.action,
        )
        assert said.cautions == ["birth_date"]

    def test_who_proposed_cannot_agree(self, risky: ReviewCase) -> None:
        propose(risky, verdict="same", proposed_by=staff("sol"))

        with pytest.raises(NeedsSecondPerson):
            answer(risky, verdict="same", decided_by=staff("sol"))
        assert not are_joined(risky)

    def test_the_database_refuses_it_too(self, risky: ReviewCase) -> None:
        said = propose(risky, verdict="same", proposed_by=staff("sol"))
        said.answer, said.answered_by, said.answered_at = (
            "agreed",
            staff("sol"),
            said.proposed_at,
        )

        with pytest.raises(IntegrityError, match="who_proposed_does_not_agree"):
            said.save()

    def test_a_second_person_may_answer_otherwise(self, risky: ReviewCase) -> None:
        propose(risky, verdict="same", proposed_by=staff("sol"))
        answer(risky, verdict="different", decided_by=staff("kim"))

        assert not are_joined(risky)
        assert Proposal.objects.get().answer == "overruled"

    def test_a_proposal_taken_back_counts_for_nothing(self, risky: ReviewCase) -> None:
        propose(risky, verdict="same", proposed_by=staff("sol"))
        withdraw(risky, by=staff("sol"))

        with pytest.raises(NeedsSecondPerson):
            answer(risky, verdict="same", decided_by=staff("kim"))

    def test_nobody_takes_back_what_another_proposed(self, risky: ReviewCase) -> None:
        propose(risky, verdict="same", proposed_by=staff("sol"))

        with pytest.raises(DecisionRefused):
            withdraw(risky, by=staff("kim"))
        assert open_proposal(risky) is not None

    def test_a_second_opinion_asked_for_is_no_vote(self, risky: ReviewCase) -> None:
        propose(risky, verdict="unsure", proposed_by=staff("sol"))

        with pytest.raises(NeedsSecondPerson):
            answer(risky, verdict="same", decided_by=staff("kim"))

    def test_agreeing_on_an_outdated_view_is_refused_and_the_proposal_stands(
        self, risky: ReviewCase
    ) -> None:
        propose(risky, verdict="same", proposed_by=staff("sol"))

        with pytest.raises(StaleView):
            answer(risky, verdict="same", decided_by=staff("kim"), seen="of yesterday")
        assert open_proposal(risky) is not None

    def test_an_earlier_not_the_same_needs_two_people_to_overturn(self) -> None:
        pair = make_pair()
        answer(pair, verdict="different", decided_by=staff("kim"))
        asked_again = ReviewCase.objects.create(
            lo=pair.lo, hi=pair.hi, reason="uncertain", weight_bits=4.0
        )

        with pytest.raises(NeedsSecondPerson) as refused:
            answer(asked_again, verdict="same", decided_by=staff("kim"))
        assert refused.value.cautions == ["told_apart"]

    def test_events_that_move_are_counted(self) -> None:
        left, right = make_record("shop", **ANNA), make_record("crm", **ANNE)
        make_customer(left)
        make_customer(right)
        for _ in range(51):
            make_event(right, "visit")

        with pytest.raises(NeedsSecondPerson) as refused:
            answer(make_pair(left, right), verdict="same", decided_by=staff("sol"))
        assert refused.value.cautions == ["events"]

    def test_an_organisation_may_do_without(
        self, risky: ReviewCase, settings: Settings
    ) -> None:
        settings.C360_FOUR_EYES = False
        answer(risky, verdict="same", decided_by=staff("sol"))

        assert are_joined(risky)


@pytest.mark.django_db
class TestTheQueue:
    def test_what_one_has_proposed_is_not_asked_again_of_the_same_person(
        self, risky: ReviewCase
    ) -> None:
        propose(risky, verdict="same", proposed_by=staff("sol"))

        assert review.claim_next(staff("sol")) is None
        assert review.claim_next(staff("kim")) == risky

    def test_what_a_colleague_proposed_comes_before_stronger_pairs(
        self, risky: ReviewCase
    ) -> None:
        strong = make_pair(make_record("desk"), make_record("app"), weight_bits=9.0)
        assert review.waiting() == [strong, risky]

        propose(risky, verdict="same", proposed_by=staff("sol"))
        assert review.waiting() == [risky, strong]


@pytest.mark.django_db
class TestThePage:
    def test_it_says_beforehand_why_a_second_person_is_needed(self, risky: ReviewCase) -> None:
        body = text(signed_in("sol").get(f"/review/{risky.pk}/"))

        assert "Needs a second person" in body
        assert "The two sides state different birth dates." in body
        assert "Propose same" in body

    def test_same_proposes_and_brings_the_next_pair(self, risky: ReviewCase) -> None:
        body = text(decide(signed_in("sol"), risky, "same"))

        assert "Proposed as same: a second person must agree." in body
        assert "Nothing to review" in body
        assert not are_joined(risky)

    def test_the_second_person_sees_who_proposed_what(self, risky: ReviewCase) -> None:
        decide(signed_in("sol"), risky, "same", reason="same flat")
        body = text(signed_in("kim").get("/review/"))
        assert "Sol proposes: same person." in body
        assert "same flat" in body
        assert "Agree: same" in body

        decide(signed_in("kim"), risky, "same")
        assert are_joined(risky)

    def test_the_history_names_both(self, risky: ReviewCase) -> None:
        propose(risky, verdict="same", proposed_by=staff("sol"))
        answer(risky, verdict="same", decided_by=staff("kim"))
        profile = Membership.objects.get(record=risky.lo_id).profile_id

        body = text(signed_in("sol").get(f"/c/{profile}/history/"))
        assert "Kim, proposed by Sol" in body

    def test_who_proposed_can_take_it_back_and_nothing_else(self, risky: ReviewCase) -> None:
        browser = signed_in("sol")
        decide(browser, risky, "same")
        body = text(browser.get(f"/review/{risky.pk}/"))
        assert "Take it back" in body
        assert "Agree: same" not in body

        decide(browser, risky, "withdraw", seen="")
        assert open_proposal(risky) is None

    def test_a_second_opinion_can_be_asked_of_any_pair(self) -> None:
        pair = make_pair()
        body = text(decide(signed_in("sol"), pair, "second", reason="odd"))
        assert "A second person will be asked." in body

        body = text(signed_in("kim").get("/review/"))
        assert "Sol asks for a second opinion." in body

    def test_agents_can_neither_propose_nor_agree(self, risky: ReviewCase) -> None:
        answer = signed_in("ana").post(f"/review/{risky.pk}/decide/", {"verdict": "second"})

        assert answer.status_code == 403
        assert not Proposal.objects.exists()

    def test_a_pair_settled_meanwhile_takes_no_proposal(self, risky: ReviewCase) -> None:
        answer(risky, verdict="different", decided_by=staff("kim"))

        assert decide(signed_in("sol"), risky, "second", seen="").status_code == 409
        assert not Proposal.objects.exists()
