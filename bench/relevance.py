"""Whether the customer an agent means comes first, among the people of the demo.

    python -m bench.relevance [PEOPLE] [QUESTIONS]

Loads and resolves the demo of 2,000 people in a database of its own, so that customers have
their records of five systems with all the slips in them. Then asks what agents type (16 kinds,
20 of each unless said otherwise, and numbers of orders and tickets), by what some record of the
person holds; right is a customer that holds a record of the person meant. Prints one JSON
object.
"""

import csv
import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.own_database import own_database
from bench.questions import Asked, Knows, questions
from c360.demo.people import Person

PEOPLE, EACH, SEED = 2_000, 20, 360
TODAY = date(2026, 11, 1)


def main(arguments: list[str]) -> int:
    people = int(arguments[0]) if arguments else PEOPLE
    each = int(arguments[1]) if len(arguments) > 1 else EACH
    os.environ["C360_DATABASE_ROLE"] = "owner"
    with own_database(), TemporaryDirectory() as folder:
        asked = load(Path(folder), people, each)
        told: dict[str, Any] = {"people": people, **figures(asked, wanted(Path(folder)))}
        print(json.dumps(told, indent=2))
    return 0


def load(folder: Path, people: int, each: int) -> list[Asked]:
    """Import and resolve the demo; what to ask about its people."""
    from django.core.management import call_command

    from c360.demo import stories
    from c360.demo.generate import generate
    from c360.demo.lawful import make_lawful
    from c360.demo.load import import_files, make_sources
    from c360.demo.people import Town

    manifest = generate(folder, seed=SEED, people=people, today=TODAY)
    make_lawful()
    make_sources()
    import_files(folder, manifest, verbosity=0)
    call_command("resolve", verbosity=0)
    town = Town(_dice(":people"), TODAY)
    everyone = town.settle(people)
    stories.cast(everyone, town.book)
    asked = questions(everyone, _dice(), each, _knowledge(folder))
    return asked + _numbers(folder, _dice(), each)


def _knowledge(folder: Path) -> Knows:
    """Whether some record of a person holds a fact as it is now."""
    from profiles.models import SourceRecord

    persons = _persons(folder)
    held: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    rows = SourceRecord.objects.values_list("source__slug", "external_id", "attributes")
    for source, key, attributes in rows:
        held[persons[source, key]] |= _held(attributes)
    return lambda person, fact: (fact, _fact(person, fact)) in held[person.id]


def _held(attributes: dict[str, Any]) -> set[tuple[str, str]]:
    """The facts of one record, spelt as `_fact` spells them."""
    city = (attributes.get("address") or {}).get("city") or ""
    singles = {
        "given": attributes.get("given_name"),
        "family": attributes.get("family_name"),
        "birth": attributes.get("birth_date"),
        "town": city,
    }
    found = {(fact, str(value).casefold()) for fact, value in singles.items() if value}
    found |= {("phone", str(number)[-10:]) for number in attributes.get("phone") or ()}
    return found | {("email", str(each).casefold()) for each in attributes.get("email") or ()}


def _fact(person: Person, fact: str) -> str:
    return {
        "given": person.given,
        "family": person.family.new,
        "birth": person.born.isoformat(),
        "town": person.home.address.new.town,
        "phone": "".join(filter(str.isdigit, person.mobile.new))[-10:],
        "email": person.email.new,
    }[fact].casefold()


def _dice(use: str = "") -> random.Random:
    return random.Random(f"{SEED}{use}")  # noqa: S311 - no secret


def _numbers(folder: Path, rng: random.Random, each: int) -> list[Asked]:
    """Orders and tickets by their number, whole or without its prefix."""
    from profiles.models import CustomerObject

    persons = _persons(folder)
    rows = CustomerObject.objects.exclude(record=None).filter(kind__in=["order", "ticket"])
    found = list(
        rows.order_by("pk").values_list(
            "object_id", "record__source__slug", "record__external_id"
        )
    )
    return [
        Asked(
            "order or ticket", rng.choice((number.lower(), f"#{number}")), persons[source, key]
        )
        for number, source, key in rng.sample(found, each)
    ]


def _persons(folder: Path) -> dict[tuple[str, str], str]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["source"], row["external_id"]): row["entity_id"]
            for row in csv.DictReader(file)
        }


def wanted(folder: Path) -> dict[str, set[str]]:
    """The customers that hold records of each person."""
    from profiles.models import Membership

    persons, found = _persons(folder), defaultdict(set)
    rows = Membership.objects.values_list(
        "profile_id", "record__source__slug", "record__external_id"
    )
    for profile, source, key in rows:
        found[persons[source, key]].add(profile)
    return found


def figures(asked: Sequence[Asked], right: dict[str, set[str]]) -> dict[str, Any]:
    """The shares of questions by kind whose customer is first, and among the first three."""
    from profiles.finding.search import search

    places, missed = defaultdict(list), []
    for kind, text, person in asked:
        hits = [hit.profile.pk for hit in search(text, limit=3).hits]
        place = next((n for n, pk in enumerate(hits, 1) if pk in right[person]), 99)
        places[kind].append(place)
        if place == 99:
            missed.append(f"{kind}: {text}")
    everything = [place for of_kind in places.values() for place in of_kind]
    kinds = {kind: _shares(found) for kind, found in places.items()}
    return {"all": _shares(everything), "kinds": kinds, "missed": missed}


def _shares(places: Sequence[int]) -> dict[str, float]:
    first, three = (sum(place <= most for place in places) for most in (1, 3))
    return {
        "questions": len(places),
        "first": round(first / len(places), 3),
        "among_three": round(three / len(places), 3),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
