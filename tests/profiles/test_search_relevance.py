"""The customer who is meant comes first, whatever an agent hears or mistypes."""

import random
from collections import defaultdict
from datetime import date

import pytest

from bench.questions import Asked, questions
from c360.demo.people import Person, Town
from profiles.finding.search import search
from profiles.normalise import phone
from tests.profiles.customers import make_customer, make_record

pytestmark = pytest.mark.django_db
PEOPLE, EACH = 150, 6
TODAY = date(2026, 11, 1)


def store(person: Person) -> str:
    """A customer with the current values of a person; returns the id."""
    home = person.home.address.new
    record = make_record(
        given_name=person.given,
        family_name=person.family.new,
        email=[person.email.new],
        phone=[phone(person.mobile.new, "GB")],
        birth_date=person.born.isoformat(),
        address={"city": home.town, "postal_code": home.postcode},
    )
    return make_customer(record).pk


def places(asked: list[Asked], stored: dict[str, str]) -> dict[str, list[int]]:
    """By kind the place of the wanted customer, 99 where it is not among the first three."""
    found = defaultdict(list)
    for kind, text, person in asked:
        hits = [hit.profile.pk for hit in search(text, limit=3).hits]
        found[kind].append(hits.index(stored[person]) + 1 if stored[person] in hits else 99)
    return found


def test_the_wanted_customer_is_nearly_always_first_and_hardly_ever_below_the_third() -> None:
    people = Town(random.Random("7:people"), TODAY).settle(PEOPLE)
    stored = {person.id: store(person) for person in people}

    found = places(questions(people, random.Random(7), EACH), stored)

    all_places = [place for of_kind in found.values() for place in of_kind]
    assert sum(place == 1 for place in all_places) >= 0.9 * len(all_places), dict(found)
    assert sum(place <= 3 for place in all_places) >= 0.97 * len(all_places), dict(found)
    for kind in ("name", "phone", "e-mail", "name and phone tail", "phone, last six"):
        assert set(found[kind]) == {1}, kind
