"""Writes the demo's files: five systems of one retailer, and the truth about their records."""

import csv
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from c360.demo import events, stories
from c360.demo.journal import COLUMNS, Customer, Journal
from c360.demo.people import Person, Town
from c360.demo.sources import SYSTEMS, Record, build_records

MAPPINGS = Path(__file__).parent / "mappings"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class File:
    """One CSV with its mapping beside it; `reads` is `records` or `events`."""

    source: str
    reads: str
    rows: str
    mapping: str
    count: int


@dataclass(frozen=True)
class Manifest:
    """What was written: files in the order to import them, and how much there is of each."""

    seed: int
    today: str
    people: int
    records: int
    events: int
    files: tuple[File, ...]
    tags: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def generate(folder: Path, *, seed: int = 360, people: int = 2000, today: date) -> Manifest:
    """Write every file of the demo into `folder` and say what was written.

    The same `seed`, `people` and `today` give the same bytes. Events end with yesterday.
    """
    town = Town(random.Random(f"{seed}:people"), today)
    everyone = town.settle(people)
    stories.cast(everyone, town.book)
    records = build_records(random.Random(f"{seed}:records"), everyone, today)
    journal = _live(Journal(random.Random(f"{seed}:events"), today), everyone, records)
    folder.mkdir(parents=True, exist_ok=True)
    files = [_write_records(folder, each.slug, records) for each in SYSTEMS]
    files += [_write_events(folder, name, journal) for name in COLUMNS]
    _write_truth(folder, records)
    manifest = Manifest(
        seed=seed,
        today=today.isoformat(),
        people=len(everyone),
        records=len(records),
        events=sum(file.count for file in files if file.reads == "events"),
        files=tuple(files),
        tags=dict(sorted(Counter(tag for each in records for tag in each.tags).items())),
    )
    _write_json(folder / MANIFEST, manifest.as_dict())
    return manifest


def _live(journal: Journal, people: Iterable[Person], records: Sequence[Record]) -> Journal:
    """Let everybody live; of two records in one system the first bears the events."""
    by_person: dict[str, list[Record]] = {}
    for record in records:
        if record.person:
            by_person.setdefault(record.person.id, []).append(record)
    for person in people:
        theirs = by_person[person.id]
        keys: dict[str, str] = {}
        for record in theirs:
            keys.setdefault(record.source, record.external_id)
        customer = Customer(person, keys)
        events.live(journal, customer)
        stories.tell(journal, customer, theirs)
    return journal


def _write_records(folder: Path, source: str, records: Iterable[Record]) -> File:
    rows = [record.row for record in records if record.source == source]
    return _write(folder, source, source, "records", rows)


def _write_events(folder: Path, name: str, journal: Journal) -> File:
    return _write(folder, name, name.split("_")[0], "events", journal.rows(name))


def _write(
    folder: Path, name: str, source: str, reads: str, rows: Sequence[Mapping[str, str]]
) -> File:
    _write_csv(folder / f"{name}.csv", rows)
    spec = json.loads((MAPPINGS / f"{name}.json").read_text(encoding="utf-8"))
    _write_json(folder / f"{name}.mapping.json", spec)
    return File(source, reads, f"{name}.csv", f"{name}.mapping.json", len(rows))


def _write_truth(folder: Path, records: Iterable[Record]) -> None:
    """Which records are whose; a junk row is nobody else's. Only `evaluate` reads it."""
    rows = [
        {
            "source": record.source,
            "external_id": record.external_id,
            "entity_id": record.person.id if record.person else f"J{number:05d}",
            "tags": "|".join(sorted(record.tags)),
        }
        for number, record in enumerate(records)
    ]
    _write_csv(folder / "truth.csv", rows)


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
