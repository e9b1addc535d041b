"""Audits of automatic joins, how right they are, and the stages of sources."""

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from matching.fitting.versions import compare_with_live
from matching.models import Audit, DirtyRecord, ReviewCase, StageChange
from matching.rules import audits
from matching.rules.audits import draw
from matching.rules.precision import Right, by_pair, fewest, of_source, would_join
from matching.rules.stages import (
    StageRefused,
    fallen_lately,
    move,
    standing_of,
    step_back_where_due,
)
from matching.second_person.proposals import answer
from profiles.models import Source
from tests.matching.arrivals import (
    are_together,
    arrive,
    everything_off,
    record,
    resolve,
    say,
    split,
)
from tests.matching.pages import text
from tests.matching.test_versions import between, everybody_arrives, stored, with_join
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_join_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audits, "SHARES", {"auto": 1.0, "assist": 1.0})


def waiting() -> list[ReviewCase]:
    return list(audits.waiting().order_by("pk"))


def source(slug: str) -> Source:
    return Source.objects.get(slug=slug)


def test_joins_are_drawn_once_and_nothing_else_is() -> None:
    everybody_arrives()
    arrive("crm", "alone", given_name="Quentin", family_name="Abernathy")
    resolve()
    say("same", record("crm", "hugo"), record("shop", "hugo"))

    assert draw() == 2  # of Hugo's records a person has said enough
    assert draw() == 0

    drawn = {(audit.lo.external_id, audit.share) for audit in Audit.objects.all()}
    assert drawn == {("anna", 1.0), ("lena", 1.0)}
    assert everything_off() == []


def test_the_lot_depends_on_the_records_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_arrives()
    monkeypatch.setattr(audits, "SHARES", {"auto": 0.5, "assist": 0.5})
    draw()
    first = set(Audit.objects.values_list("lo_id", "hi_id"))
    Audit.objects.all().delete()
    ReviewCase.objects.all().delete()

    draw()

    assert set(Audit.objects.values_list("lo_id", "hi_id")) == first


def test_only_so_many_wait_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_arrives()
    monkeypatch.setattr(audits, "MOST_OPEN", 2)

    assert (draw(), draw()) == (2, 0)


def test_same_confirms_a_join_and_not_same_splits_it() -> None:
    everybody_arrives()
    draw()
    for case in waiting():
        verdict = "different" if case.lo.external_id == "hugo" else "same"
        answer(case, verdict=verdict, decided_by=staff("sol"))
    resolve()

    assert not waiting()
    assert not are_together(record("crm", "hugo"), record("shop", "hugo"))
    assert are_together(record("crm", "anna"), record("shop", "anna"))
    [found] = by_pair()
    assert (found.name, found.drawn, found.answered, found.right) == ("crm – shop", 3, 3, 2)
    assert everything_off() == []


def test_a_report_says_how_many_labels_were_drawn_by_lot() -> None:
    everybody_arrives()
    say("same", record("crm", "lena"), record("shop", "lena"))
    draw()
    answer(waiting()[0], verdict="same", decided_by=staff("sol"))
    stored(with_join(between()))

    said = compare_with_live("strict")["decisions"]

    assert (said["decided"], said["drawn_by_lot"]) == (2, 1)


def test_resolving_again_leaves_an_audit_and_a_split_closes_it() -> None:
    everybody_arrives()
    draw()
    arrive(
        "crm",
        "anna",
        given_name="Anna",
        family_name="Kowalska",
        birth_date="1984-03-12",
        email=["anna.k77@example.org"],
        organisation="Harbour",
    )
    resolve()
    assert len(waiting()) == 3

    split(record("shop", "hugo").membership.profile, record("shop", "hugo"))
    assert audits.settle_those_without_a_question() == 1

    assert len(waiting()) == 2
    assert DirtyRecord.objects.count() == 2


def test_an_audit_is_asked_blind() -> None:
    everybody_arrives()
    draw()
    case = waiting()[0]

    page = text(signed_in("sol").get(f"/review/{case.pk}/"))

    assert "Drawn by lot" in page
    for hint in ("Evidence", "joined with", "If not same", case.lo.membership.profile_id):
        assert hint not in page


def test_agents_are_not_told_of_audits() -> None:
    everybody_arrives()
    profile = record("crm", "anna").membership.profile_id
    before = text(signed_in("ana").get(f"/c/{profile}/confidence/"))
    draw()

    assert text(signed_in("ana").get(f"/c/{profile}/confidence/")) == before
    assert "Under review" not in before


