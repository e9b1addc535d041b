"""Tells those who take in records how far resolving is behind."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from matching.models import DirtyRecord
from matching.receivers import BULK_FROM
from profiles.pressure import backlog_asked


@receiver(backlog_asked)
def tell_the_backlog(sender: Any, records: int, **kwargs: Any) -> float:
    """Seconds since the oldest mark was made that a batch of `records` would queue behind.

    A small batch passes the marks of large ones, so a file being loaded never holds up calls.
    Marks that failed before do not count: one bad record must not close the door.
    """
    lane = DirtyRecord.Lane.BULK if records >= BULK_FROM else DirtyRecord.Lane.LIVE
    fresh = DirtyRecord.objects.filter(attempts=0, not_before__lte=timezone.now())
    made = [
        # By id within a lane: the index `dirty_next` gives the first without a scan.
        fresh.filter(lane=each).order_by("id").values_list("created_at", flat=True).first()
        for each in DirtyRecord.Lane.values
        if each <= lane
    ]
    oldest = min((each for each in made if each), default=None)
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0
