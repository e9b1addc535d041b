"""What the block keys bring and what they cost, kind by kind, over everything stored."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from matching.fitting.evaluation import blocking_recall, records_without_key
from matching.live import live_model
from matching.models import Decision
from matching.world import Pair
from profiles.models import SourceRecord

SHOWN = 20  # records without any key, named by source and key

# A pair that shares keys of two kinds is counted with both: that is what each kind costs.
COSTS = """
WITH limits AS (
    SELECT * FROM unnest(%(kinds)s::varchar[], %(limits)s::int[]) AS l (kind, most)
),
blocks AS (
    SELECT k.kind, l.most, count(*) AS size
    FROM matching_blockkey k JOIN limits l ON l.kind = k.kind GROUP BY k.kind, k.key, l.most
)
SELECT kind, most, sum(size), count(*),
    coalesce(sum(size * (size - 1) / 2) FILTER (WHERE size <= most), 0),
    count(*) FILTER (WHERE size > most), coalesce(max(size), 0)
FROM blocks GROUP BY kind, most
"""


@dataclass(frozen=True, slots=True)
class KindCost:
    """One kind of key. `skipped` blocks have more records than `limit` and bring no pairs."""

    kind: str
    limit: int
    keys: int
    blocks: int
    pairs: int
    skipped: int
    largest: int


def report(true: set[Pair] | None = None) -> dict[str, Any]:
    """Cost by kind, recall, and the records that are never compared.

    Recall is that of `true` pairs (ids, ascending in each pair), without them that of the pairs
    people decided to be the same: directly, and closed over third records. `None` where there
    is nothing to measure by. Reads every key, some pages at a time.
    """
    costs = _costs()
    known = _said_to_be_the_same() if true is None else true
    direct, closed = blocking_recall(known) if known else (None, None)
    without = records_without_key()
    records = SourceRecord.objects.live().count()
    pairs = sum(each.pairs for each in costs)
    return {
        "records": records,
        "kinds": [asdict(each) for each in costs],
        "candidates_per_record": round(2 * pairs / max(records, 1), 2),
        "measured_by": "decisions" if true is None else "truth",
        "known_pairs": len(known),
        "recall": direct,
        "closure_recall": closed,
        "records_without_key": without.count(),
        "some_without_key": [
            f"{source} {key}"
            for source, key in without.order_by("source__slug", "external_id").values_list(
                "source__slug", "external_id"
            )[:SHOWN]
        ],
    }


def _costs() -> list[KindCost]:
    """Every kind of the live model, the dearest first."""
    limits = live_model().generic_limits()
    parameters: dict[str, list[str] | list[int]] = {
        "kinds": list(limits),
        "limits": list(limits.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(COSTS, parameters)
        found = {kind: KindCost(kind, most, *map(int, rest)) for kind, most, *rest in cursor}
    unused = (KindCost(kind, most, 0, 0, 0, 0, 0) for kind, most in limits.items())
    every = [found.get(each.kind, each) for each in unused]
    return sorted(every, key=lambda each: (-each.pairs, each.kind))


def _said_to_be_the_same() -> set[Pair]:
    said = Decision.objects.binding().filter(verdict=Decision.Verdict.SAME)
    return set(said.values_list("lo_id", "hi_id"))
