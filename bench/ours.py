"""What an installation makes of one data set at default settings, all in memory."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Any

from bench.clock import Clock
from bench.truth import DataSet, Groups, Pair, by_key, reachable, share
from matching.core.blocking import IDENTIFYING, block_keys, without_generic
from matching.core.clustering import Edge, Node, Partition, partition
from matching.core.features import Features, features_of
from matching.core.metrics import b_cubed, pairwise
from matching.core.model import MatchModel
from matching.core.scoring import likely_pairs
from matching.training.task import Material as Learning
from matching.training.task import Settings
from matching.training.trainer import train

SECRET = b"bench"
FEWEST = 500  # records, as in `matching.fitting.self_training`


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
        """The pairs that wait for a person: uncertain ones and refused ones."""
        links = set(self.links)
        asked = {pair for pair in self.weights if pair not in links}
        refused = self.found.refused
        asked |= {(min(each.lo, each.hi), max(each.lo, each.hi)) for each in refused}
        of = self.found.cluster_of
        return {(low, high) for low, high in asked if of[low] != of[high]}

    @property
    def questions(self) -> set[Pair]:
        """The pairs of customers a person is asked about: one answer settles all of theirs."""
        return {self.customers(pair) for pair in self.queue}

    def customers(self, pair: Pair) -> Pair:
        """The clusters of both records, in ascending order."""
        one, other = (self.found.cluster_of[place] for place in pair)
        return (min(one, other), max(one, other))


@dataclass(frozen=True)
class Material:
    """Records as matching sees them, by their place, and what shares a key."""

    features: dict[int, Features]
    pairs: list[Pair]
    generic_keys: int


def prepare(data: DataSet, model: MatchModel, clock: Clock) -> Material:
    """Features and blocking; what too many share is taken away, as everywhere."""
    with clock.stage("features"):
        features = {
            place: features_of(attributes)
            for place, attributes in enumerate(data.records.values())
        }
    with clock.stage("blocking"):
        pairs, generic = candidate_pairs(features, model)
        values = {key for kind, key in generic if kind in IDENTIFYING}
        features = {
            place: without_generic(each, values, secret=SECRET)
            for place, each in features.items()
        }
    return Material(features, pairs, len(generic))


def fitted(
    data: DataSet,
    material: Material,
    model: MatchModel,
    clock: Clock,
    said: Mapping[Pair, str] = MappingProxyType({}),
) -> MatchModel:
    """The version an installation learns by itself, as `matching.fitting.self_training` does.

    `said` maps pairs to what people decided, "same" or "different".
    """
    if len(data.keys) < FEWEST:
        return model
    order = sorted(range(len(data.keys)), key=lambda place: data.keys[place])
    rank = {place: number for number, place in enumerate(order)}
    pairs = sorted((min(rank[a], rank[b]), max(rank[a], rank[b])) for a, b in material.pairs)
    with clock.stage("training"):
        records = [material.features[place] for place in order]
        decided = {
            (min(rank[a], rank[b]), max(rank[a], rank[b])): verdict
            for (a, b), verdict in said.items()
        }
        learning = Learning(records, pairs, decided)
        return train(learning, model, Settings(version="fitted")).model


def match(
    material: Material,
    data: DataSet,
    model: MatchModel,
    clock: Clock,
    *,
    same: Collection[Pair] = (),
    different: Collection[Pair] = (),
) -> Outcome:
    """Scoring and clustering, with what people said."""
    features, pairs = material.features, material.pairs
    with clock.stage("scoring"):
        weights = {
            (lo, hi): scored.weight_bits
            for lo, hi, scored in likely_pairs(model, features, pairs)
        }
        links = [pair for pair, weight in weights.items() if weight >= model.join_bits]
    with clock.stage("clustering"):
        nodes = {
            place: Node(place, key, features[place]) for place, key in enumerate(data.keys)
        }
        edges = [Edge(low, high, weights[low, high]) for low, high in links]
        found = partition(nodes, edges, same=same, different=different, model=model)
    return Outcome(set(pairs), material.generic_keys, weights, links, found)


def candidate_pairs(
    features: Mapping[int, Features], model: MatchModel
) -> tuple[list[Pair], list[tuple[str, int]]]:
    """Return candidate pairs, and the (kind, key) that were generic and brought none."""
    blocks: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, each in features.items():
        for key in block_keys(each, secret=SECRET):
            blocks[key].append(place)
    pairs: set[Pair] = set()
    generic = []
    for key, members in blocks.items():
        if len(members) > model.generic_limit(key[0]):
            generic.append(key)
        else:
            pairs.update(combinations(members, 2))
    return sorted(pairs), generic


def figures(data: DataSet, shipped: MatchModel) -> dict[str, Any]:
    """Run the whole chain and compare it with the truth.

    Of the true pairs that candidates can connect, `missed_reachable` is the share that is
    neither joined nor itself in the review queue, `missed_unasked` the share between customers
    nobody is asked about, and `missed_after_review` the share still apart when every true pair
    of the queue has been answered. `questions` are pairs of customers, as the queue asks them.
    `join_precision` is that of all links, also of those a guard refused. `as_shipped` is
    the model before it has fitted itself to the records.
    """
    clock = Clock()
    material = prepare(data, shipped, clock)
    model = fitted(data, material, shipped, clock)
    outcome = match(material, data, model, clock)
    as_shipped = match(material, data, shipped, Clock())
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
        "as_shipped": {
            "b_cubed": b_cubed(data.truth, by_key(data, as_shipped.found.cluster_of)).as_dict(),
            "join_precision": round(data.share_true(as_shipped.links), 5),
            **_queue(data, as_shipped),
        },
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
    queue, questions = outcome.queue, outcome.questions
    cluster_of = outcome.found.cluster_of
    reach = reachable(outcome.candidates, data.true_pairs)
    apart = {(low, high) for low, high in reach if cluster_of[low] != cluster_of[high]}
    answered = Groups(cluster_of.items())
    for low, high in queue & data.true_pairs:
        answered.join(low, high)
    unasked = {pair for pair in apart if outcome.customers(pair) not in questions}
    still_apart = {pair for pair in apart if not answered.are_together(pair)}
    return {
        "review_pairs": len(queue),
        "review_pairs_per_record": round(len(queue) / max(len(data.keys), 1), 4),
        "questions": len(questions),
        "questions_per_record": round(len(questions) / max(len(data.keys), 1), 4),
        "review_true": len(queue & data.true_pairs),
        "missed_reachable": share(apart - queue, reach) if reach else 0.0,
        "missed_unasked": share(unasked, reach) if reach else 0.0,
        "missed_after_review": share(still_apart, reach) if reach else 0.0,
    }


def _per_record(data: DataSet, pairs: Collection[Pair]) -> float:
    """Candidates a record meets on average; each pair counts at both its ends."""
    return round(2 * len(pairs) / max(len(data.keys), 1), 2)
