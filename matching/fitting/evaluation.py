"""Stored clusters measured against a file of truth."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef

from matching.core.metrics import b_cubed, pairwise
from matching.fitting.meetings import meetings
from matching.live import live_model
from matching.models import BlockKey, ReviewCase
from matching.world import Pair, connected
from profiles.models import Membership, SourceRecord
from profiles.models.record import RecordQuerySet

Key = tuple[str, str]
COLUMNS = ("source", "external_id", "entity_id")


class TruthError(ValueError):
    """The file of truth cannot be used; the message says why and where."""


def read_truth(path: Path) -> dict[Key, str]:
    """Read `source,external_id,entity_id`; raises `TruthError`, also for a key named twice."""
    truth: dict[Key, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise TruthError(f"{path}: the column {missing[0]!r} is missing.")
        for row in rows:
            source, external_id, entity = (row[name] or "" for name in COLUMNS)
            if not entity:
                raise TruthError(f"{path}, line {rows.line_num}: entity_id is empty.")
            if truth.setdefault((source, external_id), entity) != entity:
                raise TruthError(
                    f"{path}, line {rows.line_num}: {source} {external_id} is two people."
                )
    return truth


def evaluate(truth: Mapping[Key, str]) -> dict[str, Any]:
    """Compare the live records' profiles with the truth.

    `pairwise` and `b_cubed` count the records of the truth; one that is not stored stands
    alone, and is counted under `not_found`. Records the truth does not name are left out.
    """
    stored = {(slug, external): (pk, profile) for pk, slug, external, profile in _memberships()}
    clusters = {key: profile for key, (_, profile) in stored.items()}
    true = _pairs(truth, {key: pk for key, (pk, _) in stored.items()})
    sizes = Counter(clusters.values())
    direct, closed = blocking_recall(true)
    return {
        "records": len(truth),
        "not_found": sum(key not in stored for key in truth),
        "pairwise": pairwise(truth, clusters).as_dict(),
        "b_cubed": b_cubed(truth, clusters).as_dict(),
        "clusters": len(sizes),
        "largest": max(sizes.values(), default=0),
        "review_cases": ReviewCase.objects.open().count(),
        "blocking_recall": direct,
        "blocking_closure_recall": closed,
        "records_without_key": records_without_key().count(),
    }


def true_pairs(truth: Mapping[Key, str]) -> set[Pair]:
    """The pairs of stored live records that the truth gives to one person. One query."""
    return _pairs(truth, {(slug, key): pk for pk, slug, key, _ in _memberships()})


def _pairs(truth: Mapping[Key, str], ids: Mapping[Key, int]) -> set[Pair]:
    persons: dict[str, list[int]] = defaultdict(list)
    for key, entity in truth.items():
        if key in ids:
            persons[entity].append(ids[key])
    return {pair for each in persons.values() for pair in combinations(sorted(each), 2)}


def _memberships() -> Iterable[tuple[int, str, str, str]]:
    rows = Membership.objects.filter(record__deleted_at=None, record__erased_at=None)
    return rows.values_list(
        "record_id", "record__source__slug", "record__external_id", "profile_id"
    ).iterator(chunk_size=10_000)


def blocking_recall(true: set[Pair]) -> tuple[float, float]:
    """Share of the true pairs that are compared: directly, and also through third records."""
    if not true:
        return 1.0, 1.0
    known = {pk for pair in true for pk in pair}
    met = _that_meet(sorted(true), sorted(known))
    reach = connected(known, met)
    closed = sum(reach[lo] == reach[hi] for lo, hi in true)
    return round(len(met) / len(true), 5), round(closed / len(true), 5)


def _that_meet(pairs: list[Pair], record_ids: list[int]) -> set[Pair]:
    """Those of some pairs of these records that share a stored key; each (lo, hi)."""
    lo, hi = meetings(record_ids, live_model().generic_limits())
    asked = np.searchsorted(record_ids, pairs)
    whole = len(record_ids)  # both ends in one number
    met = np.isin(asked[:, 0] * whole + asked[:, 1], lo * whole + hi)
    return {pairs[place] for place in np.flatnonzero(met).tolist()}


def records_without_key() -> RecordQuerySet:
    """Live records that are never compared, because nothing they say makes a block key."""
    keyed = BlockKey.objects.filter(record=OuterRef("pk"))
    return SourceRecord.objects.live().filter(~Exists(keyed))
