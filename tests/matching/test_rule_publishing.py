"""Publishing on evidence, by a second person; for new data only; taken back exactly."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from matching.fitting.versions import compare_with_live
from matching.live import live_model
from matching.models import Decision, DirtyRecord, MatchModelVersion, Publication
from matching.resolving.resolve import resolve_until_settled
from matching.rules import publishing
from matching.rules.drafts import make_draft
from matching.rules.publishing import (
    last_publication,
    may_take_back,
    publish_on_evidence,
    refusals,
    rollout,
    spread,
    take_back,
)
from profiles.models import Membership
from profiles.rule_versions import DraftRefused, PublishRefused
from tests.matching.arrivals import (
    are_together,
    arrive,
    everything_off,
    record,
    resolve,
    say,
)
from tests.matching.test_versions import PEOPLE, between, everybody_arrives
from tests.staff import staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_label_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "FEWEST_LABELS", 1)


def live() -> MatchModelVersion:
    return MatchModelVersion.objects.get(version=live_model().version)


def draft(join_bits: float | None = None, **changed: Any) -> MatchModelVersion:
    """A draft of Sol's that joins less: Anna's records, and neither Hugo's nor Lena's."""
    facts = {
        "name": "",
        "join_bits": between() if join_bits is None else join_bits,
        "review_bits": 0.0,
        "limits": {},
        "made_by": staff("sol"),
    }
    return make_draft(live(), **{**facts, **changed})


def simulated(**changed: Any) -> MatchModelVersion:
    made = draft(**changed)
    compare_with_live(made.version)
    return MatchModelVersion.objects.get(version=made.version)


def where() -> dict[int, str]:
    return dict(Membership.objects.values_list("record_id", "profile_id"))


def everybody_with_a_label() -> None:
    everybody_arrives()
    say("same", record("crm", "anna"), record("shop", "anna"))


def test_a_draft_differs_in_what_was_changed_and_guards_move_along() -> None:
    everybody_arrives()
    before = live().spec

    join = before["thresholds"]["join_bits"] + 2
    made = draft(name="stricter", join_bits=join, limits={"email": 9})

    assert (made.version, made.based_on, made.state) == ("stricter", live().version, "draft")
    assert made.spec["generic_limits"] == {**before["generic_limits"], "email": 9}
    assert made.spec["comparisons"] == before["comparisons"]
    names = before["guards"]["names_bits"]
    assert made.spec["guards"]["names_bits"] == pytest.approx(names + 2, abs=0.01)


def test_a_draft_that_changes_nothing_or_is_not_sound_is_refused() -> None:
    thresholds = live().spec["thresholds"]
    join, review = thresholds["join_bits"], thresholds["review_bits"]

    for changed, words in (
        ({"join_bits": join, "review_bits": review}, "Nothing is changed"),
        ({"join_bits": review - 1, "review_bits": review}, "above join_bits"),
        ({"join_bits": join + 1, "name": live().version}, "exists already"),
    ):
        with pytest.raises(DraftRefused, match=words):
            draft(**changed)


def test_without_a_report_nothing_goes_live() -> None:
    everybody_with_a_label()
    made = draft()

    with pytest.raises(PublishRefused, match="Simulate it first"):
        publish_on_evidence(made, scope="all", by=staff("kim"))

    assert live().version != made.version


def test_a_report_from_before_the_live_version_went_live_does_not_count() -> None:
    everybody_with_a_label()
    made, other = simulated(), simulated(join_bits=between() + 1, name="other")
    publish_on_evidence(other, scope="all", by=staff("kim"))
    take_back(by=staff("kim"))

    assert "Simulate it first" in refusals(made, live(), staff("kim"))[0]


def test_who_made_a_version_does_not_publish_it_and_a_second_person_does() -> None:
    everybody_with_a_label()
    made = simulated()

    with pytest.raises(PublishRefused, match="somebody else must publish"):
        publish_on_evidence(made, scope="all", by=staff("sol"))
    publish_on_evidence(made, scope="all", by=staff("kim"))

    assert live().version == made.version
    told = Publication.objects.get(kind="publish")
    assert (told.made_by, told.by) == (staff("sol"), staff("kim"))
    assert told.report == made.report


@pytest.mark.parametrize("missing", ["another person", "a report"])
def test_the_database_refuses_it_too(missing: str) -> None:
    facts: dict[str, Any] = {"kind": "publish", "version": live(), "marked": 0}
    by = staff("sol" if missing == "another person" else "kim")
    report = None if missing == "a report" else {"against": "x"}

    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(**facts, made_by=staff("sol"), by=by, report=report)

    Publication.objects.create(**facts, made_by=staff("sol"), by=staff("kim"), report={"a": 1})


def test_too_few_answers_are_told_with_how_many_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(publishing, "FEWEST_LABELS", 50)
    everybody_with_a_label()

    with pytest.raises(PublishRefused, match="Label 49 pairs first"):
        publish_on_evidence(simulated(), scope="all", by=staff("kim"))


def test_below_the_floor_it_is_refused_with_the_figures(settings: Settings) -> None:
    everybody_with_a_label()
    say("different", record("crm", "hugo"), record("shop", "hugo"))
    made = simulated(join_bits=0.0, review_bits=-1.0)

    with pytest.raises(PublishRefused, match=r"2 answered pairs .* 50\.0 %.*floor is 95\.0 %"):
        publish_on_evidence(made, scope="all", by=staff("kim"))

    settings.C360_PRECISION_FLOOR = 0.5
    publish_on_evidence(made, scope="all", by=staff("kim"))
    assert live().version == made.version


def test_for_all_records_everybody_is_resolved_again_and_taken_back_exactly() -> None:
    everybody_with_a_label()
    before, first = where(), live().version
    publish_on_evidence(simulated(), scope="all", by=staff("kim"))
    assert rollout(last_publication()).waiting == 6
    resolve()

    assert not are_together(record("crm", "hugo"), record("shop", "hugo"))
    assert rollout(last_publication()).percent == 100
    assert everything_off() == []

    take_back(by=staff("sol"))
    resolve()

    assert (live().version, where()) == (first, before)
    assert everything_off() == []
    assert not may_take_back(last_publication())
    with pytest.raises(PublishRefused, match="nothing to take back"):
        take_back(by=staff("sol"))


def held() -> set[int]:
    marks = DirtyRecord.objects.filter(lane=DirtyRecord.Lane.HELD)
    return set(marks.values_list("record_id", flat=True))


def test_for_new_data_only_others_stay_until_it_is_applied_to_all() -> None:
    everybody_with_a_label()
    before = where()
    publish_on_evidence(simulated(), scope="new", by=staff("kim"))
    resolve_what_is_free()

    assert where() == before
    assert len(held()) == 6
    assert everything_off() == []

    arrive("crm", "hugo", **PEOPLE["hugo"], organisation="Harbour")
    resolve_what_is_free()

    assert not are_together(record("crm", "hugo"), record("shop", "hugo"))
    assert are_together(record("crm", "lena"), record("shop", "lena"))
    assert record("crm", "hugo").pk not in held()
    assert everything_off() == []

    assert spread(by=staff("sol")) == 5
    resolve()
    assert not are_together(record("crm", "lena"), record("shop", "lena"))
    assert everything_off() == []
    with pytest.raises(PublishRefused, match="all records already"):
        spread(by=staff("sol"))


def resolve_what_is_free() -> None:
    assert not resolve_until_settled(max_seconds=60).failed


def test_new_data_only_is_taken_back_exactly_too() -> None:
    everybody_with_a_label()
    before = where()
    publish_on_evidence(simulated(), scope="new", by=staff("kim"))
    arrive("crm", "hugo", **PEOPLE["hugo"], organisation="Harbour")
    resolve_what_is_free()
    assert where() != before

    take_back(by=staff("kim"))
    resolve()

    assert where() == before
    assert Decision.objects.binding().count() == 1
