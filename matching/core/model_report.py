"""What another version of the model would change: pairs, clusters, what people said.

Pure. Records are named by their keys, never by their values.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from matching.core.clustering import Edge, Key, Node, Pair, partition
from matching.core.features import Features
from matching.core.model import MatchModel
from matching.core.scoring import score

MOST_EXAMPLES = 20
MOST_KEYS = 12  # named of one example
Z95 = 1.959964


@dataclass(frozen=True)
class Records:
    """Records by place in the order of their keys; `joining` may join by themselves, each set
    of `held` is locked together."""

    keys: Sequence[Key]
    features: Sequence[Features]
    joining: frozenset[int]
    decisions: Mapping[Pair, str]
    held: Sequence[Collection[int]] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What one version makes of the records: pairs joined and asked, clusters, verdicts."""

    joined: frozenset[Pair]
    asked: frozenset[Pair]
    cluster_of: Mapping[int, int]
    decided: Mapping[Pair, float]
    join_bits: float
    review_bits: float
    compared: int
    kept: Mapping[Pair, float]


def outcome(
    model: MatchModel,
    records: Records,
    pairs: Sequence[Pair],
    *,
    weights: Mapping[Pair, float] | None = None,
) -> Outcome:
    """Weigh the candidate pairs of a version and cluster all records with its links.

    `weights` are those of all pairs and decisions, where they are known already.
    """
    weight = _weigher(model, records) if weights is None else weights.__getitem__
    kept = {p: bits for p in pairs if (bits := weight(p)) >= model.review_bits}
    joined = {
        pair: bits
        for pair, bits in kept.items()
        if bits >= model.join_bits and records.joining.issuperset(pair)
    }
    nodes = {
        place: Node(place, key, records.features[place])
        for place, key in enumerate(records.keys)
    }
    found = partition(
        nodes,
        [Edge(lo, hi, bits) for (lo, hi), bits in joined.items()],
        same=[pair for pair, said in records.decisions.items() if said == "same"],
        different=[pair for pair, said in records.decisions.items() if said == "different"],
        model=model,
        held=records.held,
    )
    return Outcome(
        joined=frozenset(joined),
        asked=frozenset(kept.keys() - joined.keys()),
        cluster_of=found.cluster_of,
        decided={pair: weight(pair) for pair in records.decisions},
        join_bits=model.join_bits,
        review_bits=model.review_bits,
        compared=len(pairs),
        kept=kept,
    )


def weigh_alike(one: MatchModel, other: MatchModel) -> bool:
    """Whether two versions give every pair the same weight: they differ in limits alone."""
    weighing = ("prior", "comparisons", "identifiers", "custom", "frequencies", "columns")
    ours, theirs = one.to_spec(), other.to_spec()
    return all(ours.get(part) == theirs.get(part) for part in weighing)


def _weigher(model: MatchModel, records: Records) -> Callable[[Pair], float]:
    def weight(pair: Pair) -> float:
        return score(model, records.features[pair[0]], records.features[pair[1]]).weight_bits

    return weight


def compare(before: Outcome, after: Outcome, records: Records) -> dict[str, Any]:
    """Return what changes from one outcome to the other, as plain JSON values."""
    return {
        "records": len(records.keys),
        "pairs": {
            "joined": _gained(before.joined, after.joined),
            "asked": _gained(before.asked, after.asked),
        },
        "compared": {"before": before.compared, "after": after.compared},
        "clusters": _clusters(before, after, records.keys),
        "decisions": {
            "decided": len(records.decisions),
            "before": _kept_words(before, records.decisions),
            "after": _kept_words(after, records.decisions),
        },
    }


def _gained(before: frozenset[Pair], after: frozenset[Pair]) -> dict[str, int]:
    return {
        "before": len(before),
        "after": len(after),
        "gained": len(after - before),
        "lost": len(before - after),
    }


def _clusters(before: Outcome, after: Outcome, keys: Sequence[Key]) -> dict[str, Any]:
    """Clusters that several others become, and that become several."""
    joined = _mixed(after.cluster_of, before.cluster_of)
    split = _mixed(before.cluster_of, after.cluster_of)
    sizes, sizes_after = Counter(before.cluster_of.values()), Counter(after.cluster_of.values())
    return {
        "before": len(sizes),
        "after": len(sizes_after),
        "largest_before": max(sizes.values(), default=0),
        "largest_after": max(sizes_after.values(), default=0),
        "joined": len(joined),
        "split": len(split),
        "examples": {
            "joined": [_named(each, keys) for each in joined[:MOST_EXAMPLES]],
            "split": [_named(each, keys) for each in split[:MOST_EXAMPLES]],
        },
    }


Parts = list[list[int]]


def _mixed(whole: Mapping[int, int], parts: Mapping[int, int]) -> list[Parts]:
    """Clusters of `whole` whose records lie in several of `parts`; the largest first."""
    members: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place in sorted(whole):
        members[whole[place]][parts[place]].append(place)
    found = [list(groups.values()) for groups in members.values() if len(groups) > 1]
    return sorted(found, key=lambda groups: (-sum(map(len, groups)), groups))


def _named(groups: Parts, keys: Sequence[Key]) -> list[list[str]]:
    """The parts of an example as "source key", cut off after a dozen."""
    left = MOST_KEYS
    named = []
    for group in groups:
        if left > 0:
            named.append([" ".join(keys[place]) for place in group[:left]])
            left -= len(group)
    return named


def _kept_words(found: Outcome, decisions: Mapping[Pair, str]) -> dict[str, Any]:
    """How the weights agree with what people said; pairs between the thresholds are asked."""
    joined = [said for p, said in decisions.items() if found.decided[p] >= found.join_bits]
    same = [p for p, said in decisions.items() if said == "same"]
    kept = sum(found.decided[pair] >= found.join_bits for pair in same)
    missed = sum(found.decided[pair] < found.review_bits for pair in same)
    return {
        "contradicted": joined.count("different") + missed,
        "precision": _share(joined.count("same"), len(joined)),
        "recall": _share(kept, len(same)),
    }


def _share(part: int, whole: int) -> dict[str, float | int | None]:
    low, high = wilson(part, whole)
    return {
        "pairs": whole,
        "share": round(part / whole, 4) if whole else None,
        "low": round(low, 4),
        "high": round(high, 4),
    }


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, 0 to 1; (0, 1) where nothing was seen.

    Source: Wilson (1927); right also for few pairs and shares near 0 and 1.
    """
    if not whole:
        return 0.0, 1.0
    share, z2 = part / whole, Z95 * Z95
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z95 * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return max(middle - half, 0.0), min(middle + half, 1.0)
