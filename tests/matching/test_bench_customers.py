"""The invented customers of the benchmarks: repeatable, whole, and full of what misleads."""

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import pytest

from bench.customer_people import Population
from bench.customer_rows import COLUMNS
from bench.customer_words import ROLES
from bench.customers import Customer, customers, mapping, write_customers
from matching.core.features import features_of
from profiles.mappings.records import RecordMapping

RECORDS = 3000
TRAPS = (
    *("shared_phone", "shared_email", "shared_card", "twin", "jrsr", "recycled_phone"),
    *("role_email", "surname_change", "common_name", "junk"),
)


@pytest.fixture(scope="module")
def made() -> list[Customer]:
    return list(customers(RECORDS, seed=5))


def attributes(row: Customer) -> dict[str, object]:
    """The row as the product would store it."""
    cells = dict(zip(COLUMNS[row.source], row.values, strict=True))
    return RecordMapping.parse(mapping(row.source)).read(cells).attributes


def test_one_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("first", 3), ("again", 3), ("other", 4)):
        write_customers(tmp_path / name, records=400, seed=seed)

    first, again, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).glob("*.csv")}
        for name in ("first", "again", "other")
    )
    assert first == again
    assert all(first[name] != other[name] for name in first)


def test_the_truth_names_every_record_once(tmp_path: Path) -> None:
    write_customers(tmp_path, records=500, seed=8)

    with (tmp_path / "truth.csv").open(encoding="utf-8") as file:
        truth = [(row["source"], row["external_id"]) for row in csv.DictReader(file)]
    written = []
    for spec in tmp_path.glob("*.mapping.json"):
        source = spec.name.removesuffix(".mapping.json")
        assert json.loads(spec.read_text(encoding="utf-8")) == mapping(source)
        with (tmp_path / f"{source}.csv").open(encoding="utf-8") as file:
            written += [(source, row["source_id"]) for row in csv.DictReader(file)]
    assert len(truth) == 500
    assert sorted(truth) == sorted(written)


def test_every_row_can_be_read_by_its_mapping(made: list[Customer]) -> None:
    read = [attributes(row) for row in made]

    assert sum(bool(each) for each in read) > 0.99 * RECORDS


def test_people_have_as_many_records_as_customers_have(made: list[Customer]) -> None:
    sizes = Counter(row.entity for row in made).values()

    pairs = sum(size * (size - 1) // 2 for size in sizes)
    assert 1.2 <= pairs / RECORDS <= 1.7
    assert max(sizes) <= 11


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_is_set(made: list[Customer], trap: str) -> None:
    assert any(trap in row.tags.split("|") for row in made)


def test_people_of_one_household_share_a_landline(made: list[Customer]) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    households: dict[str, set[str]] = defaultdict(set)
    for row in made:
        for phone in features_of(attributes(row)).phones:
            if phone.is_landline:
                owners[phone.tail].add(row.entity)
                households[phone.tail].add(row.household)

    shared = [tail for tail, people in owners.items() if len(people) > 1]
    within = [tail for tail in shared if len(households[tail]) == 1]
    assert len(within) >= 20
    assert len(within) >= 0.8 * len(shared)  # the rest is the shop's own, or mistyped


def test_twins_are_born_on_one_day_in_one_household() -> None:
    twins: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for people, _ in zip(Population(Random(2)).households(), range(800), strict=False):
        for person in people:
            if "twin" in person.tags:
                twins[person.household].append(person.birth)
    assert twins
    assert all(len(days) == 2 and days[0] == days[1] for days in twins.values())


def test_no_mailbox_or_number_belongs_to_strangers_but_those_given_on() -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for people, _ in zip(Population(Random(6)).households(), range(1500), strict=False):
        for person in people:
            own = [*person.emails, person.card, person.landline]
            own += [] if "recycled_phone" in person.tags else person.mobiles
            for value in own:
                homes[value].add(person.household)

    shared = {value for value, owners in homes.items() if value and len(owners) > 1}
    assert all(value.split("@")[0] in ROLES for value in shared)
