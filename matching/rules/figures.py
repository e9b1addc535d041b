"""Figures of a report beyond its counts: the threshold curve and the riskiest changes. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from matching.core.clustering import Pair
from matching.core.model_report import Outcome, Records, wilson

POINTS = 25
BEYOND_BITS = 12.0  # how far above the threshold the curve goes on
MOST_RISKY = 20


def curve(found: Outcome, decisions: Mapping[Pair, str]) -> list[dict[str, Any]]:
    """What other join thresholds would give, from the review threshold upwards.

    `pairs` counts candidate pairs that would reach it; precision and recall are those on the
    decided pairs, with the ends of the 95 % interval of the precision.
    """
    last = max(found.join_bits, found.review_bits) + BEYOND_BITS
    step = (last - found.review_bits) / (POINTS - 1)
    same = sum(said == "same" for said in decisions.values())
    return [
        _point(round(found.review_bits + number * step, 2), found, decisions, same)
        for number in range(POINTS)
    ]


def _point(
    bits: float, found: Outcome, decisions: Mapping[Pair, str], same: int
) -> dict[str, Any]:
    joined = [said for pair, said in decisions.items() if found.decided[pair] >= bits]
    right = joined.count("same")
    low, high = wilson(right, len(joined))
    return {
        "bits": bits,
        "pairs": sum(weight >= bits for weight in found.kept.values()),
        "labels": len(joined),
        "precision": round(right / len(joined), 4) if joined else None,
        "low": round(low, 4),
        "high": round(high, 4),
        "recall": round(right / same, 4) if same else None,
    }


def riskiest(
    before: Outcome, after: Outcome, records: Records, ids: Sequence[int]
) -> list[dict[str, Any]]:
    """The changes a person should look at first, by the ids of two records each.

    First decisions that the weights contradict; then, in turn, joins on the weakest evidence
    and partings of the strongest, one for each two customers.
    """
    contradicting = list(_contradicted(after, records.decisions))
    known = {change["pair"] for change in contradicting}
    joins = _between(after, before, "joins", weakest_first=True)
    parts = _between(before, after, "parts", weakest_first=False)
    changes = [*contradicting]
    changes += [each for each in _in_turn(joins, parts) if each["pair"] not in known]
    sizes = Counter(before.cluster_of.values()), Counter(after.cluster_of.values())
    return [_as_json(each, ids, before, after, sizes) for each in changes[:MOST_RISKY]]


Change = dict[str, Any]


def _contradicted(after: Outcome, decisions: Mapping[Pair, str]) -> Iterator[Change]:
    """Pairs told apart that would join, and pairs said to be one that would not be asked."""
    for pair, said in sorted(decisions.items(), key=lambda each: -after.decided[each[0]]):
        bits = after.decided[pair]
        if said == "different" and bits >= after.join_bits:
            yield {"pair": pair, "change": "against_different", "bits": bits}
        if said == "same" and bits < after.review_bits:
            yield {"pair": pair, "change": "against_same", "bits": bits}


def _between(
    whole: Outcome, parts: Outcome, change: str, *, weakest_first: bool
) -> Iterator[Change]:
    """Links inside a cluster of `whole` whose ends lie apart in `parts`."""
    sign = 1 if weakest_first else -1
    found = [
        (sign * whole.kept[pair], pair)
        for pair in whole.joined
        if whole.cluster_of[pair[0]] == whole.cluster_of[pair[1]]
        and parts.cluster_of[pair[0]] != parts.cluster_of[pair[1]]
    ]
    seen: set[frozenset[int]] = set()
    for bits, pair in sorted(found):
        sides = frozenset(parts.cluster_of[place] for place in pair)
        if sides not in seen:
            seen.add(sides)
            yield {"pair": pair, "change": change, "bits": sign * bits}


def _in_turn(one: Iterator[Change], other: Iterator[Change]) -> list[Change]:
    ours, theirs = (list(islice(each, MOST_RISKY)) for each in (one, other))
    mixed = []
    for place in range(MOST_RISKY):
        mixed += ours[place : place + 1] + theirs[place : place + 1]
    return mixed


def _as_json(
    change: Change,
    ids: Sequence[int],
    before: Outcome,
    after: Outcome,
    sizes: tuple[Counter[int], Counter[int]],
) -> dict[str, Any]:
    lo, hi = change["pair"]
    first, second = sorted((ids[lo], ids[hi]))
    clusters = {before.cluster_of[place] for place in (lo, hi)}
    return {
        "lo": first,
        "hi": second,
        "change": change["change"],
        "bits": round(change["bits"], 2),
        "records_before": sum(sizes[0][cluster] for cluster in clusters),
        "records_after": sizes[1][after.cluster_of[lo]],
    }
