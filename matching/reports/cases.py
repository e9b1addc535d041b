"""The cases that reports open: at the head of the queue until they are answered."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from c360.sql.arrays import id_array
from c360.sql.prepared import ask
from matching.confidence import Tie, ties_among
from matching.models import Report, ReportedRecord, ReviewCase
from matching.reports.outcomes import Outcome, State, outcomes, with_records

REPORTED_IN = """
SELECT DISTINCT report_id FROM matching_reportedrecord WHERE record_id = ANY(%s::bigint[])
"""


@dataclass(frozen=True)
class Asked:
    """Reported records of locked components, and where each of them stands now."""

    items: list[ReportedRecord]
    outcomes: Mapping[int, Outcome]


def asked_about(record_ids: Collection[int]) -> Asked:
    """The reports that name some of these records. One query where there are none."""
    ids = [pk for (pk,) in ask(REPORTED_IN, [id_array(record_ids)], about=len(record_ids))]
    reports = with_records(Report.objects.filter(pk__in=ids)) if ids else []
    return _asked(reports)


def _asked(reports: Collection[Report]) -> Asked:
    items = [item for report in reports for item in report.records.all()]
    return Asked(sorted(items, key=lambda item: item.pk), outcomes(reports))


def open_cases_of(report: Report) -> set[int]:
    """Ask stewards about a new report; returns the records of the cases that were opened."""
    [loaded] = with_records([report])
    return ask_again(_asked([loaded]))


def close_answered(asked: Asked) -> set[int]:
    """Settle the cases of records that are answered, or that others are asked of by now.

    Comes before the machine's own questions are opened: there is one open case for a pair.
    Returns the records of the cases that were settled.
    """
    done = [item.case for item in asked.items if item.case and not _still_asks(item, asked)]
    closing = {case.pk: case for case in done if case.settled_at is None}
    kept = {item.case_id for item in asked.items if _still_asks(item, asked)}
    ids = closing.keys() - kept
    if ids:
        ReviewCase.objects.filter(pk__in=ids).update(settled_at=timezone.now())
    return {pk for each in ids for pk in (closing[each].lo_id, closing[each].hi_id)}


def _still_asks(item: ReportedRecord, asked: Asked) -> bool:
    found = asked.outcomes[item.pk]
    return found.state == State.OPEN and item.asked_of_id in found.others


def ask_again(asked: Asked) -> set[int]:
    """Open the case of every record that waits for an answer and has none.

    Returns the records of the cases that were opened.
    """
    opened: set[int] = set()
    for item in asked.items:
        found = asked.outcomes[item.pk]
        if found.state != State.OPEN:
            continue
        if not _still_asks(item, asked):
            item.asked_of_id = _most_plausible(item.record_id, found.others)
        opened |= _ask(item)
    return opened


def _most_plausible(record_id: int, others: Collection[int]) -> int:
    """The record that speaks most for a reported one being here: whose answer decides."""
    best = max(_ties_of(record_id, others), key=_strength, default=None)
    if best is None:
        return min(others)
    return best.hi if best.lo == record_id else best.lo


def _ties_of(record_id: int, others: Collection[int]) -> Iterable[Tie]:
    ties = ties_among({record_id, *others})
    return [tie for tie in ties if record_id in (tie.lo, tie.hi)]


def _strength(tie: Tie) -> tuple[bool, float, int]:
    return (tie.is_said, tie.weight_bits, -(tie.lo + tie.hi))


def _ask(item: ReportedRecord) -> set[int]:
    """Open the case of one record, or take up the one that asks about the same pair."""
    lo, hi = sorted((item.record_id, item.asked_of_id or 0))
    case = ReviewCase.objects.open().filter(lo=lo, hi=hi).first() or _earlier(item, lo, hi)
    is_new = case is None or case.settled_at is not None
    if case is None:
        case = ReviewCase(lo_id=lo, hi_id=hi, weight_bits=_weight(lo, hi))
    if is_new or case.reason != ReviewCase.Reason.REPORTED:
        case.reason, case.detail = ReviewCase.Reason.REPORTED, ""
        case.settled_at = case.snoozed_until = None
        case.save()
    ReportedRecord.objects.filter(pk=item.pk).update(asked_of=item.asked_of_id, case=case)
    item.case = case
    return {lo, hi} if is_new else set()


def _earlier(item: ReportedRecord, lo: int, hi: int) -> ReviewCase | None:
    """The settled case of a record, where it asks about the same pair."""
    case = item.case
    return case if case and (case.lo_id, case.hi_id) == (lo, hi) else None


def _weight(lo: int, hi: int) -> float:
    return max((tie.weight_bits for tie in ties_among((lo, hi))), default=0.0)
