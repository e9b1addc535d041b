"""Values that customers would show otherwise, because other records would be joined."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from matching.core.model_report import Outcome
from profiles.models import Override, SourceRecord
from profiles.survivorship.choosing import golden_values
from profiles.survivorship.live import live_rules
from profiles.survivorship.overrides import overrides_on
from profiles.survivorship.rules import OFFERED, Rules

MOST_CUSTOMERS = 5_000  # whose values are worked out; beyond, the first by key stand for all
AT_ONCE = 500


def values_that_flip(before: Outcome, after: Outcome, ids: Sequence[int]) -> dict[str, Any]:
    """How many customers would show another value, by attribute; about two queries per 500.

    A customer is followed by the record with the smallest key, which names its cluster. One
    that merely gains or loses a value is not counted.
    """
    now, then = _members(before.cluster_of), _members(after.cluster_of)
    changed = [name for name in sorted(now) if now[name] != then[after.cluster_of[name]]]
    counted: Counter[str] = Counter()
    customers, rules = 0, live_rules()
    for start in range(0, min(len(changed), MOST_CUSTOMERS), AT_ONCE):
        sides = [
            (now[name], then[after.cluster_of[name]])
            for name in changed[start : min(start + AT_ONCE, MOST_CUSTOMERS)]
        ]
        records = _records({ids[place] for side in sides for each in side for place in each})
        said = overrides_on(records)
        for side in sides:
            old, new = (_those(records, each, ids) for each in side)
            flips = _flips(old, new, rules, said)
            counted.update(flips)
            customers += bool(flips)
    return {
        "changed": len(changed),
        "looked_at": min(len(changed), MOST_CUSTOMERS),
        "customers": customers,
        "values": sum(counted.values()),
        "by_attribute": dict(counted.most_common()),
    }


def _members(cluster_of: Mapping[int, int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place, name in sorted(cluster_of.items()):
        found[name].append(place)
    return found


def _records(record_ids: set[int]) -> dict[int, SourceRecord]:
    return SourceRecord.objects.live().select_related("source").in_bulk(record_ids)


def _those(
    records: Mapping[int, SourceRecord], places: Sequence[int], ids: Sequence[int]
) -> list[SourceRecord]:
    return [records[ids[place]] for place in places if ids[place] in records]


def _flips(
    now: Sequence[SourceRecord],
    then: Sequence[SourceRecord],
    rules: Rules,
    said: Sequence[Override],
) -> list[str]:
    shown, other = golden_values(now, rules, said), golden_values(then, rules, said)
    return [
        attribute.partition(".")[0]
        for attribute in shown.keys() & other.keys()
        if attribute.partition(".")[0] in OFFERED  # parts of a name change with the name
        and shown[attribute]["value"] != other[attribute]["value"]
    ]
