"""What one bulk run costs, stage by stage: invented customers, from records to customers.

    python -m bench.bulk [RECORDS] [--splink]

100,000 records unless said otherwise. They are put into a database of their own by COPY and
resolved by the same code as `resolve`; memory and CPU are those of our processes together, the
CPU of the database server beside them. With `--splink` the same records go through Splink 5 in
the same run, which needs the packages of requirements-bench.lock. Prints one JSON object.
"""

import json
import sys
import time
from typing import Any

from bench import peer
from bench.clock import machine
from bench.own_database import own_database
from bench.usage import Usage

SEED = 31


def main(arguments: list[str]) -> int:
    numbers = [int(each) for each in arguments if each.isdigit()]
    records = numbers[0] if numbers else 100_000
    with own_database():
        report = {"machine": machine(), "ours": measure(records)}
        if "--splink" in arguments:
            report["splink"] = splink()
    print(json.dumps(report, indent=2))
    return 0


def measure(records: int) -> dict[str, Any]:
    """Load, resolve in bulk and count; the servers run."""
    from bench.bulk_load import load
    from matching.bulk.run import resolve_in_bulk
    from matching.models import Link, ReviewCase
    from profiles.models import Profile, SourceRecord

    started = time.perf_counter()
    load(records, seed=SEED)
    loaded = time.perf_counter() - started
    usage = Usage()
    started = time.perf_counter()
    with usage.watching():
        usage.enter("Starting")
        done = resolve_in_bulk(tell=lambda stage: usage.enter(stage.name))
        seconds = time.perf_counter() - started
    return {
        "records": SourceRecord.objects.count(),
        "load_seconds": round(loaded, 1),
        "resolved": done.resolved,
        "failed": done.failed,
        "links": Link.objects.count(),
        "review_cases": ReviewCase.objects.open().count(),
        "customers": Profile.objects.filter(record_count__gt=0).count(),
        "seconds": round(seconds, 1),
        "records_per_second": round(done.resolved / seconds),
        "stages": usage.as_dict(),
    }


def splink() -> dict[str, Any]:
    """What Splink takes for the records that are stored."""
    from profiles.models import SourceRecord

    stored = SourceRecord.objects.order_by("pk").values_list("attributes", flat=True)
    return peer.cost(stored.iterator(chunk_size=5_000), "customers")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
