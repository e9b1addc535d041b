"""How long one new record takes among many stored ones, and how that grows.

    python -m bench.live [STORED …]

For each number of stored records (10,000 and 100,000 if none is given), invented customers are
put into a database of their own and resolved. Then, in one process with nothing cached:

- `candidates_and_weights`: the one statement that finds the candidates of a record and reads
  them (`statement`), and their weights (`weights`), for stored records picked at random, each
  asked once: the thousand after the first ten thousand, as a server answers that has been at
  work for a minute, and in `at_first` the first thousand, most pages of which the database has
  to read yet;
- `one_new_record`: an arriving record stored, resolved, and all of it committed;
- `arriving_in_batches`: records per second when they come by the hundred, all writes included,
  stored and resolved by one process in turn;
- `beside_workers`: the same with one process that stores and as many that resolve as `up`
  starts.

Prints one JSON object; times are milliseconds of wall time. What a size came to is told on
standard error at once, since a million records take long.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from random import Random
from statistics import fmean, quantiles
from typing import Any

from bench.bulk_load import load_rows
from bench.clock import machine
from bench.customer_rows import COLUMNS
from bench.customers import Customer, customers, mapping
from bench.own_database import own_database
from c360.services.attach import ROOT

SIZES = (10_000, 100_000)
SEED = 31
PICKED = 1_000
BEFORE = 9_000  # more than have been asked about when the second thousand is measured
ALONE = 300
IN_BATCHES = 6_000
BATCH = 200
WORKERS = 2  # as many as `up` starts unless told otherwise


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--one"]:
        with own_database():
            print(json.dumps(at_size(int(arguments[1]))))
        return 0
    before = machine()
    measured = [in_a_process(size) for size in sorted(map(int, arguments)) or SIZES]
    growth = [growth_of_p95(less, more) for less, more in pairwise(measured)]
    print(json.dumps({"machine": before, "sizes": measured, "growth_of_p95": growth}, indent=2))
    return 0


def in_a_process(size: int) -> dict[str, Any]:
    """Measure one size; a process can be set up for one database only."""
    command = [sys.executable, "-m", "bench.live", "--one", str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(found), file=sys.stderr)
    return found


def growth_of_p95(less: dict[str, Any], more: dict[str, Any]) -> dict[str, float]:
    names = ("candidates_and_weights", "one_new_record")
    return {"from": less["stored"], "to": more["stored"]} | {
        name: round(more[name]["p95"] / less[name]["p95"], 2) for name in names
    }


def at_size(size: int) -> dict[str, Any]:
    """Fill the database, resolve by command so that nothing is cached here, and measure."""
    arriving = customers(size + ALONE + 2 * IN_BATCHES, SEED)
    spent = {}
    start = time.perf_counter()
    load_rows(islice(arriving, size))
    make_mappings()
    spent["load"] = time.perf_counter() - start
    start = time.perf_counter()
    resolve = [sys.executable, str(ROOT / "manage.py"), "resolve", "--verbosity", "0"]
    subprocess.run(resolve, check=True)
    spent["resolve"] = time.perf_counter() - start
    return {
        "stored": size,
        "loading_seconds": {name: round(value, 1) for name, value in spent.items()},
        **measure(arriving),
    }


def make_mappings() -> None:
    from profiles.models import Source, SourceMapping

    SourceMapping.objects.bulk_create(
        SourceMapping(source=source, reads="records", version=1, spec=mapping(source.slug))
        for source in Source.objects.all()
    )


def measure(arriving: Iterator[Customer]) -> dict[str, Any]:
    """All three questions, at the size the database has now."""
    from django.db import connection

    from c360.garbage import collect_seldom

    collect_seldom()  # as every worker does
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "candidates_and_weights": candidates_and_weights(),
        "one_new_record": one_by_one(list(islice(arriving, ALONE))),
        "arriving_in_batches": in_batches(list(islice(arriving, IN_BATCHES))),
        "beside_workers": beside_workers(list(islice(arriving, IN_BATCHES))),
    }


def candidates_and_weights() -> dict[str, Any]:
    """Find and weigh the candidates of stored records: at first, and when more was asked."""
    from profiles.models import SourceRecord

    ids = list(SourceRecord.objects.values_list("pk", flat=True))
    picked = Random(SEED).sample(ids, min(2 * PICKED + BEFORE, len(ids)))  # noqa: S311 - no secret
    at_first = one_at_a_time(picked[:PICKED])
    one_at_a_time(picked[PICKED:-PICKED])
    return one_at_a_time(picked[-PICKED:]) | {"at_first": at_first}


def one_at_a_time(record_ids: Sequence[int]) -> dict[str, Any]:
    """Find and weigh the candidates of these records, one after another."""
    from matching.live import FEATURES, live_model
    from matching.resolving.links import score_candidates
    from matching.resolving.snapshot import take_snapshot

    model, statement, weights, met = live_model(), [], [], []
    for pk in record_ids:
        FEATURES.forget()
        start = time.perf_counter()
        snapshot = take_snapshot([pk], model=model)
        read = time.perf_counter()
        score_candidates(snapshot, model)
        statement.append(read - start)
        weights.append(time.perf_counter() - read)
        met.append(len(snapshot.pairs))
    both = [sum(each) for each in zip(statement, weights, strict=True)]
    return percentiles(both) | {
        "statement": percentiles(statement),
        "weights": percentiles(weights),
        "candidates": round(fmean(met), 2),
    }


def one_by_one(rows: Sequence[Customer]) -> dict[str, float]:
    """Store and resolve record after record, nobody else at work."""
    from matching.resolving.resolve import resolve_waiting

    times = []
    for row in rows:
        start = time.perf_counter()
        store([row])
        resolve_waiting()
        times.append(time.perf_counter() - start)
    return percentiles(times)


def in_batches(rows: Sequence[Customer]) -> dict[str, float]:
    """Store and resolve in batches, in one process."""
    from matching.resolving.resolve import resolve_waiting

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


def beside_workers(rows: Sequence[Customer]) -> dict[str, float]:
    """Store in this process while others resolve, until all is settled."""
    from django.db import connection

    connection.close()  # no child may inherit it
    context = get_context("fork")
    is_all_stored = context.Event()
    workers = [context.Process(target=_resolve, args=(is_all_stored,)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    start = time.perf_counter()
    for first in range(0, len(rows), BATCH):
        store(rows[first : first + BATCH])
    stored = time.perf_counter() - start
    is_all_stored.set()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - start
    return {
        "records": len(rows),
        "batch": BATCH,
        "workers": WORKERS,
        "stored_per_second": round(len(rows) / stored),
        "records_per_second": round(len(rows) / seconds),
    }


def _resolve(is_all_stored: Event) -> None:
    from matching.resolving.resolve import resolve_until_settled, resolve_waiting

    while not is_all_stored.is_set():
        resolve_waiting()
        is_all_stored.wait(0.01)
    resolve_until_settled()


def store(rows: Sequence[Customer]) -> None:
    """Store arriving rows, one transaction for each source among them."""
    from profiles.ingest.reading import Row
    from profiles.ingest.records import store_rows
    from profiles.models import SourceMapping

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
