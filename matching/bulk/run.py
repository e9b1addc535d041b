"""One bulk run: everything that is dirty now, from records to clusters."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from django.db import transaction

from matching.bulk import reading
from matching.bulk.finding import Finder, Here
from matching.bulk.folder import run_folder
from matching.bulk.meeting import keep_blocks
from matching.bulk.noting import note_generic_keys
from matching.bulk.preparing import Rows, encode_records, weigh_pairs
from matching.bulk.settling import keep_groups, settle_group
from matching.bulk.workers import Workers
from matching.live import live_model
from matching.progress import Progress, Stage, TellStage, silent_stage

SHARES = 4  # parts of the pairs for each process, so that none waits long for the others


def resolve_in_bulk(
    *,
    processes: int | None = None,
    finder: Finder | None = None,
    tell: TellStage = silent_stage,
) -> Progress:
    """Resolve all marks that wait, but those that failed before; return what was done.

    Pairs are found in this process, or by another `finder`. Must be called outside a
    transaction. May run beside workers, imports and people: what changes meanwhile keeps its
    mark. Interrupted or killed at any point, the rest waits.
    """
    live_model()  # a new installation publishes the shipped model before the snapshot
    with run_folder() as folder, Workers(processes) as workers:
        return _resolve(folder, workers, finder or Here(), tell)


def _resolve(folder: Path, workers: Workers, finder: Finder, tell: TellStage) -> Progress:
    groups, waiting = _prepare(folder, workers, finder, tell)
    total = Progress()
    tell(Stage("Settling", "records", 0, waiting))
    for done_now in workers.each(settle_group, ((folder, each) for each in range(groups))):
        total = total.plus(done_now)
        tell(Stage("Settling", "records", total.resolved + total.failed, waiting))
    return total


def _prepare(
    folder: Path, workers: Workers, finder: Finder, tell: TellStage
) -> tuple[int, int]:
    """Keep in the folder all that settling needs; return how many groups and records wait."""
    tell(Stage("Starting", "records", 0, 0))
    with transaction.atomic():
        reading.begin_snapshot()
        model = live_model()
        seen = reading.read(model, workers)
        looking = Stage("Finding pairs", "records", 0, len(seen.ids))
        tell(looking)
        wanted = finder.look(seen, model) | (seen.is_dirty() & seen.is_live)
        done = partial(_say, tell, "Reading", "records")
        broken = encode_records(folder, seen, model, wanted, workers, done)
    seen = _without(seen, broken)
    noted = note_generic_keys(seen, model)
    tell(looking)
    keep_blocks(folder, seen.blocks)
    found = finder.pairs(folder, seen, SHARES * workers.number, tell)
    done = partial(_say, tell, "Weighing", "pairs")
    weighed = weigh_pairs(folder, model, found, workers, done)
    tell(Stage("Grouping", "records", 0, len(seen.ids)))
    groups = keep_groups(folder, seen, weighed, noted, model)
    return groups, int(seen.is_dirty().sum())


def _say(tell: TellStage, name: str, things: str, done: int, total: int) -> None:
    tell(Stage(name, things, done, total))


def _without(seen: reading.Seen, broken: Rows) -> reading.Seen:
    """The records but those that cannot be read: these are left to their marks."""
    if not len(broken):
        return seen
    is_live = seen.is_live.copy()
    is_live[broken] = False
    kept = ~np.isin(seen.marked, broken)
    return replace(seen, is_live=is_live, marks=seen.marks[kept], marked=seen.marked[kept])
