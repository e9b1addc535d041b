"""The customer who is meant comes first, whatever an agent hears or mistypes."""

import random
from datetime import date

import pytest

from bench.questions import Asked, questions
from c360.demo.people import Person, Town
from profiles.finding.search import search
from profiles.mappings.normalise import phone
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


def place_of(asked: Asked, stored: dict[str, str]) -> int:
    """Where the wanted customer stands, 99 if not among the first three."""
    hits = [hit.profile.pk for hit in search(asked.text, limit=3).hits]
    wanted = stored[asked.person]
    return hits.index(wanted) + 1 if wanted in hits else 99


def test_the_wanted_customer_is_nearly_always_first_and_hardly_ever_below_the_third() -> None:
    people = Town(random.Random("7:people"), TODAY).settle(PEOPLE)
    stored = {person.id: store(person) for person in people}

    found = {one: place_of(one, stored) for one in questions(people, random.Random(7), EACH)}

    not_first = [one for one, place in found.items() if place > 1]
    missed = [one for one, place in found.items() if place > 3]
    assert len(not_first) <= 0.1 * len(found), not_first
    assert len(missed) <= 0.05 * len(found), missed
    sure = {"name", "phone", "e-mail", "name and phone tail", "phone, last six"}
    assert not [one for one in not_first if one.kind in sure]
