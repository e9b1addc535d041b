"""The reasons that hold now. Each kind is one function that knows nothing of old notices."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from matching.data_quality.board import WHOLE, board
from matching.models import (
    MatchModelVersion,
    Notice,
    ReportedRecord,
    ReviewCase,
    StageChange,
)
from matching.queueing.readings import agreement
from matching.rules.stages import last_changes
from profiles.models import Override
from profiles.survivorship.overrides import last_day

UNANSWERED = timedelta(days=2)  # a report may take so long
ENDS_SOON = timedelta(days=14)  # of a choice of what is shown, or the last tenth of its time
LEFT_LYING = timedelta(days=14)  # a draft nobody has published or simulated since
FEWEST_READINGS = 20  # below that the share says little
AGREED_PERCENT = 85
Kind, State = Notice.Kind, MatchModelVersion.State


@dataclass(frozen=True, slots=True)
class Found:
    """A reason that holds: of which kind, about what, since when where that is known."""

    kind: Notice.Kind
    subject: str
    detail: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None


def reasons() -> list[Found]:
    """Everything that wants attention now. At most a dozen queries."""
    return [
        *_reports(),
        *_refused(),
        *_fallen_sources(),
        *_agreement(),
        *_limits(),
        *_versions(),
        *_endings(),
    ]


def _reports() -> Iterator[Found]:
    """Reports with a case that still waits, two days after they were made."""
    long_ago = timezone.now() - UNANSWERED
    waiting = ReportedRecord.objects.filter(
        case__settled_at=None, case__isnull=False, report__reported_at__lt=long_ago
    )
    rows = waiting.order_by("report__reported_at", "report").values_list(
        "report", "report__reported_at", "case"
    )
    first = {report: (at, case) for report, at, case in reversed(rows)}
    for report, (at, case) in first.items():
        yield Found(Kind.REPORT, str(report), {"case": case}, at)


def _refused() -> Iterator[Found]:
    """Cases whose answer contradicted what people said before, until they are answered."""
    refused = ReviewCase.objects.open().exclude(refused_at=None)
    for case, at in refused.order_by("refused_at", "pk").values_list("pk", "refused_at"):
        yield Found(Kind.REFUSED, str(case), {"case": case}, at)


def _fallen_sources() -> Iterator[Found]:
    """Sources whose newest change of stage was a fall: nobody has looked since."""
    for change in last_changes().values():
        if change.kind == StageChange.Kind.FELL:
            detail = {"source": change.source.name, "stage": str(change.get_after_display())}
            yield Found(Kind.STAGE, f"{change.source.slug}/{change.pk}", detail, change.at)


def _agreement() -> Iterator[Found]:
    """Second readings that agree less than they should."""
    found = agreement()
    if found.number >= FEWEST_READINGS and found.per_cent < AGREED_PERCENT:
        yield Found(
            Kind.AGREEMENT,
            "readings",
            {"percent": found.per_cent, "number": found.number, "floor": AGREED_PERCENT},
        )


def _limits() -> Iterator[Found]:
    """Figures above their limits, with who answers for the source."""
    for cell in board().problems:
        figure = cell.figure
        place = [figure.metric, figure.source.slug, figure.attribute or WHOLE]
        detail = {
            "place": place,
            "source": figure.source.name,
            "owner": figure.source.owner,
            "percent": round(cell.percent, 1),
            "limit": cell.limit,
        }
        yield Found(Kind.LIMIT, "/".join(place), detail)


def _versions() -> Iterator[Found]:
    """Versions with a report that wait for a second person, and drafts nobody goes on with."""
    waiting = MatchModelVersion.objects.filter(
        state__in=(State.DRAFT, State.SHADOW), published_at=None, made_by__isnull=False
    )
    for row in waiting.select_related("made_by"):
        detail = {"version": row.version, "who": str(row.made_by)}
        if row.created_at < timezone.now() - LEFT_LYING:
            yield Found(Kind.DRAFT, row.version, detail, row.created_at)
        elif row.report and row.state == State.SHADOW:
            made_at = datetime.fromisoformat(row.report["made_at"])
            yield Found(Kind.SIMULATED, row.version, detail, made_at)


def _endings() -> Iterator[Found]:
    """Choices of what is shown whose time is nearly over, with the customer they are about."""
    now = timezone.now()
    soon = Override.objects.standing().filter(until__lte=now + ENDS_SOON)
    told = soon.select_related("said_by").annotate(profile=F("record__membership__profile"))
    for choice in told.order_by("until", "pk"):
        since = choice.until - min(ENDS_SOON, (choice.until - choice.said_at) / 10)
        if since <= now:
            detail = {
                "profile": choice.profile,
                "attribute": choice.attribute,
                "who": str(choice.said_by),
                "day": last_day(choice).isoformat(),
            }
            yield Found(Kind.ENDING, str(choice.pk), detail, since)
