"""What became of reports: a function of who is joined now and of what was decided since.

A report asks whether a record belongs to the records nobody objected to. It is answered once a
steward has said of the record and one of those that they are one person, once it is together
with none of them any more, or once sources have deleted what it was about. Undoing a decision
takes the answer away with it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet, prefetch_related_objects

from matching.models import Decision, Report, ReportedRecord
from matching.review import cases_of
from profiles.models import Membership, Profile

Pair = tuple[int, int]


class State(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    SPLIT = "split"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a reported record stands. `decision` is what settled it, if a person did.

    `profile_id` is the customer the record belongs to now; `others` are the records it still
    shares that customer with and nobody objected to.
    """

    state: State
    profile_id: str
    others: frozenset[int] = frozenset()
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    profile_id: str
    is_live: bool


def with_records(reports: Iterable[Report]) -> list[Report]:
    """Load the records of each report with their sources. One query."""
    loaded = list(reports)
    prefetch_related_objects(loaded, "records__record__source", "records__case")
    return loaded


def suspects(profile: Profile) -> set[int]:
    """The records of a profile that are reported and wait for an answer. One query."""
    return {
        record
        for case in cases_of(profile)
        for record in case.reported
        if profile.pk == (case.lo_profile if record == case.lo else case.hi_profile)
    }


def reports_about(profile: Profile) -> QuerySet[Report]:
    """Reports that name or saw records which belong to a profile now, newest first."""
    members = Membership.objects.filter(profile=profile).values("record_id")
    about = Report.objects.filter(records_seen__overlap=ArraySubquery(members))
    return about.select_related("reported_by").order_by("-reported_at")


def outcomes(reports: Collection[Report]) -> dict[int, Outcome]:
    """The outcome of every reported record, by the id of its row. Two queries, or none.

    The `records` of the reports are loaded already.
    """
    items = [(report, item) for report in reports for item in report.records.all()]
    if not items:
        return {}
    seen = {pk for report in reports for pk in report.records_seen}
    places = _places(seen)
    said = _decisions({item.record_id for _report, item in items}, seen)
    return {item.pk: _outcome(report, item, places, said) for report, item in items}


def _places(record_ids: Collection[int]) -> dict[int, _Place]:
    rows = Membership.objects.filter(record__in=record_ids).select_related("record")
    return {row.record_id: _Place(row.profile_id, row.record.is_live) for row in rows}


def _decisions(reported: Collection[int], seen: Collection[int]) -> dict[Pair, Decision]:
    """What holds between reported records and the others, by pair."""
    ends = Q(lo__in=reported, hi__in=seen) | Q(hi__in=reported, lo__in=seen)
    rows = Decision.objects.binding().filter(ends).select_related("decided_by")
    return {(row.lo_id, row.hi_id): row for row in rows}


def _outcome(
    report: Report,
    item: ReportedRecord,
    places: Mapping[int, _Place],
    said: Mapping[Pair, Decision],
) -> Outcome:
    mine, record = places[item.record_id], item.record_id
    living = {pk for pk in report.stayed if pk in places and places[pk].is_live}
    if not mine.is_live or not living:
        return Outcome(State.GONE, mine.profile_id)
    others = frozenset(pk for pk in living if places[pk].profile_id == mine.profile_id)
    since = [
        decision
        for pk in sorted(others or living)
        if (decision := said.get(_ordered(record, pk))) is not None
        and decision.decided_at > report.reported_at
    ]
    if not others:
        return Outcome(State.SPLIT, mine.profile_id, decision=next(iter(since), None))
    # A word that came back because a later one was undone is older than the report.
    same = [each for each in since if each.kind != Decision.Kind.UNDO]
    if same:
        return Outcome(State.CONFIRMED, mine.profile_id, others, same[0])
    return Outcome(State.OPEN, mine.profile_id, others)


def _ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
