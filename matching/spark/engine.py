"""The pairs of a bulk run found by Splink on Spark, and the run that asks for them."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.bulk import reading
from matching.bulk.candidates import generic
from matching.bulk.columns import IDENTIFIERS
from matching.bulk.meeting import Found, keep_pairs, kept_pairs
from matching.bulk.noting import limits_of
from matching.bulk.preparing import NAMES
from matching.bulk.run import resolve_in_bulk
from matching.bulk.store import FeatureReader
from matching.core.features import Features
from matching.core.model import MatchModel
from matching.progress import Progress, Stage, Tell, TellStage, silent_stage, silently
from matching.resolving.resolve import resolve_all
from matching.spark.asking import asking_of
from matching.spark.tables import meetings, read_pairs, write_records

# Splink's weight is ours, or more where a household explains a pair too. Kept is what it puts
# up to this much below the threshold: its sums are not rounded as ours are.
ROOM_BITS = 0.5


class OnSpark:
    """Pairs found and weighed by Splink on Spark; those kept are weighed here once more.

    `folder` is seen under the same path by all machines of `master`.
    """

    def __init__(self, master: str, folder: Path) -> None:
        self._master, self._folder = master, folder

    def look(self, seen: reading.Seen, model: MatchModel) -> NDArray[np.bool_]:
        """Which records may meet another, by keys that are not generic."""
        self._model, self._is_dirty = model, seen.is_dirty()
        brings_pairs = ~generic(seen.blocks, limits_of(model))
        self._meeting = meetings(seen.blocks, brings_pairs, self._is_dirty, seen.may_match())
        return self._meeting.has_any()

    def pairs(self, folder: Path, seen: reading.Seen, shares: int, tell: TellStage) -> Found:
        """Write the records that the run has kept in its folder, and have the job done."""
        meeting = int(self._meeting.has_any().sum())
        if not meeting:
            return Found([], kept_pairs)
        from matching.spark.job import find_pairs  # only here are Splink and Spark needed

        tell(Stage("Weighing on Spark", "records", 0, meeting))
        look = _looking(folder)
        write_records(self._folder / "records", self._meeting, self._is_dirty, look)
        found = find_pairs(
            self._master,
            self._folder,
            asking_of(self._model, _namespaces(folder)),
            records=meeting,
            least_bits=self._model.review_bits - ROOM_BITS,
        )
        return keep_pairs(folder, *read_pairs(found), seen.may_match(), shares)


def _looking(folder: Path) -> Callable[[int], Features]:
    """What the run compares a row by, not kept: there may be very many."""
    reader = FeatureReader(folder)

    def look(row: int) -> Features:
        reader.forget()
        return reader(row)

    return look


def _namespaces(folder: Path) -> set[str]:
    """Of all identifiers there are: the run has made a column for each."""
    names = (name.partition(".") for name in json.loads((folder / NAMES).read_text()))
    return {name for prefix, _, name in names if prefix == IDENTIFIERS}


def resolve_on_spark(
    *,
    master: str = "local[*]",
    shared: Path | None = None,
    tell: Tell = silently,
    tell_stage: TellStage = silent_stage,
) -> tuple[Progress, str]:
    """Resolve all that waits by one run on Spark, and here what that leaves; tell the path too.

    `shared` is a folder that all machines of `master` see under the same path; the files in it
    are deleted when the run ends. Must be called outside a transaction, and after
    `matching.spark.needs.check`.
    """
    with tempfile.TemporaryDirectory(prefix="c360-spark-", dir=shared) as name:
        found = OnSpark(master, Path(name))
        done = replace(resolve_in_bulk(finder=found, tell=tell_stage), failed=0)
    rest, _ = resolve_all(tell=lambda more: tell(done.plus(more)), tell_stage=tell_stage)
    return done.plus(rest), "spark"
