"""What matching does when records or sources change, and whom it tells what it changed."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver

from c360.live import announce
from matching import tasks
from matching.models import DirtyRecord
from matching.resolving import keys, marks
from matching.review import QUEUE
from matching.signals import clusters_settled
from profiles.announcing import announce_customers
from profiles.models import Source
from profiles.signals import RecordChange, records_changed

DECIDING = ("slug", "stage", "priority")  # of a source, for its records
BULK_FROM = 50  # a batch this large came from a file; people at their desks go first


@receiver(records_changed)
def mark_for_resolving(sender: Any, changes: Sequence[RecordChange], **kwargs: Any) -> None:
    """Write block keys and dirty marks with the records; wake a worker after the commit."""
    current = [change for change in changes if change.is_current]
    if not current:
        return
    lost = keys.replace_keys(current)
    lane = DirtyRecord.Lane.BULK if len(current) >= BULK_FROM else DirtyRecord.Lane.LIVE
    marks.mark_dirty([change.record.pk for change in current], lane=lane, touched=lost)
    transaction.on_commit(tasks.nudge, robust=True)


@receiver(pre_save, sender=Source)
def note_what_is_stored(sender: Any, instance: Source, **kwargs: Any) -> None:
    """Remember what is stored of a source, to see afterwards what has changed."""
    stored = Source.objects.filter(pk=instance.pk).values(*DECIDING)
    instance.__dict__["deciding_before"] = stored.first()


@receiver(post_save, sender=Source)
def look_again_when_a_source_changes(
    sender: Any, instance: Source, created: bool, **kwargs: Any
) -> None:
    """The stage decides what its records may do, the rest which of its values are shown."""
    before = instance.__dict__.pop("deciding_before", None)
    if created or before == {name: getattr(instance, name) for name in DECIDING}:
        return
    marks.mark_all_dirty(of_source=instance.pk)
    transaction.on_commit(tasks.nudge, robust=True)


@receiver(clusters_settled)
def tell_open_pages(
    sender: Any, profile_ids: Collection[str], record_ids: Collection[int], **kwargs: Any
) -> None:
    """Pages of these customers may show something else now, the menu another number."""
    announce_customers(profile_ids)
    if record_ids:
        announce([QUEUE])
