"""How fast records come in and are resolved, and how right the result is, on invented people.

    python -m bench.pipeline [PEOPLE]

Makes the demo's files for PEOPLE people (2,000), takes them into a database of its own by the
commands any installation uses, and prints one JSON object. Rates are records or events per
second of wall time in one process, all writes included.
"""

import json
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.own_database import own_database


def main(arguments: list[str]) -> int:
    people = int(arguments[0]) if arguments else 2000
    with own_database() as data:
        print(json.dumps(measure(data / "files", people), indent=2))
    return 0


def measure(folder: Path, people: int) -> dict[str, Any]:
    """Import, resolve, evaluate and verify; the servers run."""
    from django.core.management import call_command

    from c360.demo.generate import generate
    from c360.demo.load import make_sources
    from matching.fitting.evaluation import evaluate, read_truth
    from matching.resolving.resolve import BULK_BATCH, resolve_until_settled

    manifest = generate(folder, seed=360, people=people, today=datetime.now(UTC).date())
    make_sources()
    seconds: defaultdict[str, float] = defaultdict(float)
    for file in manifest.files:
        start = time.perf_counter()
        call_command(
            f"import_{file.reads}",
            file.source,
            str(folder / file.rows),
            mapping=folder / file.mapping,
            verbosity=0,
        )
        seconds[file.reads] += time.perf_counter() - start
    start = time.perf_counter()
    done = resolve_until_settled(limit=BULK_BATCH)
    seconds["resolve"] = time.perf_counter() - start
    start = time.perf_counter()
    call_command("verify", stdout=sys.stderr)
    seconds["verify"] = time.perf_counter() - start
    return {
        "people": people,
        "records": manifest.records,
        "events": manifest.events,
        "records_per_second": {
            "imported": round(manifest.records / seconds["records"]),
            "resolved": round(done.resolved / seconds["resolve"]),
        },
        "events_per_second": round(manifest.events / seconds["events"]),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "quality": evaluate(read_truth(folder / "truth.csv")),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
