"""What may be reported of a customer: joined records, what happened, what was said before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from matching.deciding.preview import fingerprint
from matching.models import Decision
from matching.reports.outcomes import suspects
from profiles.desk.timeline.kinds import ICONS, kind_label
from profiles.desk.values import joined_records
from profiles.models import Event, Profile, SourceRecord

KINDS = ("order", "return", "ticket", "call", "subscription")
NEWEST = 3  # things listed of each record


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened with a record, as far as it tells people apart."""

    id: int
    kind: str
    title: str
    number: str
    at: datetime | None

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A joined record that may be ticked; `is_suspect` where it is reported already."""

    record: SourceRecord
    happenings: list[Happening]
    is_suspect: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The candidates, what stewards said of them before, and the fingerprint of all this."""

    candidates: list[Candidate]
    said: list[Decision]
    seen: str

    @property
    def members(self) -> list[int]:
        return [each.record.pk for each in self.candidates]

    @property
    def events(self) -> dict[int, int]:
        """Each listed event and its record."""
        return {
            happening.id: each.record.pk
            for each in self.candidates
            for happening in each.happenings
        }


def report_page(profile: Profile) -> ReportPage:
    """What may be reported about a profile. Five queries, whatever its size."""
    records = joined_records(profile)
    ids = [record.pk for record in records]
    happened = _happenings(ids)
    marked = suspects(profile)
    candidates = [
        Candidate(record, happened.get(record.pk, []), record.pk in marked)
        for record in records
    ]
    return ReportPage(candidates, said_before(ids), fingerprint(ids))


def said_before(record_ids: Collection[int]) -> list[Decision]:
    """Where stewards said that some of these records are one person, newest first."""
    said = Decision.objects.binding().filter(
        verdict=Decision.Verdict.SAME, lo__in=record_ids, hi__in=record_ids
    )
    loaded = said.select_related("decided_by", "lo__source", "hi__source")
    return list(loaded.order_by("-decided_at", "pk"))


def _happenings(record_ids: Sequence[int]) -> dict[int, list[Happening]]:
    """The newest orders, tickets, calls and the like of each record. One query."""
    newest = Event.objects.filter(record=OuterRef("pk"), kind__in=KINDS)
    facts = JSONObject(
        id="id",
        kind="kind",
        name="name",
        number="object_id",
        at="occurred_at",
    )
    listed = newest.order_by("-occurred_at", "-id").values(facts=facts)[:NEWEST]
    rows = SourceRecord.objects.filter(pk__in=record_ids).annotate(newest=ArraySubquery(listed))
    return {
        pk: [_happening(each) for each in found]
        for pk, found in rows.values_list("pk", "newest")
    }


def _happening(facts: dict[str, Any]) -> Happening:
    kind = facts["kind"]
    at = parse_datetime(facts["at"])
    return Happening(facts["id"], kind, facts["name"] or kind_label(kind), facts["number"], at)
