"""Groups of records brought to their clusters, each in one transaction, in any process.

A group goes the way of a batch (`matching.resolving.applying`): marks and components locked,
versions compared, links, clusters, cases, golden values and receipts written, marks dropped.
What moved since the snapshot keeps its mark; a run that is killed has finished some groups.
"""

import json
import logging
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import xor
from pathlib import Path

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from c360.sql.prepared import ask
from matching.bulk.candidates import Blocks, rows_under
from matching.bulk.comparers import Outcome
from matching.bulk.groups import components, groups_of
from matching.bulk.meeting import kept_blocks
from matching.bulk.noting import Noted
from matching.bulk.preparing import comparer_names
from matching.bulk.reading import STAGES, Seen
from matching.bulk.store import FeatureReader, load, save
from matching.bulk.weighing import Weighed, scored
from matching.core.model import MatchModel
from matching.core.scoring import Scored
from matching.live import FEATURES, Folded, live_model, model_of_version
from matching.progress import Progress
from matching.resolving import queue
from matching.resolving.applying import apply, lock_touched
from matching.resolving.failpoints import failpoint
from matching.resolving.links import ScoredPair, joins
from matching.resolving.snapshot import SeenRecord

logger = logging.getLogger(__name__)

Rows = NDArray[np.int64]
RECORDS_AT_ONCE = 4_000  # a transaction of two seconds; nobody waits for its locks much longer
LINKS, NOTES = "links.json", "notes.json"


class Moved(Exception):
    """Another model was published while the run was on."""


def keep_groups(
    folder: Path, seen: Seen, weighed: Weighed, noted: Noted, model: MatchModel
) -> int:
    """Part the dirty records into groups and keep all that settling needs; return how many."""
    rows = np.arange(len(seen.ids))
    before = np.searchsorted(seen.ids, seen.component)
    tied = np.flatnonzero(before != rows)  # by what was settled before
    component = components(
        len(rows),
        np.concatenate([weighed.lo, rows[tied]]),
        np.concatenate([weighed.hi, np.minimum(before[tied], len(rows) - 1)]),
    )
    groups = groups_of(component, seen.is_dirty(), RECORDS_AT_ONCE)
    group_of = np.full(len(rows), -1, np.int64)
    for number, group in enumerate(groups):
        group_of[group] = number
    _keep_by_group(folder, "link", *_links_by_group(weighed, group_of), len(groups))
    marks = np.arange(len(seen.marks))
    _keep_by_group(folder, "mark", marks, group_of[seen.marked], len(groups))
    _keep_by_group(folder, "row", rows, group_of, len(groups))
    save(folder, ids=seen.ids, version=seen.version, is_live=seen.is_live, stage=seen.stage)
    save(folder, marks=seen.marks, marked=seen.marked)
    save(folder, lo=weighed.lo, hi=weighed.hi, weights=weighed.weights)
    save(folder, outcomes=weighed.outcomes)
    names = comparer_names(folder, model)
    (folder / LINKS).write_text(json.dumps({"names": names, "tables": weighed.tables}))
    notes = {"generic": sorted(noted.generic), "moved": sorted(noted.moved)}
    (folder / NOTES).write_text(json.dumps(notes | {"model": model.version}))
    return len(groups)


def _links_by_group(weighed: Weighed, group_of: Rows) -> tuple[Rows, Rows]:
    """Each link under the groups of its ends, mostly one."""
    low, high = group_of[weighed.lo], group_of[weighed.hi]
    number = np.arange(len(low))
    across = low != high
    return np.concatenate([number, number[across]]), np.concatenate([low, high[across]])


def _keep_by_group(folder: Path, name: str, things: Rows, group: Rows, groups: int) -> None:
    """Sort things by their group; `name_ends` says where those of each group end."""
    inside = group >= 0
    things, group = things[inside], group[inside]
    small = group.astype(np.uint16) if groups < 1 << 16 else group  # sorted ten times faster
    order = np.argsort(small, kind="stable")
    ends = np.cumsum(np.bincount(group, minlength=groups))
    save(folder, **{f"by_group_{name}": things[order], f"by_group_{name}_ends": ends})


@dataclass(frozen=True)
class _Run:
    """What all groups of a run read."""

    folder: Path
    model: MatchModel
    seen: "SeenRows"
    features: FeatureReader
    names: list[str]
    tables: list[list[Outcome]]
    generic: frozenset[int]
    noted: tuple[int, int]
    moved: frozenset[int]
    blocks: Blocks

    def of_group(self, name: str, number: int) -> Rows:
        ends = load(self.folder, f"by_group_{name}_ends")
        start = int(ends[number - 1]) if number else 0
        return np.asarray(load(self.folder, f"by_group_{name}")[start : int(ends[number])])


