"""What matching does when records or sources change."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from matching import keys, tasks
from matching.models import DirtyRecord
from profiles.signals import RecordChange, records_changed

BULK_FROM = 50  # a batch this large came from a file; people at their desks go first


@receiver(records_changed)
def mark_for_resolving(sender: Any, changes: Sequence[RecordChange], **kwargs: Any) -> None:
    """Write block keys and dirty marks with the records; wake a worker after the commit."""
    current = [change for change in changes if change.is_current]
    if not current:
        return
    lost = keys.replace_keys(current)
    lane = DirtyRecord.Lane.BULK if len(current) >= BULK_FROM else DirtyRecord.Lane.LIVE
    keys.mark_dirty([change.record.pk for change in current], lane=lane, touched=lost)
    transaction.on_commit(partial(tasks.nudge), robust=True)
