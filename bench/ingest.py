"""How many person records and events a second imports store, in a database of their own.

    python -m bench.ingest [ROWS]

Stores ROWS (20,000) invented people four times (new, the same again, a tenth changed, all
changed), then as many events on half as many orders; once with nobody listening to the news
and once with the listeners of matching and consent. Prints one JSON object. Rates are rows per
second of wall time in one process, all writes included.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.own_database import own_database

SPEC = {
    "key": "id",
    "updated_at": "changed",
    "attributes": {
        "given_name": "first",
        "family_name": "last",
        "birth_date": "born",
        "email": "email",
        "phone": "phone",
        "address.line1": "street",
        "address.city": "town",
        "address.postal_code": "postcode",
    },
}
EVENTS = {
    "key": "id",
    "record": "who",
    "occurred_at": "at",
    "kind": {"value": "order"},
    "text": "text",
    "amount": {"column": "amount", "currency": "GBP"},
    "object": {"namespace": "bench:order", "kind": "order", "id": "order", "state": "state"},
}
BATCH = 1000


def person(number: int, day: int) -> dict[str, str]:
    return {
        "id": f"C{number}",
        "changed": f"2025-01-{day:02d}T09:00:00Z",
        "first": ("Ana", "Bea", "Cleo", "Dora", "Edda")[number % 5],
        "last": f"Harper{number % 9973}",
        "born": f"{1940 + number % 60}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "email": f"p{number}@mail{number % 31}.example",
        "phone": f"07700 9{number % 100000:05d}",
        "street": f"{number % 200} Mill Lane",
        "town": ("Hull", "Leeds", "York")[number % 3],
        "postcode": f"HU{number % 19 + 1} {number % 9}AB",
        "note": f"day {day}",
    }


def happening(number: int, rows: int) -> dict[str, str]:
    return {
        "id": f"E{number}",
        "who": f"C{number * 7 % rows}",
        "at": f"20{20 + number % 5}-{1 + number % 12:02d}-{1 + number % 28:02d}T10:00:00Z",
        "text": "Two chairs and a table",
        "amount": f"{number % 300}.50",
        "order": f"O{number % max(rows // 2, 1)}",
        "state": ("placed", "sent")[number % 2],
    }


def timed(
    store: Callable[..., Any], mapping: Any, rows: list[dict[str, str]]
) -> dict[str, Any]:
    """Store rows in batches; return what they did and the rate."""
    from profiles.ingest.importing import Report, batches
    from profiles.ingest.reading import Row

    report = Report()
    start, cpu = time.perf_counter(), time.process_time()
    for batch in batches((Row(each) for each in rows), BATCH):
        stored = store(mapping.source, mapping, batch, origin="bench")
        report.add(stored.counts.as_dict(), stored.bad, stored.notes)
    seconds = time.perf_counter() - start
    did = {name: number for name, number in report.counts.items() if number}
    cpu = time.process_time() - cpu
    return did | {
        "seconds": round(seconds, 2),
        "python_cpu_seconds": round(cpu, 2),
        "per_second": round(len(rows) / seconds),
    }


def measure(rows: int, slug: str) -> dict[str, Any]:
    """Import into a new source."""
    from profiles.ingest.events import store_events
    from profiles.ingest.records import store_rows
    from profiles.models import Source, SourceMapping

    source = Source.objects.create(slug=slug, name=slug)
    of_records, of_events = (
        SourceMapping.objects.create(source=source, reads=reads, version=1, spec=spec)
        for reads, spec in (("records", SPEC), ("events", EVENTS))
    )

    def people(day: Callable[[int], int]) -> dict[str, Any]:
        return timed(store_rows, of_records, [person(each, day(each)) for each in range(rows)])

    def events(orders: str) -> dict[str, Any]:
        told = [happening(each, rows) for each in range(rows)]
        for each in told:
            each["order"] = f"{orders}{each['order']}"
        return timed(store_events, of_events, told)

    return {
        "new": people(lambda _: 1),
        "same": people(lambda _: 1),
        "tenth_changed": people(lambda number: 1 + (number % 10 == 0)),
        "changed": people(lambda _: 3),
        "events": events(slug),
        "events_again": events(slug),
    }


def both(rows: int) -> dict[str, Any]:
    """Measure with the news switched off, then with everybody listening."""
    from profiles.signals import records_changed

    listeners, records_changed.receivers = records_changed.receivers, []
    alone = measure(rows, "alone")
    records_changed.receivers = listeners
    records_changed.sender_receivers_cache.clear()
    return {"rows": rows, "batch": BATCH, "alone": alone, "listened_to": measure(rows, "heard")}


def main(arguments: list[str]) -> int:
    rows = int(arguments[0]) if arguments else 20_000
    with own_database():
        print(json.dumps(both(rows), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
