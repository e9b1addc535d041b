"""How long one new record takes among many stored ones, and how that grows.

    python -m bench.live [STORED …]

For each number of stored records (10,000 and 100,000 if none is given; rising), invented
customers are imported and resolved by the commands any installation uses, in a database of
their own. Then, in one process with nothing cached:

- `candidates_and_weights`: the one statement that finds the candidates of a record and reads
  them, and their weights, for stored records picked at random;
- `one_new_record`: an arriving record stored, resolved, and all of it committed;
- `arriving_in_batches`: records per second when they come by the hundred, all writes included.

Prints one JSON object; times are milliseconds of wall time.
"""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from statistics import fmean, quantiles
from typing import Any

from bench.clock import machine
from bench.customer_rows import COLUMNS
from bench.customers import Customer, customers, mapping
from bench.own_database import own_database
from c360.services.attach import ROOT

SIZES = (10_000, 100_000)
SEED = 31
PICKED = 1_000
ALONE = 300
IN_BATCHES = 2_000
BATCH = 200


def main(arguments: list[str]) -> int:
    sizes = sorted(int(each) for each in arguments) or list(SIZES)
    with own_database() as data:
        print(json.dumps(report(data, sizes), indent=2))
    return 0


def report(data: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Fill the database step by step and measure at each size."""
    from profiles.models import SourceRecord

    machine_before = machine()
    arriving = customers(sizes[-1] + len(sizes) * (ALONE + IN_BATCHES), SEED)
    measured: list[dict[str, Any]] = []
    for size in sizes:
        loaded = load(data, list(islice(arriving, size - SourceRecord.objects.count())))
        measured.append({"stored": size, **loaded, **measure(arriving)})
    return {
        "machine": machine_before,
        "sizes": measured,
        "growth_of_p95": [
            {
                "from": less["stored"],
                "to": more["stored"],
                **{
                    name: round(more[name]["p95"] / less[name]["p95"], 2)
                    for name in ("candidates_and_weights", "one_new_record")
                },
            }
            for less, more in pairwise(measured)
        ],
    }


def load(data: Path, rows: Sequence[Customer]) -> dict[str, Any]:
    """Import and resolve by command; return the seconds of both."""
    spent = {"import": 0.0, "resolve": 0.0}
    for source, header in COLUMNS.items():
        table, spec = data / f"{source}.csv", data / f"{source}.json"
        spec.write_text(json.dumps(mapping(source)), encoding="utf-8")
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(row.values for row in rows if row.source == source)
        spent["import"] += command(
            *("import_records", source, str(table)),
            *("--mapping", str(spec), "--create-source", "--verbosity", "0"),
        )
    spent["resolve"] = command("resolve", "--verbosity", "0")
    return {"loading_seconds": {name: round(value, 1) for name, value in spent.items()}}


def command(*words: str) -> float:
    """Run one management command in a process of its own; return its seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, str(ROOT / "manage.py"), *words], check=True)
    return time.perf_counter() - start


def measure(arriving: Iterator[Customer]) -> dict[str, Any]:
    """All three questions, at the size the database has now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "candidates_and_weights": candidates_and_weights(),
        "one_new_record": one_by_one(list(islice(arriving, ALONE))),
        "arriving_in_batches": in_batches(list(islice(arriving, IN_BATCHES))),
    }


def candidates_and_weights() -> dict[str, float]:
    """Find and weigh the candidates of stored records, one at a time."""
    from matching.links import score_candidates
    from matching.live import live_model
    from matching.snapshot import take_snapshot
    from profiles.models import SourceRecord

    ids = list(SourceRecord.objects.values_list("pk", flat=True))
    model, times, met = live_model(), [], []
    for pk in Random(SEED).sample(ids, min(PICKED, len(ids))):  # noqa: S311 - no secret
        start = time.perf_counter()
        snapshot = take_snapshot([pk], model=model)
        score_candidates(snapshot, model)
        times.append(time.perf_counter() - start)
        met.append(len(snapshot.pairs))
    return percentiles(times) | {"candidates": round(fmean(met), 2)}


def one_by_one(rows: Sequence[Customer]) -> dict[str, float]:
    """Store and resolve record after record, nobody else at work."""
    from matching.resolve import resolve_waiting

    times = []
    for row in rows:
        start = time.perf_counter()
        store([row])
        resolve_waiting()
        times.append(time.perf_counter() - start)
    return percentiles(times)


def in_batches(rows: Sequence[Customer]) -> dict[str, float]:
    """Store and resolve in batches, in one process."""
    from matching.resolve import resolve_waiting

    start, cpu = time.perf_counter(), time.process_time()
    for first in range(0, len(rows), BATCH):
        store(rows[first : first + BATCH])
        resolve_waiting()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {
        "records": len(rows),
        "batch": BATCH,
        "records_per_second": round(len(rows) / seconds),
        "python_cpu_share": round(cpu / seconds, 2),
    }


def store(rows: Sequence[Customer]) -> None:
    """Store arriving rows, one transaction for each source among them."""
    from profiles.ingest import store_rows
    from profiles.models import SourceMapping
    from profiles.reading import Row

    for source, header in COLUMNS.items():
        its_own = [
            Row(dict(zip(header, row.values, strict=True)))
            for row in rows
            if row.source == source
        ]
        if its_own:
            found = SourceMapping.objects.select_related("source").filter(source__slug=source)
            newest = found.latest("version")
            store_rows(newest.source, newest, its_own, origin="bench")


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the longest, in milliseconds."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    named = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(seconds)}
    return {name: round(value * 1000, 2) for name, value in named.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
