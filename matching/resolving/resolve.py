"""Resolving dirty records: candidates, weights, links, clusters, golden values, receipts.

Safe to run in any number of processes and to be killed at any moment: marks are locked rows,
links carry the versions they were computed from, clusters are solved under component locks, and
everything a batch changes is one transaction (docs/architecture.md, "The way of a record").
"""

import logging
import time
from collections.abc import Collection
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import replace

from django.db import transaction

from matching.bulk.run import resolve_in_bulk
from matching.core.blocking import IDENTIFYING
from matching.core.model import MatchModel
from matching.live import live_model
from matching.models import GenericKey
from matching.progress import Progress, Tell, TellStage, silent_stage, silently
from matching.resolving import queue
from matching.resolving.applying import apply, lock_touched
from matching.resolving.failpoints import failpoint
from matching.resolving.links import folded, score_candidates
from matching.resolving.marks import mark_blocks_dirty, mark_met_dirty
from matching.resolving.snapshot import Snapshot, take_snapshot, what_holds
from profiles.locking import MAX_TRIES, ComponentsKeepMoving
from profiles.models import SourceRecord

logger = logging.getLogger(__name__)

BATCH = 200
BULK_BATCH = 500  # fewer and larger transactions, where nobody waits at a desk
POLL_SECONDS = 0.2
# A bulk run reads the keys of all records: worth it for many marks and no small part of them.
BULK_MARKS, BULK_SHARE = 5_000, 0.02


def resolve_waiting(
    *, max_seconds: float | None = None, limit: int = BATCH, tell: Tell = silently
) -> Progress:
    """Resolve batch after batch until nothing can be claimed or time is up."""
    total, deadline = Progress(), _deadline(max_seconds)
    while time.monotonic() < deadline:
        done = resolve_batch(limit)
        if done is None:
            break
        total = total.plus(done)
        tell(total)
        if not queue.is_any_due():  # costs far less than a claim that finds nothing
            break
    return total


def resolve_until_settled(
    *, max_seconds: float | None = None, limit: int = BATCH, tell: Tell = silently
) -> Progress:
    """Like `resolve_waiting`, but also waits for batches that other workers hold."""
    total, deadline = Progress(), _deadline(max_seconds)
    while time.monotonic() < deadline:
        left = deadline - time.monotonic()
        total = total.plus(resolve_waiting(max_seconds=left, limit=limit, tell=tell))
        if not queue.waiting().exists():
            break
        time.sleep(POLL_SECONDS)
    return total


def resolve_all(
    *, tell: Tell = silently, tell_stage: TellStage = silent_stage
) -> tuple[Progress, str]:
    """Resolve all that waits, by bulk runs while very much does; also tell which path it was.

    What a bulk run leaves (new marks, records that fail) goes on in batches. Must be called
    outside a transaction.
    """
    total, path = Progress(), "batch"
    while bulk_pays():
        path = "bulk"
        done = _in_bulk(tell_stage)
        total = total.plus(replace(done, failed=0))
        if not done.resolved:
            break
    rest = resolve_until_settled(limit=BULK_BATCH, tell=lambda done: tell(total.plus(done)))
    return total.plus(rest), path


def bulk_pays() -> bool:
    """Whether so much waits that all of it should be resolved in one run."""
    marks = queue.waiting().filter(attempts=0).count()
    return marks >= BULK_MARKS and marks >= BULK_SHARE * SourceRecord.objects.count()


def _in_bulk(tell: TellStage) -> Progress:
    """A bulk run; where one of its processes dies, batches will find the record that kills."""
    try:
        return resolve_in_bulk(tell=tell)
    except BrokenProcessPool:
        logger.exception("a process of the bulk run died; going on in batches")
        return Progress()


def _deadline(max_seconds: float | None) -> float:
    return float("inf") if max_seconds is None else time.monotonic() + max_seconds


def resolve_batch(limit: int = BATCH) -> Progress | None:
    """Resolve the next dirty records; None when there was nothing to claim."""
    with ExitStack() as until_locked:
        until_locked.enter_context(queue.claiming())
        marks = queue.note_attempts(limit)
        if not marks:
            return None
        try:
            with transaction.atomic():
                claimed = queue.lock_marks(marks)
                until_locked.close()
                return _resolve(claimed)
        except (ComponentsKeepMoving, SnapshotIsOver):
            logger.info("batch of %d marks given back: others work on its records", len(marks))
            queue.give_back(marks)
            return Progress()
        except Exception as error:
            logger.exception("batch of %d marks failed and is put off", len(marks))
            queue.put_off(marks, error)
            return Progress(failed=len(marks))


class SnapshotIsOver(Exception):
    """Another model was published, or a key became generic, before the locks were there."""


def _resolve(claimed: queue.Claimed) -> Progress:
    receipts = _until_it_holds(claimed)
    queue.drop_marks(claimed)
    failpoint("before_commit")
    return Progress(resolved=len(claimed.records), receipts=receipts)


def _until_it_holds(claimed: queue.Claimed) -> int:
    """Resolve from a snapshot that still holds under the locks; return how many receipts."""
    for _ in range(MAX_TRIES):
        model = live_model()
        snapshot = take_snapshot(claimed.records, lost_keys=claimed.lost_keys, model=model)
        try:
            with transaction.atomic():  # gives the locks back when it does not hold
                return resolve_records(claimed.records, snapshot, model)
        except SnapshotIsOver:
            continue
    raise SnapshotIsOver(f"{MAX_TRIES} times")


def resolve_records(batch: Collection[int], snapshot: Snapshot, model: MatchModel) -> int:
    """Score a snapshot and apply it under component locks; return how many receipts."""
    found = score_candidates(snapshot, model)
    failpoint("after_score")
    members = lock_touched(batch, found)
    _check_it_holds(batch, snapshot, model)
    _note_generic_keys(snapshot, besides=batch)
    return apply(batch, found, snapshot.records, members=members, model=model)


def _check_it_holds(batch: Collection[int], snapshot: Snapshot, model: MatchModel) -> None:
    """Raise `SnapshotIsOver` where something moved that is no record's version or stage.

    Whoever moves it marks the records concerned, but those marks may be resolved already: by a
    worker that overtook this one.
    """
    now = what_holds(batch)
    if now.model_version != model.version or now.generic != snapshot.generic:
        raise SnapshotIsOver
    moved = now.noted_values ^ snapshot.noted_values
    if moved and any(folded(each).is_told_by(moved) for each in snapshot.records.values()):
        raise SnapshotIsOver


def _note_generic_keys(snapshot: Snapshot, *, besides: Collection[int]) -> None:
    """Remember keys that crossed their limit; have what that concerns examined again.

    Of an identifying value that is told no longer, and of a key that brings candidates again,
    all records; of one that only brings none any more, pairs that may have met by it alone.
    """
    GenericKey.objects.bulk_create(
        [GenericKey(key=key, kind=kind) for key, kind in snapshot.became_generic],
        ignore_conflicts=True,
    )
    if snapshot.no_longer_generic:
        GenericKey.objects.filter(key__in=snapshot.no_longer_generic).delete()
    silent = [key for key, kind in snapshot.became_generic if kind not in IDENTIFYING]
    told = [key for key, kind in snapshot.became_generic if kind in IDENTIFYING]
    if concerned := told + snapshot.no_longer_generic:
        mark_blocks_dirty(concerned, besides=besides)
    if silent:
        mark_met_dirty(silent, besides=besides)
