"""Folders of records with a known truth, and what a clustering is worth against it.

Each folder holds `<source>.csv` with `<source>.mapping.json`, and `truth.csv` with the columns
source, external_id, entity_id; mappings of events (`…_events.mapping.json`) are passed over.
"""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

from profiles.mappings.records import RecordMapping, RowError

Key = tuple[str, str]
Pair = tuple[int, int]


@dataclass(frozen=True)
class DataSet:
    """Records by key, in file order, and the person behind each.

    Rows a mapping refuses are counted by reason and stand alone: the pairs lost with them
    count as missed.
    """

    name: str
    records: dict[Key, dict[str, Any]]
    refused: dict[str, int]
    truth: dict[Key, str]

    @cached_property
    def keys(self) -> list[Key]:
        return list(self.records)

    @cached_property
    def person_of(self) -> dict[int, str]:
        """The person behind each record the truth knows, by its place in `keys`."""
        places = enumerate(self.keys)
        return {place: self.truth[key] for place, key in places if key in self.truth}

    @cached_property
    def true_pairs(self) -> set[Pair]:
        persons: dict[str, list[int]] = defaultdict(list)
        for place, person in self.person_of.items():
            persons[person].append(place)
        return {pair for places in persons.values() for pair in combinations(places, 2)}

    def share_true(self, pairs: Collection[Pair]) -> float:
        """How many of the pairs are one person, 0 to 1; 1 where there are none."""
        known = self.person_of
        right = sum(known.get(low, low) == known.get(high, high) for low, high in pairs)
        return right / len(pairs) if pairs else 1.0


def read_set(folder: Path) -> DataSet:
    """Read every source of a folder through its mapping."""
    records: dict[Key, dict[str, Any]] = {}
    refused: Counter[str] = Counter()
    for spec in sorted(folder.glob("*.mapping.json")):
        source = spec.name.removesuffix(".mapping.json")
        if source.endswith("_events"):
            continue
        mapping = RecordMapping.parse(json.loads(spec.read_text(encoding="utf-8")))
        with (folder / f"{source}.csv").open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                try:
                    found = mapping.read(row)
                except RowError as problem:
                    refused[problem.reason] += 1
                else:
                    records[source, found.external_id] = found.attributes
    return DataSet(folder.name, records, dict(refused), _read_truth(folder))


def _read_truth(folder: Path) -> dict[Key, str]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as rows:
        return {
            (row["source"], row["external_id"]): row["entity_id"]
            for row in csv.DictReader(rows)
        }


class Groups:
    """Which records are connected, as links are added one by one."""

    def __init__(self, links: Iterable[Pair] = ()) -> None:
        self._parent: dict[int, int] = {}
        for low, high in links:
            self.join(low, high)

    def root(self, place: int) -> int:
        parent = self._parent
        while parent.setdefault(place, place) != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def join(self, low: int, high: int) -> None:
        self._parent[self.root(low)] = self.root(high)

    def are_together(self, pair: Pair) -> bool:
        return self.root(pair[0]) == self.root(pair[1])


def reachable(candidates: Collection[Pair], true: set[Pair]) -> set[Pair]:
    """The true pairs connected by true candidate pairs, through third records too."""
    groups = Groups(pair for pair in candidates if pair in true)
    return {pair for pair in true if groups.are_together(pair)}


def share(part: Collection[Pair], whole: Collection[Pair]) -> float:
    return round(len(part) / len(whole), 5) if whole else 1.0


def by_key(data: DataSet, cluster_of: Mapping[int, int]) -> dict[Key, int]:
    """Clusters by record key, as `matching.core.metrics` compares them with the truth."""
    return {data.keys[place]: cluster for place, cluster in cluster_of.items()}
