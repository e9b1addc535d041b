"""Reports: a fact, a case at the head of the queue, and an answer that follows decisions."""

from typing import Any
from uuid import uuid4

import pytest

from matching import review
from matching.confidence import Confidence, confidence_of
from matching.deciding.acts import Outcome as Decided
from matching.deciding.decisions import record_decision, split_records, undo
from matching.deciding.preview import fingerprint
from matching.live import live_model
from matching.models import Report, ReportedRecord, ReviewCase
from matching.refusals import DecisionRefused, StaleView
from matching.reports.making import report_records
from matching.reports.outcomes import Outcome, State, outcomes, suspects, with_records
from profiles.models import SourceRecord
from tests.matching.anna import APP, CRM, ELSE, three_of_anna, two_to_ask_about
from tests.matching.arrivals import (
    are_together,
    arrive,
    day,
    depart,
    profile_of,
    resolve,
)
from tests.matching.arrivals import (
    case_of as case_between,
)
from tests.staff import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_off_afterwards")]


def report(*records: SourceRecord, **facts: Any) -> Report:
    """Let Ana report records of one customer."""
    profile = profile_of(records[0])
    known = {
        "form": uuid4(),
        "why": "person",
        "words": "",
        "reported_by": staff("ana"),
        "seen": fingerprint([record.pk for record in records]),
    }
    return report_records(profile, {record.pk: [] for record in records}, **{**known, **facts})


def outcome_of(report: Report) -> Outcome:
    """Where the first record of a report stands."""
    [loaded] = with_records([Report.objects.get(pk=report.pk)])
    found = outcomes([loaded])
    return found[min(found)]


def case_of(report: Report) -> ReviewCase:
    """The case of the first record of a report."""
    item = report.records.select_related("case").order_by("record").first()
    assert item is not None
    assert item.case is not None
    return item.case


def answer(report: Report, verdict: str, by: str = "sol") -> Decided:
    case = case_of(report)
    facts = {"verdict": verdict, "reason": "asked her"}
    return record_decision(case, lo=case.lo_id, hi=case.hi_id, decided_by=staff(by), **facts)


def test_a_report_splits_nothing_and_asks_first_of_all() -> None:
    crm, shop, app = three_of_anna()
    one, other = two_to_ask_about()

    made = report(app, words="she has no app")

    assert are_together(crm, shop, app)
    assert made.records_seen == sorted((crm.pk, shop.pk, app.pk))
    assert review.waiting() == [case_of(made), case_between(one, other)]


def test_the_record_is_compared_with_the_one_that_speaks_most_for_it() -> None:
    crm, _shop, app = three_of_anna()

    made = report(app)

    assert {case_of(made).lo_id, case_of(made).hi_id} == {crm.pk, app.pk}


def test_every_reported_record_has_a_case_against_those_that_stay() -> None:
    crm, shop, app = three_of_anna()

    made = report(shop, app)

    asked = {(item.record_id, item.asked_of_id) for item in made.records.all()}
    assert asked == {(shop.pk, crm.pk), (app.pk, crm.pk)}
    assert ReviewCase.objects.open().filter(reason="reported").count() == 2


def test_what_is_reported_is_suspicious_and_the_customer_under_review() -> None:
    crm, _shop, app = three_of_anna()
    profile = profile_of(crm)
    before = confidence_of(profile, join_bits=live_model().join_bits)

    report(app)

    assert before != Confidence.UNDER_REVIEW
    assert confidence_of(profile, join_bits=live_model().join_bits) == Confidence.UNDER_REVIEW
    assert suspects(profile) == {app.pk}


def test_not_same_splits_and_the_report_says_where_the_record_went() -> None:
    crm, shop, app = three_of_anna()
    made = report(app)

    answer(made, "different")

    found = outcome_of(made)
    assert (found.state, found.profile_id) == (State.SPLIT, profile_of(app).pk)
    assert found.decision is not None
    assert found.decision.decided_by == staff("sol")
    assert are_together(crm, shop)
    assert suspects(profile_of(crm)) == set()
    assert not ReviewCase.objects.open().exists()


def test_same_confirms_the_record_and_settles_the_case() -> None:
    crm, _shop, app = three_of_anna()
    made = report(app)

    answer(made, "same")

    found = outcome_of(made)
    assert (found.state, found.decision and found.decision.reason) == (
        State.CONFIRMED,
        "asked her",
    )
    assert are_together(crm, app)
    assert not ReviewCase.objects.open().exists()


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_undoing_the_answer_asks_again(verdict: str) -> None:
    crm, _shop, app = three_of_anna()
    made = report(app)
    before = case_of(made)
    said = answer(made, verdict)

    undo(said.action, decided_by=staff("sol"))

    assert outcome_of(made).state == State.OPEN
    assert case_of(made) == before
    assert review.waiting()[0] == before
    assert suspects(profile_of(crm)) == {app.pk}


