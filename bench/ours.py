"""The shipped model at its default settings on one data set, all in memory."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from bench.clock import Clock
from bench.truth import DataSet, Groups, Pair, by_key, reachable, share
from matching.blocking import block_keys
from matching.clustering import Edge, Node, Partition, partition
from matching.features import Features, features_of
from matching.metrics import b_cubed, pairwise
from matching.model import MatchModel
from matching.scoring import score_pairs

SECRET = b"bench"


@dataclass(frozen=True)
class Outcome:
    """What matching made of the records, by their place in the data set."""

    candidates: set[Pair]
    generic_keys: int
    weights: dict[Pair, float]  # of the pairs at or above the review threshold
    links: list[Pair]
    found: Partition

    @property
    def queue(self) -> set[Pair]:
        """The pairs a person is asked about: uncertain ones and refused ones."""
        links = set(self.links)
        asked = {pair for pair in self.weights if pair not in links}
        refused = self.found.refused
        asked |= {(min(each.lo, each.hi), max(each.lo, each.hi)) for each in refused}
        of = self.found.cluster_of
        return {(low, high) for low, high in asked if of[low] != of[high]}


def match(data: DataSet, model: MatchModel, clock: Clock) -> Outcome:
    """Features, blocking, scoring and clustering, one after the other."""
    with clock.stage("features"):
        features = {
            place: features_of(attributes)
            for place, attributes in enumerate(data.records.values())
        }
    with clock.stage("blocking"):
        pairs, generic = candidate_pairs(features, model)
    with clock.stage("scoring"):
        scored = score_pairs(model, features, pairs)
        weights = {
            pair: each.weight_bits
            for pair, each in zip(pairs, scored, strict=True)
            if each.weight_bits >= model.review_bits
        }
        links = [pair for pair, weight in weights.items() if weight >= model.join_bits]
    with clock.stage("clustering"):
        nodes = {
            place: Node(place, key, features[place]) for place, key in enumerate(data.keys)
        }
        edges = [Edge(low, high, weights[low, high]) for low, high in links]
        found = partition(nodes, edges, same=(), different=(), model=model)
    return Outcome(set(pairs), generic, weights, links, found)


def candidate_pairs(
    features: Mapping[int, Features], model: MatchModel
) -> tuple[list[Pair], int]:
    """Return candidate pairs, and how many keys were generic and brought none."""
    blocks: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, each in features.items():
        for key in block_keys(each, secret=SECRET):
            blocks[key].append(place)
    pairs: set[Pair] = set()
    generic = 0
    for (kind, _), members in blocks.items():
        if len(members) > model.generic_limit(kind):
            generic += 1
        else:
            pairs.update(combinations(members, 2))
    return sorted(pairs), generic


def figures(data: DataSet, model: MatchModel) -> dict[str, Any]:
    """Run the whole chain and compare it with the truth.

    `missed_reachable`: of the true pairs that candidates can connect, the share that is neither
    joined nor itself in the review queue; `missed_after_review`: the share still apart when
    every true pair of the queue has been answered.
    """
    clock = Clock()
    outcome = match(data, model, clock)
    clusters = by_key(data, outcome.found.cluster_of)
    return {
        "model": model.version,
        "pairwise": pairwise(data.truth, clusters).as_dict(),
        "b_cubed": b_cubed(data.truth, clusters).as_dict(),
        "join_precision": round(data.share_true(outcome.links), 5),
        **_blocking(data, outcome),
        **_queue(data, outcome),
        "links": len(outcome.links),
        "refused_links": dict(Counter(each.reason for each in outcome.found.refused)),
        "largest": max(Counter(outcome.found.cluster_of.values()).values(), default=0),
        **clock.as_dict(),
    }


def _blocking(data: DataSet, outcome: Outcome) -> dict[str, Any]:
    true = data.true_pairs
    return {
        "blocking_recall": share(true & outcome.candidates, true),
        "closure_recall": share(reachable(outcome.candidates, true), true),
        "candidates_per_record": _per_record(data, outcome.candidates),
        "generic_keys": outcome.generic_keys,
    }


def _queue(data: DataSet, outcome: Outcome) -> dict[str, Any]:
    queue, cluster_of = outcome.queue, outcome.found.cluster_of
    reach = reachable(outcome.candidates, data.true_pairs)
    apart = {(low, high) for low, high in reach if cluster_of[low] != cluster_of[high]}
    answered = Groups(cluster_of.items())
    for low, high in queue & data.true_pairs:
        answered.join(low, high)
    still_apart = {pair for pair in apart if not answered.are_together(pair)}
    return {
        "review_pairs": len(queue),
        "review_pairs_per_record": round(len(queue) / max(len(data.keys), 1), 4),
        "review_true": len(queue & data.true_pairs),
        "missed_reachable": share(apart - queue, reach) if reach else 0.0,
        "missed_after_review": share(still_apart, reach) if reach else 0.0,
    }


def _per_record(data: DataSet, pairs: Collection[Pair]) -> float:
    """Candidates a record meets on average; each pair counts at both its ends."""
    return round(2 * len(pairs) / max(len(data.keys), 1), 2)
