"""The board: the figures of the last count as tables, with their trend and what is too much."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _

from matching.data_quality.trend import Trend
from matching.models import Metric, QualityFigure, QualityRun, QualityThreshold
from profiles.desk.values import label
from profiles.models import Source

DAYS = 30
USUAL = {
    Metric.MISSING: 50,
    Metric.INVALID: 5,
    Metric.STALE: 25,
    Metric.CONFLICT: 25,
    Metric.QUARANTINED: 5,
}
"""From how many percent on a figure is a problem, where nobody has said otherwise."""

BY_ATTRIBUTE = (Metric.MISSING, Metric.INVALID, Metric.STALE, Metric.CONFLICT)
ORDER = ("", "full_name", "email", "phone", "birth_date", "address", "gender", "organisation")
Key = tuple[str, str, str]  # metric, slug of the source, attribute


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure, and from how many percent on it is a problem."""

    figure: QualityFigure
    limit: int

    @property
    def percent(self) -> float:
        return percent_of(self.figure.count, self.figure.total)

    @property
    def is_over(self) -> bool:
        """Above the limit; a limit of nought is crossed by the first record."""
        return self.figure.count > 0 and self.percent > self.limit

    @property
    def place(self) -> str:
        """The attribute as addresses name it."""
        return self.figure.attribute or WHOLE


WHOLE = "record"  # the attribute of figures about whole records, in addresses


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute: a cell for each source of the board, `None` where it has none."""

    attribute: str
    label: str
    cells: list[Cell | None]
    trend: Trend


@dataclass(frozen=True, slots=True)
class Table:
    """One metric; rows in the order in which people read of a customer."""

    metric: Metric
    rows: list[Row]


@dataclass(frozen=True)
class Board:
    """What the page shows; without a count `run` is `None` and everything else empty."""

    run: QualityRun | None = None
    sources: list[Source] = field(default_factory=list)
    arrivals: list[Cell] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    @property
    def problems(self) -> list[Cell]:
        """Cells that are too much, the worst first."""
        cells = [c for t in self.tables for row in t.rows for c in row.cells if c]
        over = [cell for cell in (*self.arrivals, *cells) if cell.is_over]
        return sorted(over, key=lambda cell: cell.limit - cell.percent)


def percent_of(count: int, total: int) -> float:
    """Per hundred; nothing of nothing is none."""
    return 100 * count / total if total else 0.0


def board() -> Board:
    """The last count. Four queries."""
    run = QualityRun.objects.order_by("-day").first()
    if run is None:
        return Board()
    cells = cells_of(run)
    sources = sorted({cell.figure.source for cell in cells}, key=lambda source: source.slug)
    trends = _trends(run.day)
    return Board(
        run=run,
        sources=sources,
        arrivals=[cell for cell in cells if cell.figure.metric == Metric.QUARANTINED],
        tables=[_table(metric, cells, sources, trends) for metric in BY_ATTRIBUTE],
    )


def cells_of(run: QualityRun) -> list[Cell]:
    """All figures of a count with their limits. Two queries."""
    limits: dict[Key, int] = {
        (metric, slug, attribute): percent
        for metric, slug, attribute, percent in QualityThreshold.objects.values_list(
            "metric", "source__slug", "attribute", "percent"
        )
    }
    figures = run.figures.select_related("source").order_by("source__slug", "attribute")
    return [Cell(figure, limits.get(key_of(figure), _usual(figure))) for figure in figures]


def key_of(figure: QualityFigure) -> Key:
    return figure.metric, figure.source.slug, figure.attribute


def _usual(figure: QualityFigure) -> int:
    return USUAL[Metric(figure.metric)]


def _table(
    metric: Metric,
    cells: Iterable[Cell],
    sources: list[Source],
    trends: Mapping[tuple[str, str], Trend],
) -> Table:
    rows: dict[str, dict[int, Cell]] = defaultdict(dict)
    for cell in cells:
        if cell.figure.metric == metric:
            rows[cell.figure.attribute][cell.figure.source_id] = cell
    return Table(
        metric,
        [
            Row(
                attribute,
                attribute_label(attribute),
                [rows[attribute].get(source.pk) for source in sources],
                trends.get((metric, attribute), Trend(())),
            )
            for attribute in sorted(rows, key=reading_order)
        ],
    )


def reading_order(attribute: str) -> tuple[int, str]:
    place = ORDER.index(attribute) if attribute in ORDER else len(ORDER)
    return place, attribute


def attribute_label(attribute: str) -> str:
    """The words for an attribute, or for whole records."""
    return label(attribute) if attribute else _("Whole record")


def _trends(last: date) -> dict[tuple[str, str], Trend]:
    """Percent by day of every metric and attribute over all sources. One query."""
    figures = QualityFigure.objects.filter(run__day__gt=last - timedelta(days=DAYS))
    by_day = figures.values_list("metric", "attribute", "run__day").annotate(
        count=Sum("count"), total=Sum("total")
    )
    points: dict[tuple[str, str], list[tuple[date, float]]] = defaultdict(list)
    for metric, attribute, day, count, total in by_day.order_by("run__day"):
        points[metric, attribute].append((day, percent_of(count, total)))
    return {key: Trend(tuple(found)) for key, found in points.items()}