class SeenRows(Mapping[int, SeenRecord]):
    """Every record by id as the snapshot saw it, without its attributes."""

    def __init__(self, folder: Path) -> None:
        self.ids = load(folder, "ids")
        self.version, self._stage = load(folder, "version"), load(folder, "stage")
        self._is_live = load(folder, "is_live")
        self._at_hand: dict[int, SeenRecord] = {}
        self._hidden: Collection[int] = ()

    def hide(self, record_ids: Collection[int]) -> None:
        """Take these records, and no others, for not seen: what is known of them is over."""
        self._hidden = record_ids

    def row(self, record_id: int) -> int:
        """Where a record stands; raises `KeyError` for one that was not there."""
        row = int(np.searchsorted(self.ids, record_id))
        if row == len(self.ids) or self.ids[row] != record_id:
            raise KeyError(record_id)
        return row

    def stage_of(self, row: int) -> str:
        return STAGES[self._stage[row]]

    def have_at_hand(self, rows: Rows) -> None:
        """Look these rows up now, all at once, instead of those before."""
        columns = (self.ids, self.version, self._is_live, self._stage)
        each = zip(*(column[rows].tolist() for column in columns), strict=True)
        self._at_hand = {
            pk: SeenRecord(pk, version, is_live, STAGES[stage], "")
            for pk, version, is_live, stage in each
        }

    def __getitem__(self, record_id: int) -> SeenRecord:
        if record_id in self._hidden:
            raise KeyError(record_id)
        if (known := self._at_hand.get(record_id)) is not None:
            return known
        row = self.row(record_id)
        version, is_live = int(self.version[row]), bool(self._is_live[row])
        return SeenRecord(record_id, version, is_live, self.stage_of(row), "")

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids.tolist())

    def __len__(self) -> int:
        return len(self.ids)


@lru_cache(maxsize=1)
def _run(folder: Path) -> _Run:
    links = json.loads((folder / LINKS).read_text())
    notes = json.loads((folder / NOTES).read_text())
    generic = frozenset(notes["generic"])
    return _Run(
        folder=folder,
        model=model_of_version(notes["model"]),
        seen=SeenRows(folder),
        features=FeatureReader(folder),
        names=links["names"],
        tables=[[(level, *bits) for level, *bits in table] for table in links["tables"]],
        generic=generic,
        noted=(len(generic), reduce(xor, generic, 0)),
        moved=frozenset(notes["moved"]),
        blocks=kept_blocks(folder),
    )


def settle_group(folder: Path, number: int) -> Progress:
    """Resolve one group. What fails keeps its marks, for batches to find the bad record."""
    run = _run(folder)
    which = run.of_group("mark", number)
    marks = load(folder, "marks")[which].tolist()
    try:
        with transaction.atomic():
            return _settle(run, number, marks)
    except Exception:
        logger.exception("group of %d marks failed and is left to smaller batches", len(marks))
        return Progress(failed=len(np.unique(load(folder, "marked")[which])))
    finally:
        run.features.forget()
        FEATURES.forget()


def _settle(run: _Run, number: int, marks: Collection[int]) -> Progress:
    claimed = queue.lock_these(marks)
    batch = set(claimed.values())
    found = list(_found(run, number, batch))
    members = lock_touched(batch, found)
    if live_model().version != run.model.version:
        raise Moved
    moved = _moved(run)
    run.seen.hide(moved)
    batch -= moved
    found = [pair for pair in found if {pair.lo, pair.hi}.isdisjoint(moved)]
    rows = run.of_group("row", number)
    run.seen.have_at_hand(rows)
    _put_features(run, rows, besides=moved)
    receipts = apply(batch, found, run.seen, members=members, model=run.model)
    queue.drop_these(
        [mark for mark, record in claimed.items() if record in batch], of=sorted(batch)
    )
    failpoint("before_commit")
    return Progress(resolved=len(batch), receipts=receipts)


def _found(run: _Run, number: int, batch: Collection[int]) -> Iterator[ScoredPair]:
    """The weighed pairs of a group of which a record is in the batch.

    Pairs alike in every comparison share their evidence: there are far fewer of these.
    """
    which = run.of_group("link", number)
    lo, hi = load(run.folder, "lo")[which], load(run.folder, "hi")[which]
    columns = (
        zip(lo.tolist(), run.seen.ids[lo].tolist(), strict=True),
        zip(hi.tolist(), run.seen.ids[hi].tolist(), strict=True),
        load(run.folder, "weights")[which].tolist(),
        load(run.folder, "outcomes")[which].tolist(),
    )
    met: dict[tuple[int, ...], Scored] = {}
    for (low, lo_id), (high, hi_id), weight, reached in zip(*columns, strict=True):
        if lo_id in batch or hi_id in batch:
            stages = (run.seen.stage_of(low), run.seen.stage_of(high))
            evidence = met.get(alike := tuple(reached))
            if evidence is None:
                evidence = scored(run.model, run.names, run.tables, reached, weight)
                met[alike] = evidence
            yield ScoredPair(lo_id, hi_id, evidence, joins(weight, run.model, stages))


# a sum of all keys, which a change of any of them changes; reading them takes ten times as long
NOTED = "SELECT count(*), coalesce(bit_xor(key), 0) FROM matching_generickey"


def _moved(run: _Run) -> set[int]:
    """Records under keys that became generic, or are no longer, since the notes were made."""
    keys: Set[int] = run.moved
    if ask(NOTED, []) != [run.noted]:
        now = {key for (key,) in ask("SELECT key FROM matching_generickey", [])}
        keys = (now ^ run.generic) | run.moved
    if not keys:
        return set()
    rows = rows_under(run.blocks, np.isin(run.blocks.keys, sorted(keys)))
    return set(run.seen.ids[rows].tolist())


def _put_features(run: _Run, rows: Rows, *, besides: Collection[int]) -> None:
    """Have the features of a group at hand, so that they are not made again.

    Only whole ones: what is taken away from the others may come back. No value of these is
    generic, but of the records that moved: nothing is to be told by their values.
    """
    rows = np.setdiff1d(rows, load(run.folder, "told_less"))
    columns = (rows.tolist(), run.seen.ids[rows].tolist(), run.seen.version[rows].tolist())
    for row, pk, version in zip(*columns, strict=True):
        if run.features.has(row) and pk not in besides:
            FEATURES.put(pk, version, Folded(run.features(row), ()))
