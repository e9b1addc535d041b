"""What colleagues chose, proposed, reported and decided of a person, in their words."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Q

from consent.own_data.person import Coded, Person, Row, bases, by, record_name, words_about
from matching.models import Decision, Hold, Proposal, Report
from profiles.desk.values import label
from profiles.models import CorrectionProposal, Override, RecordVersion, SourceRecord
from profiles.survivorship.overrides import value_hash
from profiles.survivorship.said import is_blank, values_of


def choices(person: Person) -> list[Row]:
    """Which value a steward wanted shown, by whom, when, why, and on what basis it is held."""
    rows = Override.objects.filter(record__in=person.records).prefetch_related(
        "said_by__groups", "ended_by__groups"
    )
    return [_choice(person, row) for row in rows.order_by("said_at", "pk")]


def _choice(person: Person, row: Override) -> Row:
    record = person.records[row.record_id]
    return {
        "record": record_name(record),
        "attribute": Coded(row.attribute, label(row.attribute)),
        "value": _preferred(record, row),
        "is_shown": _is_shown(person, row),
        "by": by(row.said_by),
        "at": row.said_at,
        "until": row.until,
        "reason": row.reason,
        "bases": bases(record, row.attribute),
        "ended": Coded(row.end, row.get_end_display()),
        "ended_by": by(row.ended_by),
        "ended_at": row.ended_at,
    }


def _is_shown(person: Person, row: Override) -> bool:
    entry = person.profile.golden.get(row.attribute, {})
    return bool(entry.get("override", {}).get("id") == str(row.pk))


def _preferred(record: SourceRecord, row: Override) -> Any:
    """The value that was chosen, found by its hash in the record or in what it said before."""
    versions = RecordVersion.objects.filter(record=record).order_by("-received_at", "-pk")
    said: list[SourceRecord | RecordVersion] = [record, *versions]
    values = (each for one in said for each in dict(values_of(one)).get(row.attribute, []))
    known = (each for each in values if not is_blank(each))
    return next((v for v in known if value_hash(row.attribute, v) == row.value_hash), None)


def corrections(person: Person) -> list[Row]:
    """What somebody said a value should be."""
    rows = CorrectionProposal.objects.filter(record__in=person.records).prefetch_related(
        "proposed_by__groups", "withdrawn_by__groups"
    )
    return [
        {
            "record": record_name(person.records[row.record_id]),
            "attribute": Coded(row.attribute, label(row.attribute)),
            "value": row.value,
            "why": Coded(row.why, row.get_why_display()),
            "said_by": Coded(row.said_by, row.get_said_by_display()),
            "words": row.words,
            "by": by(row.proposed_by),
            "at": row.proposed_at,
            "bases": bases(person.records[row.record_id], row.attribute),
            "state": Coded(row.state, row.get_state_display()),
            "ended_by": by(row.withdrawn_by),
            "ended_at": row.withdrawn_at,
        }
        for row in rows.order_by("proposed_at", "pk")
    ]


def reports(person: Person) -> list[Row]:
    """Who said that records do not belong to the customer; of any record of the person."""
    rows = Report.objects.filter(records_seen__overlap=list(person.records))
    found = rows.prefetch_related("records", "reported_by__groups")
    return [
        {
            "records": person.named(each.record_id for each in row.records.all()),
            "why": Coded(row.why, row.get_why_display()),
            **words_about(person, row.records_seen, row.words),
            "by": by(row.reported_by),
            "at": row.reported_at,
        }
        for row in found.order_by("reported_at", "pk")
    ]


def decisions(person: Person) -> list[Row]:
    """What was decided of the person's records, one row for each action. Three queries."""
    mine = Decision.objects.filter(Q(lo__in=person.records) | Q(hi__in=person.records))
    rows = Decision.objects.filter(action__in=mine.values("action"))
    return [
        _decision(person, said)
        for said in _by_action(rows.prefetch_related("decided_by__groups"))
    ]


def _decision(person: Person, said: list[Decision]) -> Row:
    first, about = said[0], {pk for row in said for pk in (row.lo_id, row.hi_id)}
    return {
        "records": person.named(about),
        "kind": Coded(first.kind, first.get_kind_display()),
        "verdict": Coded(first.verdict, first.get_verdict_display()),
        **words_about(person, about, first.reason),
        "by": by(first.decided_by),
        "at": first.decided_at,
    }


def locks(person: Person) -> list[Row]:
    """That the customer was locked as it is, or is not any more, one row for each action."""
    mine = Hold.objects.filter(record__in=person.records)
    rows = Hold.objects.filter(action__in=mine.values("action"))
    return [
        _lock(person, said) for said in _by_action(rows.prefetch_related("decided_by__groups"))
    ]


def _lock(person: Person, said: list[Hold]) -> Row:
    first, about = said[0], [row.record_id for row in said]
    return {
        "records": person.named(about),
        "kind": Coded(first.kind, first.get_kind_display()),
        **words_about(person, about, first.reason),
        "by": by(first.decided_by),
        "at": first.decided_at,
    }


def _by_action(rows: Any) -> list[list[Any]]:
    """The rows of each action together, the oldest action first."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows.order_by("decided_at", "pk"):
        found[row.action].append(row)
    return list(found.values())


def proposals(person: Person) -> list[Row]:
    """What one colleague proposed for a second one to agree to."""
    mine = Q(case__lo__in=person.records) | Q(case__hi__in=person.records)
    rows = Proposal.objects.filter(mine).select_related("case")
    found = rows.prefetch_related("proposed_by__groups", "answered_by__groups")
    return [
        {
            "records": person.named(_of_proposal(row)),
            "verdict": Coded(row.verdict, row.get_verdict_display()),
            **words_about(person, _of_proposal(row), row.reason),
            "by": by(row.proposed_by),
            "at": row.proposed_at,
            "ended": Coded(row.answer, row.get_answer_display()),
            "ended_by": by(row.answered_by),
            "ended_at": row.answered_at,
        }
        for row in found.order_by("proposed_at", "pk")
    ]


def _of_proposal(row: Proposal) -> set[int]:
    planned = {pk for group in row.plan or () for pk in group}
    return {row.case.lo_id, row.case.hi_id, *planned}
