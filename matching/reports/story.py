"""Reports in words: on the page of a customer, beside a case, and in the list of one's own."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from c360.models import User
from matching.models import Report, ReportedRecord, ReviewCase
from matching.reports.outcomes import Outcome, State, outcomes, reports_about, with_records
from profiles.models import Profile, SourceRecord

TOLD_FOR = timedelta(days=30)  # an answered report stays on the customer page this long
MOST = 20  # reports looked at for one customer page
LISTED = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One reported record and where it stands. `by` is who settled it, if a person did."""

    record: SourceRecord
    state: State
    profile_id: str
    case: ReviewCase | None
    by: User | None
    events: int

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN


@dataclass(frozen=True, slots=True)
class Told:
    """A report with its records; `name` is the customer's, where a list needs it."""

    report: Report
    lines: list[Line]
    is_mine: bool
    name: str = ""

    @property
    def is_open(self) -> bool:
        return any(line.is_open for line in self.lines)

    @property
    def answered_at(self) -> datetime | None:
        """When the last of its cases was settled; `None` while one waits."""
        times = [line.case.settled_at for line in self.lines if line.case]
        settled = [at for at in times if at is not None]
        return None if self.is_open or not settled else max(settled)

    @property
    def first_case(self) -> int | None:
        """The case of the first record that waits."""
        return next((line.case.pk for line in self.lines if line.is_open and line.case), None)


def on_page_of(profile: Profile, reader: User) -> list[Told]:
    """What the page of a customer says: to everyone what waits, to its author the answer.

    One query where nothing was reported.
    """
    found = _told(with_records(reports_about(profile)[:MOST]), reader)
    return [told for told in found if _concerns(told, profile)]


def _concerns(told: Told, profile: Profile) -> bool:
    if any(line.is_open and line.profile_id == profile.pk for line in told.lines):
        return True
    since = told.answered_at
    return told.is_mine and (since is None or timezone.now() - since < TOLD_FOR)


def beside(case: ReviewCase, reader: User) -> list[Told]:
    """The reports that a case was opened for, newest first, with all they name."""
    reports = Report.objects.filter(records__case=case).select_related("reported_by")
    return _told(with_records(reports.distinct().order_by("-reported_at")), reader)


def of_reporter(user: User) -> list[Told]:
    """What somebody reported, newest first, with the names of the customers as they are now."""
    mine = Report.objects.filter(reported_by=user).select_related("profile", "reported_by")
    found = _told(with_records(mine.order_by("-reported_at")[:LISTED]), user)
    ids = {line.profile_id for told in found for line in told.lines}
    names = dict(Profile.objects.filter(pk__in=ids).values_list("pk", "display_name"))
    return [
        Told(told.report, told.lines, told.is_mine, _name(told, names.get)) for told in found
    ]


def _name(told: Told, name_of: Callable[[str], str | None]) -> str:
    names = [told.report.profile.display_name, *(name_of(x.profile_id) for x in told.lines)]
    return next(filter(None, names), "")


def _told(reports: Collection[Report], reader: User) -> list[Told]:
    found = outcomes(reports)
    return [
        Told(report, _lines(report.records.all(), found), report.reported_by_id == reader.pk)
        for report in reports
    ]


def _lines(items: Iterable[ReportedRecord], found: dict[int, Outcome]) -> list[Line]:
    ordered = sorted(items, key=lambda item: item.record_id)
    return [_line(item, found[item.pk]) for item in ordered]


def _line(item: ReportedRecord, outcome: Outcome) -> Line:
    by = outcome.decision.decided_by if outcome.decision else None
    facts = (outcome.state, outcome.profile_id, item.case, by, len(item.events))
    return Line(item.record, *facts)