def test_as_many_answers_are_needed_as_a_faultless_record_takes(settings: Settings) -> None:
    assert fewest() == 73
    assert Right("", 73, 73).holds and not Right("", 72, 72).holds
    assert not Right("", 72, 72).has_fallen  # too few to say
    assert Right("", 74, 72).has_fallen
    assert Right("", 12, 6).has_fallen  # sure of it early

    settings.C360_PRECISION_FLOOR = 0.8
    assert fewest() == 16


def answers(monkeypatch: pytest.MonkeyPatch, right: int, answered: int) -> None:
    """As if so many joins of each source were answered since it came to its stage."""
    found = Right("", answered, right)
    monkeypatch.setattr("matching.rules.stages._evidence", lambda source, change: found)


def test_a_source_climbs_on_evidence_and_by_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_arrives()
    Source.objects.filter(slug="shop").update(stage="suggest")

    answers(monkeypatch, 60, 60)
    with pytest.raises(StageRefused, match="60 of 73 answers"):
        move(source("shop"), to="assist", by=staff("sol"))
    answers(monkeypatch, 80, 90)
    with pytest.raises(StageRefused, match="below the floor"):
        move(source("shop"), to="assist", by=staff("sol"))
    answers(monkeypatch, 80, 80)
    with pytest.raises(StageRefused, match="changed meanwhile"):
        move(source("shop"), to="auto", by=staff("sol"))
    move(source("shop"), to="assist", by=staff("sol"))

    assert source("shop").stage == "assist"
    told = StageChange.objects.get()
    assert (told.before, told.after, told.by) == ("suggest", "assist", staff("sol"))
    assert told.evidence["right"] == 80
    assert DirtyRecord.objects.filter(record__source__slug="shop").count() == 3


def test_to_be_asked_about_needs_no_evidence_and_stepping_down_neither() -> None:
    everybody_arrives()
    Source.objects.filter(slug="shop").update(stage="observe")

    move(source("shop"), to="suggest", by=staff("sol"))
    move(source("crm"), to="assist", by=staff("sol"))

    assert (source("shop").stage, source("crm").stage) == ("suggest", "assist")


def test_a_source_falls_by_itself_when_it_is_no_longer_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everybody_arrives()
    answers(monkeypatch, 73, 73)
    assert step_back_where_due() == []

    answers(monkeypatch, 70, 75)
    fallen = step_back_where_due()

    assert {change.source.slug for change in fallen} == {"crm", "shop"}
    assert {source(slug).stage for slug in ("crm", "shop")} == {"assist"}
    assert fallen_lately() == 2
    assert "2" in text(signed_in("sol").get("/rules/badge/"))
    assert "stepped back by itself" in text(signed_in("sol").get("/rules/"))

    move(source("crm"), to="suggest", by=staff("sol"))
    assert fallen_lately() == 1


def test_only_answers_since_a_source_came_to_its_stage_count() -> None:
    everybody_arrives()
    draw()
    for case in waiting():
        answer(case, verdict="different", decided_by=staff("sol"))
    resolve()
    assert standing_of(source("crm")).evidence.answered == 3
    assert of_source("shop").right == 0

    move(source("crm"), to="assist", by=staff("sol"))

    assert standing_of(source("crm")).evidence.answered == 0


def test_a_source_that_only_suggests_is_judged_by_pairs_strong_enough_to_join() -> None:
    everybody_arrives()
    Source.objects.filter(slug="shop").update(stage="suggest")
    say("same", record("crm", "anna"), record("shop", "anna"))
    say("different", record("crm", "hugo"), record("shop", "hugo"))

    found = would_join(source("shop").pk, join_bits=0.0)

    assert (found.answered, found.right) == (2, 1)
    assert would_join(source("shop").pk, join_bits=99.0).answered == 0


@pytest.mark.parametrize("kind", ["set", "fell"])
def test_who_sets_a_stage_has_a_name_and_what_falls_has_none(kind: str) -> None:
    everybody_arrives()
    by = staff("sol") if kind == "fell" else None

    with pytest.raises(IntegrityError), transaction.atomic():
        StageChange.objects.create(
            source=source("crm"), kind=kind, before="auto", after="assist", evidence={}, by=by
        )
