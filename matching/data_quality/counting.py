"""Taking the figures of a day: everything counted in one transaction, beside running work."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from c360 import advisory
from c360.live import announce
from matching.data_quality.statements import FIGURES, PREPARE, TABLES
from matching.models import QualityFigure, QualityRun
from matching.notices.keeping import bring_up_to_date
from profiles.models import SourceRecord

QUALITY = "quality"  # the signal that there are new numbers
EVERY = timedelta(hours=1)
SHARED = 3  # customers with one unusable value, from which on it tells nothing of any


def count_if_due() -> QualityRun | None:
    """Count again where the last count is an hour old or there is none; else do nothing."""
    last = QualityRun.objects.order_by("-day").first()
    if last is not None and timezone.now() - last.taken_at < EVERY:
        return None
    return count_now()


@transaction.atomic
def count_now() -> QualityRun | None:
    """Count everything and keep it as the figures of today; `None` where somebody is at it.

    Reads without locks on records, so nobody waits. Who dies leaves the former figures.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 1)", [advisory.COUNTING])
        if not cursor.fetchone()[0]:
            return None
        run = _begin()
        facts: dict[str, Any] = {"run": run.pk, "now": run.taken_at, "shared": SHARED}
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        for statement in (*PREPARE, *FIGURES):
            cursor.execute(statement, facts)
    bring_up_to_date()
    announce([QUALITY])
    return run


def _begin() -> QualityRun:
    """The row of today, without figures."""
    now = timezone.now()
    facts = {"taken_at": now, "records": SourceRecord.objects.live().count()}
    run, _new = QualityRun.objects.update_or_create(
        day=timezone.localdate(now, timezone.get_default_timezone()), defaults=facts
    )
    QualityFigure.objects.filter(run=run).delete()
    return run
