"""Invented customers in four raw sources, with the truth: data for benchmarks and tests.

Households share landlines, mailboxes and cards; twins, father and son, namesakes, numbers given
on to strangers, mailboxes of companies, new surnames and placeholders are in the mix, and every
system writes with its own columns, formats and slips. The same seed writes the same bytes.
"""

import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from bench.customer_contacts import AREA_CODES
from bench.customer_people import Population
from bench.customer_rows import COLUMNS, Written, rows_of
from bench.dice import one

POOL = 50_000  # rows held back and given out in random order
PER_SHOP = 2_000  # households to one shop, whose own number its tills type in

_NAME = {"given_name": "first_name", "family_name": "last_name"}
_REACH = {"email": "email", "phone": "phone"}
_HOUSE = {
    "address.line1": "street",
    "address.city": "city",
    "address.postal_code": "postcode",
}
_CARD = {"identifiers.loyalty_card": "loyalty_no"}
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "crm": {"prefix": "title", **_NAME, **_REACH, "birth_date": "dob", **_HOUSE},
    "shop": {**_CARD, **_NAME, **_REACH, **_HOUSE},
    "support": {"full_name": "full_name", **_REACH},
    "loyalty": {
        **_CARD,
        **_NAME,
        **_REACH,
        "birth_date": {"column": "dob", "format": "%d/%m/%Y"},
        "address.postal_code": "postcode",
    },
}


@dataclass(frozen=True, slots=True)
class Customer:
    """One row of a source with its truth; `tags` name the traps it takes part in."""

    source: str
    values: list[str]
    entity: str
    household: str
    tags: str

    @property
    def external_id(self) -> str:
        return self.values[0]


def mapping(source: str) -> dict[str, Any]:
    """How the product reads a source: the spec of a record mapping."""
    return {"key": "source_id", "updated_at": "created_at", "attributes": ATTRIBUTES[source]}


def customers(records: int, seed: int) -> Iterator[Customer]:
    """Yield that many rows, shuffled within a pool; memory does not grow with their number."""
    rng = Random(seed)  # noqa: S311 - seeded dice, no secret
    numbers = dict.fromkeys(COLUMNS, 0)
    for row in _shuffled(islice(_written(rng), records), rng):
        numbers[row.source] += 1
        tags = row.person.tags | ({"junk"} if row.is_junk else set())
        yield Customer(
            row.source,
            [f"{row.source}-{numbers[row.source]:07d}", *row.values],
            row.person.key,
            row.person.household,
            "|".join(sorted(tags)),
        )


def write_customers(folder: Path, *, records: int, seed: int = 1) -> None:
    """Write four sources, their mappings and `truth.csv` into a new or existing folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:

        def table(name: str, header: tuple[str, ...]) -> Any:
            path = folder / f"{name}.csv"
            file = files.enter_context(path.open("w", encoding="utf-8", newline=""))
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            return writer

        sources = {source: table(source, COLUMNS[source]) for source in COLUMNS}
        truth = table("truth", ("source", "external_id", "entity_id", "household_id", "tags"))
        for row in customers(records, seed):
            sources[row.source].writerow(row.values)
            truth.writerow((row.source, row.external_id, row.entity, row.household, row.tags))
    for source in COLUMNS:
        spec = json.dumps(mapping(source), indent=1)
        (folder / f"{source}.mapping.json").write_text(spec + "\n", encoding="utf-8")


def _written(rng: Random) -> Iterator[Written]:
    counter_phone = ""
    for number, people in enumerate(Population(rng).households()):
        if number % PER_SHOP == 0:
            counter_phone = f"0{one(rng, AREA_CODES)}1{number // PER_SHOP:06d}"
        for person in people:
            yield from rows_of(rng, person, counter_phone)


def _shuffled(rows: Iterator[Written], rng: Random) -> Iterator[Written]:
    """Mix rows with those up to a pool's size behind them."""
    pool: list[Written] = []
    for row in rows:
        if len(pool) < POOL:
            pool.append(row)
        else:
            spot = int(rng.random() * POOL)
            pool[spot], row = row, pool[spot]
            yield row
    rng.shuffle(pool)
    yield from pool
