"""One cell of the board: its figure, trend and limit, for those who may see the records."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from c360.models import User
from c360.showing import note_access
from matching.data_quality.board import (
    DAYS,
    USUAL,
    WHOLE,
    Cell,
    attribute_label,
    board,
    percent_of,
)
from matching.data_quality.lists import Found, records_behind, said_by
from matching.data_quality.trend import Trend
from matching.models import Metric, QualityFigure, QualityThreshold
from matching.review import REVIEW

MOST_TOLD = 5_000  # rows of a file for an owner


def cell_for(user: User, metric: str, slug: str, attribute: str) -> Cell:
    """The one door to a cell and the records behind it; the last count's figure.

    Raises `PermissionDenied` before anything is looked up, `Http404` where there is no such
    cell. Two queries.
    """
    if not user.has_perm(REVIEW):
        raise PermissionDenied
    name = "" if attribute == WHOLE else attribute
    of_cell = figures_of(metric, slug, name).select_related("source", "run")
    newest = of_cell.order_by("-run__day").first()
    if newest is None:
        raise Http404
    own = QualityThreshold.objects.filter(metric=metric, source__slug=slug, attribute=name)
    limit = own.values_list("percent", flat=True).first()
    return Cell(newest, USUAL[Metric(newest.metric)] if limit is None else limit)


def figures_of(metric: str, slug: str, attribute: str) -> QuerySet[QualityFigure]:
    """The figures of one cell, of all days."""
    return QualityFigure.objects.filter(metric=metric, source__slug=slug, attribute=attribute)


def trend_of(cell: Cell) -> Trend:
    """Its percentages of the last days. One query."""
    figure = cell.figure
    days = figures_of(figure.metric, figure.source.slug, figure.attribute)
    since = figure.run.day - timedelta(days=DAYS)
    rows = days.filter(run__day__gt=since).order_by("run__day")
    return Trend(
        tuple(
            (day, percent_of(count, total))
            for day, count, total in rows.values_list("run__day", "count", "total")
        )
    )


def listed(cell: Cell, *, after: str = "", limit: int = 0) -> Found:
    """The records behind a cell, noted for the access log."""
    figure = cell.figure
    more = {"limit": limit} if limit else {}
    found = records_behind(
        Metric(figure.metric), figure.source, figure.attribute, after=after, **more
    )
    note_access(
        profiles=found.profile_ids,
        records=found.record_ids,
        fields=[figure.attribute] if figure.attribute else (),
        results=len(found.rows),
    )
    return found


def set_limit(cell: Cell, percent: int | None, *, by: User) -> None:
    """From how many percent on the cell is a problem; `None` for the usual."""
    figure = cell.figure
    key: dict[str, Any] = {
        "metric": figure.metric,
        "source": figure.source,
        "attribute": figure.attribute,
    }
    if percent is None:
        QualityThreshold.objects.filter(**key).delete()
        return
    said = {"percent": percent, "set_by": by, "set_at": timezone.now()}
    QualityThreshold.objects.update_or_create(**key, defaults=said)


def file_for_owner(cell: Cell) -> str:
    """CSV of the records of the source with the defect, by its own keys; no values."""
    return as_csv(_told(cell, listed(cell, limit=MOST_TOLD)))


def _told(cell: Cell, found: Found) -> Iterator[tuple[Any, ...]]:
    figure = cell.figure
    defect = (figure.attribute or WHOLE, figure.metric)
    if figure.metric == Metric.QUARANTINED:
        yield "file", "line", "column", "reason", "received"
        for row in found.rows:
            yield row["origin"], row["line"], row["column"], row["reason"], row["at"].date()
        return
    yield "external_id", "attribute", "defect", "changed", "chosen_from"
    for row in found.rows:
        chosen = said_by(row)[0]["source"] if figure.metric == Metric.CONFLICT else ""
        yield row["external_id"], *defect, row["at"].date(), chosen


def figures_csv() -> str:
    """All figures of the last count; nothing of any one customer."""
    found = board()
    rows: list[tuple[Any, ...]] = [
        ("metric", "source", "attribute", "count", "of", "percent", "limit", "as_of")
    ]
    cells = [c for table in found.tables for row in table.rows for c in row.cells if c]
    for cell in (*found.arrivals, *cells):
        figure = cell.figure
        facts = (figure.count, figure.total, f"{cell.percent:.2f}", cell.limit)
        where = (figure.metric, figure.source.slug, figure.attribute or WHOLE)
        rows.append((*where, *facts, found.run.taken_at.isoformat() if found.run else ""))
    return as_csv(rows)


def as_csv(rows: Any) -> str:
    """Rows as CSV; text a spreadsheet would take for a formula is quoted by an apostrophe."""
    file = io.StringIO()
    csv.writer(file).writerows([_harmless(cell) for cell in row] for row in rows)
    return file.getvalue()


def _harmless(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return cell


def title_of(cell: Cell) -> str:
    """E.g. "Missing: Phone"."""
    figure = cell.figure
    return f"{Metric(figure.metric).label}: {attribute_label(figure.attribute)}"
