"""Second readings: drawn by chance, asked blind of another, and what a difference does."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from matching import review
from matching.deciding.decisions import undo
from matching.models import Decision, Reading, ReviewCase
from matching.queueing import known, readings
from matching.refusals import DecisionRefused
from matching.second_person.proposals import answer, propose
from profiles.models import Membership
from tests.matching.pages import HTMX, Answer, text
from tests.matching.pairs import make_pair
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_answer_is_drawn(settings: Settings) -> None:
    settings.C360_DOUBLE_READS = 1.0


def answered(verdict: str = "different", by: str = "kim") -> Reading:
    """An answer of a colleague that is due to be read again."""
    pair = make_pair()
    outcome = answer(pair, verdict=verdict, decided_by=staff(by))
    return Reading.objects.get(action=outcome.action)


def joined(reading: Reading) -> bool:
    rows = Membership.objects.filter(record__in=(reading.lo_id, reading.hi_id))
    return rows.values("profile").distinct().count() == 1


def disputes() -> list[ReviewCase]:
    return list(ReviewCase.objects.open().filter(reason="disputed"))


def say(browser: Client, reading: Reading, verdict: str) -> Answer:
    data = {"verdict": verdict}
    return browser.post(f"/review/reading/{reading.pk}/", data, headers=HTMX)


class TestDrawing:
    def test_the_share_decides_and_the_id_alone_says_which(self, settings: Settings) -> None:
        settings.C360_DOUBLE_READS = 0.05
        pair, kim = make_pair(), staff("kim")
        for number in range(9_995, 10_005):
            readings.draw(pair, UUID(int=number), verdict="same", decided_by=kim)

        drawn = Reading.objects.order_by("pk").values_list("action", flat=True)
        assert [action.int for action in drawn] == [10_000, 10_001, 10_002, 10_003, 10_004]

    def test_none_is_drawn_where_none_is_wanted(self, settings: Settings) -> None:
        settings.C360_DOUBLE_READS = 0.0
        answer(make_pair(), verdict="different", decided_by=staff("kim"))

        assert not Reading.objects.exists()

    def test_one_is_due_after_every_tenth_answer_of_a_day(self) -> None:
        assert [number for number in range(25) if readings.is_due(number)] == [10, 20]

    def test_nobody_is_asked_to_read_the_own_answer(self) -> None:
        reading = answered(by="kim")

        assert readings.next_reading(staff("sol")) == reading
        assert readings.next_reading(staff("kim")) is None

    def test_an_answer_that_was_taken_back_is_not_read(self) -> None:
        reading = answered()
        undo(reading.action, decided_by=staff("kim"))

        assert readings.next_reading(staff("sol")) is None
        with pytest.raises(DecisionRefused):
            readings.read(reading, verdict="same", by=staff("sol"))

    def test_records_that_are_gone_are_not_read(self) -> None:
        reading = answered()
        reading.lo.deleted_at = reading.drawn_at
        reading.lo.save(update_fields=["deleted_at"])

        assert readings.next_reading(staff("sol")) is None


class TestReading:
    def test_the_same_answer_changes_nothing(self) -> None:
        reading = answered("same")
        before = Decision.objects.count()

        assert readings.read(reading, verdict="same", by=staff("sol"))

        assert joined(reading)
        assert (Decision.objects.count(), disputes()) == (before, [])

    @pytest.mark.parametrize(
        ("first", "second"), [("same", "different"), ("different", "same")]
    )
    def test_another_answer_changes_nothing_either_and_asks_once_more(
        self, first: str, second: str
    ) -> None:
        reading = answered(first)

        assert not readings.read(reading, verdict=second, by=staff("sol"))

        assert joined(reading) == (first == "same")
        [case] = disputes()
        assert (case.lo_id, case.hi_id) == (reading.lo_id, reading.hi_id)
        assert review.waiting() == [case]

    def test_it_is_read_once(self) -> None:
        reading = answered()
        readings.read(reading, verdict="different", by=staff("sol"))

        with pytest.raises(DecisionRefused):
            readings.read(reading, verdict="same", by=staff("sol"))

    def test_who_answered_first_does_not_read_again(self) -> None:
        reading = answered(by="kim")

        with pytest.raises(DecisionRefused):
            readings.read(reading, verdict="different", by=staff("kim"))
        reading.verdict, reading.read_by, reading.read_at = (
            "same",
            staff("kim"),
            reading.drawn_at,
        )
        with pytest.raises(IntegrityError, match="nobody_reads_the_own_answer_again"):
            reading.save()

    def test_agreement_is_told_with_its_number(self) -> None:
        for second in ("different", "different", "same"):
            readings.read(answered("different"), verdict=second, by=staff("sol"))

        found = readings.agreement(staff("sol"))

        assert (found.alike, found.number, found.per_cent) == (2, 3, 67)
        assert "67 % of 3" in text(signed_in("sol").get("/review/"))


class TestDisputes:
    @pytest.fixture
    def disputed(self) -> ReviewCase:
        """Kim said that two are one; Sol, not knowing, said that they are not."""
        readings.read(answered("same"), verdict="different", by=staff("sol"))
        [case] = disputes()
        return case

    @pytest.mark.parametrize("verdict", ["same", "different"])
    def test_an_answer_settles_it(self, disputed: ReviewCase, verdict: str) -> None:
        answer(disputed, verdict=verdict, decided_by=staff("sol"))

        assert disputes() == []
        assert joined(Reading.objects.earliest("pk")) == (verdict == "same")

    def test_undoing_that_answer_asks_again(self, disputed: ReviewCase) -> None:
        outcome = answer(disputed, verdict="different", decided_by=staff("sol"))

        undo(outcome.action, decided_by=staff("sol"))

        assert len(disputes()) == 1

    def test_undoing_the_first_answer_leaves_nothing_to_dispute(
        self, disputed: ReviewCase
    ) -> None:
        undo(Reading.objects.get().action, decided_by=staff("kim"))

        assert disputes() == []

    def test_new_data_does_not_settle_it(self, disputed: ReviewCase) -> None:
        pair = make_pair(disputed.lo)
        answer(pair, verdict="different", decided_by=staff("sol"))

        assert disputes() == [disputed]

    def test_the_page_says_why_it_asks(self, disputed: ReviewCase) -> None:
        page = text(signed_in("sol").get(f"/review/{disputed.pk}/"))

        assert "Two stewards answered this pair differently" in page


class TestThePage:
    @pytest.fixture
    def due(self) -> Reading:
        """Sol has answered ten pairs, and one of Kim's answers is drawn."""
        reading = answered("same", by="kim")
        Reading.objects.filter(pk=reading.pk).update(drawn_at="2026-01-01T00:00Z")
        for _ in range(10):
            answer(make_pair(), verdict="different", decided_by=staff("sol"))
        make_pair()
        return reading

    def test_between_other_pairs_an_answer_is_read_again_without_knowing_it(
        self, due: Reading
    ) -> None:
        page = text(signed_in("sol").get("/review/"))

        assert f'action="/review/reading/{due.pk}/"' in page
        for told in ("Kim", "joined with", "If same", "If not same", 'id="evidence-table"'):
            assert not re.search(rf"\b{re.escape(told)}", page)  # tokens hold any letters

    def test_after_it_comes_the_next_pair(self, due: Reading) -> None:
        page = text(say(signed_in("sol"), due, "same"))

        assert "You and a colleague say the same. Nothing changed." in page
        assert "/decide/" in page

    def test_a_difference_is_told_and_not_who(self, due: Reading) -> None:
        page = text(say(signed_in("sol"), due, "different"))

        assert "A colleague said otherwise." in page
        assert joined(due)

    def test_it_can_be_put_off(self, due: Reading) -> None:
        page = text(say(signed_in("sol"), due, "later"))

        assert "/decide/" in page
        assert readings.next_reading(staff("sol")) is None

    def test_while_one_kind_of_pair_is_picked_nothing_else_is_asked(self, due: Reading) -> None:
        page = text(signed_in("sol").get("/review/?reason=uncertain&whose="))

        assert "/decide/" in page

    def test_nonsense_is_refused(self, due: Reading) -> None:
        assert say(signed_in("sol"), due, "perhaps").status_code == 422
        due.refresh_from_db()
        assert due.read_at is None

    @pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
    def test_it_is_for_stewards(self, due: Reading, name: str) -> None:
        assert say(signed_in(name), due, "same").status_code == 403
        due.refresh_from_db()
        assert due.read_at is None


