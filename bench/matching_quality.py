"""How well the shipped model matches data with a known truth, all in memory.

    python -m bench.matching_quality .data/demo …

Each folder holds `<source>.csv` with `<source>.mapping.json`, and `truth.csv` with the columns
source, external_id, entity_id; mappings of events (`…_events.mapping.json`) are passed over.
Prints one JSON object per folder. Rows a mapping refuses stand
alone, and the pairs lost with them count as missed.
"""

import csv
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

from matching.blocking import block_keys
from matching.clustering import Edge, Node, Partition, partition
from matching.features import Features, features_of
from matching.metrics import b_cubed, pairwise
from matching.model import MatchModel, default_model
from matching.scoring import Scored, score_pairs
from profiles.mapping import RecordMapping, RowError

Key = tuple[str, str]
Pair = tuple[int, int]
SECRET = b"bench"


class Clock:
    """Seconds per stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 2)


def read_records(folder: Path) -> tuple[dict[Key, dict[str, Any]], Counter[str]]:
    """Read every source of a folder; return attributes by key, and refusals by reason."""
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
    return records, refused


def read_truth(folder: Path) -> dict[Key, str]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as rows:
        return {
            (row["source"], row["external_id"]): row["entity_id"]
            for row in csv.DictReader(rows)
        }


def candidates(features: Mapping[int, Features], model: MatchModel) -> tuple[list[Pair], int]:
    """Return candidate pairs, and how many keys were generic and brought none."""
    blocks: dict[tuple[str, int], list[int]] = defaultdict(list)
    for pk, each in features.items():
        for key in block_keys(each, secret=SECRET):
            blocks[key].append(pk)
    pairs: set[Pair] = set()
    generic = 0
    for (kind, _), members in blocks.items():
        if len(members) > model.generic_limit(kind):
            generic += 1
        else:
            pairs.update(combinations(members, 2))
    return sorted(pairs), generic


def true_pairs(truth: Mapping[int, str]) -> set[Pair]:
    persons: dict[str, list[int]] = defaultdict(list)
    for pk in sorted(truth):
        persons[truth[pk]].append(pk)
    return {pair for members in persons.values() for pair in combinations(members, 2)}


def closure_recall(found: Iterable[Pair], true: set[Pair]) -> float:
    """Share of the true pairs joined by candidate pairs, through third records too."""
    parent: dict[int, int] = {}

    def root(pk: int) -> int:
        while parent.setdefault(pk, pk) != pk:
            parent[pk] = parent[parent[pk]]
            pk = parent[pk]
        return pk

    for low, high in found:
        if (low, high) in true:
            parent[root(low)] = root(high)
    return sum(root(low) == root(high) for low, high in true) / max(len(true), 1)


def cluster(
    records: list[Key],
    features: Mapping[int, Features],
    links: list[tuple[Pair, Scored]],
    model: MatchModel,
) -> Partition:
    nodes = {pk: Node(pk, key, features[pk]) for pk, key in enumerate(records)}
    edges = [Edge(low, high, scored.weight_bits) for (low, high), scored in links]
    return partition(nodes, edges, same=(), different=(), model=model)


def measure(folder: Path, model: MatchModel) -> dict[str, Any]:
    """Run the whole chain on one folder and return the figures."""
    clock = Clock()
    with clock.stage("mapping"):
        records, refused = read_records(folder)
    keys = list(records)
    truth = read_truth(folder)
    with clock.stage("features"):
        features = {pk: features_of(records[key]) for pk, key in enumerate(keys)}
    with clock.stage("blocking"):
        pairs, generic = candidates(features, model)
    with clock.stage("scoring"):
        scored = score_pairs(model, features, pairs)
    weighed = list(zip(pairs, scored, strict=True))
    links = [entry for entry in weighed if entry[1].weight_bits >= model.join_bits]
    with clock.stage("clustering"):
        found = cluster(keys, features, links, model)
    clusters = {keys[pk]: root for pk, root in found.cluster_of.items()}
    known = {pk: truth[key] for pk, key in enumerate(keys) if key in truth}
    true = true_pairs(known)
    right = sum(known.get(low) == known.get(high) for (low, high), _ in links)
    asked = [
        (low, high)
        for (low, high), each in weighed
        if model.review_bits <= each.weight_bits < model.join_bits
        and found.cluster_of[low] != found.cluster_of[high]
    ]
    return {
        "set": folder.name,
        "model": model.version,
        "records": len(keys),
        "refused_rows": dict(refused),
        "pairwise": pairwise(truth, clusters).as_dict(),
        "b_cubed": b_cubed(truth, clusters).as_dict(),
        "join_precision": round(right / max(len(links), 1), 5),
        "blocking_recall": round(len(true & set(pairs)) / max(len(true), 1), 5),
        "closure_recall": round(closure_recall(pairs, true), 5),
        "candidates_per_record": round(2 * len(pairs) / max(len(keys), 1), 2),
        "generic_keys": generic,
        "links": len(links),
        "refused_links": dict(Counter(each.reason for each in found.refused)),
        "review_pairs": len(asked),
        "review_true": sum(known.get(low) == known.get(high) for low, high in asked),
        "largest": max(Counter(found.cluster_of.values()).values(), default=0),
        "pairs_per_second": round(len(pairs) / max(clock.seconds["scoring"], 0.01)),
        "seconds": clock.seconds,
    }


def main(arguments: list[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    model = default_model()
    for folder in arguments:
        print(json.dumps(measure(Path(folder), model), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
