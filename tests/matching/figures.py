"""Figures of data quality made row by row, for the tests of pages."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from matching.models import QualityFigure, QualityRun
from profiles.models import Source

HARMLESS = {"pairs": 0, "keyless": 0}


def make_run(days_ago: int = 0) -> QualityRun:
    """A count of some day; asking again gives the same."""
    at = timezone.now() - timedelta(days=days_ago)
    facts = {"taken_at": at, "records": 4}
    return QualityRun.objects.get_or_create(day=at.date(), defaults=facts)[0]


def make_figure(
    source: Source, attribute: str, days_ago: int = 0, **fields: Any
) -> QualityFigure:
    """One of four records lacks an attribute, unless said otherwise."""
    facts = {"metric": "missing", "count": 1, "total": 4, "detail": HARMLESS, **fields}
    return QualityFigure.objects.create(
        run=make_run(days_ago), source=source, attribute=attribute, **facts
    )