class TestKnownAnswers:
    """Pairs whose answer is known are asked in between, to see how one steward answers."""

    @pytest.fixture(autouse=True)
    def nothing_is_drawn(self, settings: Settings) -> None:
        settings.C360_DOUBLE_READS = 0.0001

    @pytest.fixture
    def long_ago(self) -> Decision:
        """What Kim said half a year ago."""
        answer(make_pair(), verdict="different", decided_by=staff("kim"))
        then = timezone.now() - timedelta(days=180)
        Decision.objects.update(decided_at=then)
        Reading.objects.all().delete()
        return Decision.objects.get()

    def test_one_is_due_after_every_twentieth_answer_of_a_day(self) -> None:
        assert [number for number in range(45) if known.is_due(number)] == [20, 40]

    def test_none_is_due_where_no_answer_is_read_again(self, settings: Settings) -> None:
        settings.C360_DOUBLE_READS = 0.0

        assert not known.is_due(20)

    def test_what_was_said_long_ago_is_asked_of_others_once(self, long_ago: Decision) -> None:
        assert known.draw_known(staff("kim")) is None

        drawn = known.draw_known(staff("sol"))

        assert drawn is not None
        assert (drawn.action, drawn.is_known) == (long_ago.action, True)
        assert known.draw_known(staff("sol")) is None

    def test_what_was_said_lately_or_taken_back_is_not_known(self, long_ago: Decision) -> None:
        Decision.objects.update(decided_at=timezone.now())
        assert known.draw_known(staff("sol")) is None
        Decision.objects.update(decided_at=long_ago.decided_at)
        undo(long_ago.action, decided_by=staff("kim"))

        assert known.draw_known(staff("sol")) is None

    def test_what_two_people_agreed_to_is_known_to_both(self) -> None:
        pair = make_pair()
        propose(pair, verdict="same", proposed_by=staff("kim"))
        answer(pair, verdict="same", decided_by=staff("sol"))

        assert known.draw_known(staff("kim")) is None
        assert known.draw_known(staff("sol")) is None
        ada = staff("ada")
        found = known.draw_known(ada)
        assert found is not None
        assert found.first_verdict == "same"

    def test_it_is_shown_blind_after_the_twentieth_answer(
        self, long_ago: Decision, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(known, "EVERY", 1)
        monkeypatch.setattr(readings, "EVERY", 1)
        sol = signed_in("sol")
        answer(make_pair(), verdict="different", decided_by=staff("sol"))
        Reading.objects.all().delete()

        page = text(sol.get("/review/"))

        reading = Reading.objects.get(action=long_ago.action)
        assert f'action="/review/reading/{reading.pk}/"' in page
        assert 'id="evidence-table"' not in page

    def test_each_steward_sees_how_often_the_answer_was_the_same(
        self, long_ago: Decision
    ) -> None:
        reading = known.draw_known(staff("sol"))
        assert reading is not None

        body = text(say(signed_in("sol"), reading, "different"))

        assert "known answers" in body
        assert "100 % of 1" in body
        assert "known answers" not in text(signed_in("kim").get("/review/"))
        assert readings.agreement(staff("sol")).number == 0
