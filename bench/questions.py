"""What an agent types to find one of the people of the demo, with whom it should find.

As agents do, where several bear a name the year of birth is asked for too, which the text then
holds. Pure: people go in, texts come out, the same for the same dice.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from c360.demo import names
from c360.demo.people import Person

Maker = Callable[[Random, Person], str]
Knows = Callable[[Person, str], bool]  # whether a fact of a person is held: see `NEEDS`


class Asked(NamedTuple):
    """A text of some kind, and the id of the person it is about."""

    kind: str
    text: str
    person: str


def questions(
    people: Sequence[Person],
    rng: Random,
    each: int,
    knows: Knows = lambda _person, _fact: True,
) -> list[Asked]:
    """`each` questions of every kind, about people drawn by the dice.

    Nobody is asked for by what `knows` denies: no search finds what no record holds.
    """
    bearers = Counter((one.given, one.family.new) for one in people)
    numbers = Counter(one.mobile.new for one in people)
    asked = []
    for kind, make in KINDS.items():
        made = 0
        while made < each:
            person = rng.choice(people)
            if numbers[person.mobile.new] > 1 or not (text := make(rng, person)):
                continue
            is_shared = bearers[(person.given, person.family.new)] > 1
            needs = NEEDS.get(kind, {"family"})
            if is_shared and kind in NAMED and str(person.born.year) not in text:
                text, needs = f"{text} {person.born.year}", needs | {"birth"}
            if not all(knows(person, fact) for fact in needs):
                continue
            asked.append(Asked(kind, text, person.id))
            made += 1
    return asked


def swapped(rng: Random, name: str) -> str:
    """Two letters behind the first changed places."""
    at = rng.randrange(1, max(len(name) - 1, 2))
    return name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]


def slipped(rng: Random, name: str) -> str:
    """One letter behind the first is missing, doubled or another."""
    at = rng.randrange(1, len(name))
    put = rng.choice(("", name[at] * 2, rng.choice("aeiounrst")))
    return name[:at] + put + name[at + 1 :]


def _misspelt(rng: Random, person: Person) -> str:
    return f"{person.given} {slipped(rng, person.family.new)}"


def _swapped(rng: Random, person: Person) -> str:
    if rng.random() < 0.5:
        return f"{swapped(rng, person.given)} {person.family.new}"
    return f"{person.given} {swapped(rng, person.family.new)}"


def _both_misspelt(rng: Random, person: Person) -> str:
    if min(len(person.given), len(person.family.new)) < 5:
        return ""
    return f"{slipped(rng, person.given)} {slipped(rng, person.family.new)}"


def _nickname(rng: Random, person: Person) -> str:
    short = names.NICKNAMES.get(person.given)
    return f"{rng.choice(short.split())} {person.family.new}" if short else ""


def _sounds_alike(rng: Random, person: Person) -> str:
    given = names.SOUND_ALIKES.get(person.given)
    family = names.SOUND_ALIKES.get(person.family.new)
    if not given and not family:
        return ""
    return f"{given or person.given} {family or person.family.new}"


def _phone(rng: Random, person: Person) -> str:
    digits = _digits(person)
    return rng.choice(
        (
            f"0{digits}",
            f"+44{digits}",
            f"0044 {digits[:4]} {digits[4:]}",
            f"(0{digits[:4]}) {digits[4:7]}-{digits[7:]}",
            f"0{digits[:4]} {digits[4:7]} {digits[7:]}",
            f"+44 (0){digits[:4]} {digits[4:]}",
        )
    )


def _digits(person: Person) -> str:
    """A mobile number without its country: ten digits."""
    return "".join(filter(str.isdigit, person.mobile.new))[-10:]


def _town(person: Person) -> str:
    return person.home.address.new.town


KINDS: dict[str, Maker] = {
    "name": lambda rng, one: f"{one.given} {one.family.new}",
    "name turned round": lambda rng, one: f"{one.family.new}, {one.given}",
    "misspelt": _misspelt,
    "letters swapped": _swapped,
    "both misspelt": _both_misspelt,
    "nickname": _nickname,
    "sounds alike": _sounds_alike,
    "name and town": lambda rng, one: f"{one.given} {one.family.new} {_town(one)}",
    "misspelt and year": lambda rng, one: f"{_misspelt(rng, one)} {one.born.year}",
    "given, town, year": lambda rng, one: f"{one.given} {_town(one)} {one.born.year}",
    "name and birthday": lambda rng, one: f"{one.family.new} {one.born:%d/%m/%Y}",
    "phone": _phone,
    "phone, last six": lambda rng, one: _digits(one)[-6:],
    "name and phone tail": lambda rng, one: f"{one.family.new} {_digits(one)[-4:]}",
    "e-mail": lambda rng, one: one.email.new.upper(),
    "e-mail begun": lambda rng, one: one.email.new.partition("@")[0] + "@",
}
NAMED = frozenset(list(KINDS)[:9])
NEEDS: dict[str, set[str]] = {
    "name and town": {"family", "town"},
    "misspelt and year": {"family", "birth"},
    "given, town, year": {"given", "town", "birth"},
    "name and birthday": {"family", "birth"},
    "phone": {"phone"},
    "phone, last six": {"phone"},
    "name and phone tail": {"family", "phone"},
    "e-mail": {"email"},
    "e-mail begun": {"email"},
}