def test_a_split_by_picking_records_answers_the_report_too() -> None:
    crm, _shop, app = three_of_anna()
    made = report(app)

    split_records(profile_of(crm), [app.pk], reason="mixed up", decided_by=staff("kim"))

    found = outcome_of(made)
    assert found.state == State.SPLIT
    assert found.decision is not None
    assert found.decision.decided_by == staff("kim")
    assert not ReviewCase.objects.open().filter(reason="reported").exists()


def test_a_record_that_stays_with_others_is_asked_of_those_next() -> None:
    crm, shop, app = three_of_anna()
    made = report(shop)
    assert {case_of(made).lo_id, case_of(made).hi_id} == {crm.pk, shop.pk}

    split_records(profile_of(crm), [crm.pk], reason="mixed up", decided_by=staff("kim"))

    assert outcome_of(made).state == (State.OPEN if are_together(shop, app) else State.SPLIT)
    open_pairs = ReviewCase.objects.open().filter(reason="reported")
    assert open_pairs.count() == (1 if are_together(shop, app) else 0)


def test_a_report_is_closed_when_its_record_is_deleted() -> None:
    crm, _shop, app = three_of_anna()
    made = report(app)

    depart("app", "X-1", updated_at=day(9))
    resolve()

    assert outcome_of(made).state == State.GONE
    assert not ReviewCase.objects.open().exists()
    assert suspects(profile_of(crm)) == set()


def test_a_report_is_answered_when_new_data_takes_the_record_away() -> None:
    crm, _shop, app = three_of_anna()
    made = report(app)

    arrive("app", "X-1", updated_at=day(9), **ELSE)
    resolve()

    assert not are_together(crm, app)
    found = outcome_of(made)
    assert (found.state, found.decision) == (State.SPLIT, None)
    assert not ReviewCase.objects.open().filter(reason="reported").exists()

    arrive("app", "X-1", updated_at=day(10), **APP)
    resolve()

    assert are_together(crm, app)
    assert outcome_of(made).state == State.OPEN
    assert review.waiting()[0] == case_of(made)


def test_the_record_it_is_compared_with_is_replaced_when_its_source_deletes_it() -> None:
    crm = arrive("crm", "A-1", updated_at=day(1), **CRM)
    shop = arrive("shop", "S-1", updated_at=day(2), **CRM)
    app = arrive("app", "X-1", updated_at=day(3), **CRM)
    resolve()
    made = report(app)
    asked = made.records.get().asked_of_id
    gone, left = ("crm", shop) if asked == crm.pk else ("shop", crm)

    depart(gone, {"crm": "A-1", "shop": "S-1"}[gone], updated_at=day(9))
    resolve()

    item = made.records.get()
    assert item.asked_of_id == left.pk
    assert outcome_of(made).state == State.OPEN
    assert item.case is not None
    assert item.case.settled_at is None
    assert ReviewCase.objects.open().count() == 1


def test_a_report_of_what_was_decided_before_is_open_until_it_is_decided_again() -> None:
    crm, _shop, app = three_of_anna()
    first = report(app)
    answer(first, "same")

    second = report(app, words="he called again")

    assert outcome_of(first).state == State.CONFIRMED
    assert outcome_of(second).state == State.OPEN
    assert review.waiting()[0] == case_of(second)

    again = answer(second, "same", by="kim")
    assert outcome_of(second).state == State.CONFIRMED
    undo(again.action, decided_by=staff("kim"))

    assert outcome_of(second).state == State.OPEN
    assert are_together(crm, app)


def test_a_second_report_of_the_same_pair_shares_its_case() -> None:
    _crm, _shop, app = three_of_anna()
    first = report(app)

    second = report(app, reported_by=staff("pia"))

    assert case_of(second) == case_of(first)
    answer(first, "same")
    assert outcome_of(second).state == State.CONFIRMED


def test_the_same_form_sent_twice_is_one_report() -> None:
    _crm, _shop, app = three_of_anna()
    first = report(app)

    second = report(app, form=first.pk, seen="what was there before")

    assert second == first
    assert Report.objects.count() == 1
    assert ReportedRecord.objects.count() == 1


def test_nobody_sends_the_form_of_somebody_else() -> None:
    _crm, _shop, app = three_of_anna()
    first = report(app)

    with pytest.raises(StaleView):
        report(app, form=first.pk, reported_by=staff("pia"))


def test_a_report_on_records_that_have_changed_is_refused() -> None:
    _crm, _shop, app = three_of_anna()
    seen = fingerprint([app.pk])
    arrive("shop", "S-1", updated_at=day(9), **CRM)
    resolve()

    with pytest.raises(StaleView):
        report(app, seen=seen)

    assert not Report.objects.exists()


def test_a_report_of_every_record_is_refused() -> None:
    records = three_of_anna()

    with pytest.raises(DecisionRefused):
        report(*records)

    assert not ReviewCase.objects.open().exists()
