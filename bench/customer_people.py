"""Households and the people in them: who shares what, before anybody writes it down."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

from bench import customer_words as words
from bench.customer_contacts import SURNAME, Contacts
from bench.dice import Weighted, below, one

SIZES = ((1, 38), (2, 35), (3, 14), (4, 11), (5, 2))
RECYCLED = 500  # given-up numbers that wait for their next owner
YEAR = 2026


@dataclass(slots=True)
class Home:
    """Where people live; `flat` may be empty."""

    flat: str
    number: int
    street: str
    kind: str
    town: str
    postcode: str


@dataclass(slots=True)
class Person:
    """One customer. Lists begin with the current value; `moved` is the year of the move."""

    key: str
    household: str
    is_woman: bool
    given: str
    family: str
    birth: tuple[int, int, int]
    homes: list[Home]
    emails: list[str] = field(default_factory=list)
    mobiles: list[str] = field(default_factory=list)
    old_family: str = ""
    middle: str = ""
    generation: str = ""
    landline: str = ""
    card: str = ""
    moved: int = 0
    tags: set[str] = field(default_factory=set)


SIZE = Weighted([size for size, _ in SIZES], [share for _, share in SIZES])
GIVEN = {True: Weighted(words.WOMEN), False: Weighted(words.MEN)}
TOWN = Weighted([place[:2] for place in words.TOWNS], [place[2] for place in words.TOWNS])


class Population:
    """Makes household after household, each with what its members share."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._contacts = Contacts(rng)
        self._given_up: deque[str] = deque(maxlen=RECYCLED)
        self._company = ""
        self._persons = count(1)

    def households(self) -> Iterator[list[Person]]:
        """Yield households without end, their people in the order of their birth."""
        for number in count(1):
            if number % 40 == 1:
                self._company = self._contacts.company()
            yield self._household(f"H{number:07d}")

    def _household(self, key: str) -> list[Person]:
        rng = self._rng
        size = SIZE.pick(rng)
        are_mates = size > 1 and rng.random() < 0.06
        home, surname = self._home(), SURNAME.pick(rng)
        people: list[Person] = []
        for place in range(size):
            people.append(self._member(key, place, surname, home, people, are_mates))
        if size > 1 and not are_mates:
            self._alike(people)
        self._share(people)
        for person in people:
            self._reachable(person)
        return people

    def _member(
        self, key: str, place: int, surname: str, home: Home, people: list[Person], mates: bool
    ) -> Person:
        rng = self._rng
        is_woman = place == 0 if rng.random() < 0.45 else rng.random() < 0.5
        keeps_own = mates or (place == 1 and rng.random() < 0.12)
        born = self._born(place, people, mates)
        person = Person(
            key=f"P{next(self._persons):07d}",
            household=key,
            is_woman=is_woman,
            given=GIVEN[is_woman].pick(rng),
            family=SURNAME.pick(rng) if keeps_own else surname,
            birth=(born, 1 + below(rng, 12), 1 + below(rng, 28)),
            homes=[home],
            middle=one(rng, "ABCDEFGHJKLMNPRSTW") if rng.random() < 0.5 else "",
        )
        self._name_story(person)
        self._move(person)
        return person

    def _born(self, place: int, people: list[Person], mates: bool) -> int:
        """The first is an adult, the second about as old, the others are their children."""
        rng = self._rng
        if place == 0:
            return YEAR - 24 - below(rng, 62)
        eldest = people[0].birth[0]
        if place == 1 or mates:
            return min(max(eldest - 6 + below(rng, 13), YEAR - 94), YEAR - 18)
        return min(eldest + 20 + below(rng, 18), YEAR - 4)

    def _name_story(self, person: Person) -> None:
        rng, dice = self._rng, self._rng.random()
        if dice < 0.07:
            given, person.family = one(rng, words.COMMON)
            person.is_woman = given in words.WOMEN
            person.given = given
            person.tags.add("common_name")
        elif dice < 0.13 and person.is_woman:
            person.old_family = SURNAME.pick(rng)
            person.tags.add("surname_change")
        elif dice < 0.15:
            person.family = f"{person.family}-{SURNAME.pick(rng)}"
        elif dice < 0.16:
            person.family = one(rng, words.ACCENTED)[0]

    def _move(self, person: Person) -> None:
        rng = self._rng
        if rng.random() < 0.33:
            stays = rng.random() < 0.45
            person.homes.append(self._home(person.homes[0] if stays else None))
            person.moved = 2015 + below(rng, 11)

    def _alike(self, people: list[Person]) -> None:
        """Twins, or a father and a son of one name."""
        rng = self._rng
        if len(people) > 3 and rng.random() < 0.19:
            elder, twin = people[2], people[3]
            twin.birth, twin.family = elder.birth, elder.family
            if rng.random() < 0.4:
                elder.given, twin.given = one(rng, words.LOOK_ALIKE_GIVEN)
            elif rng.random() < 0.4:
                starts = [name for name in words.MEN if name[0] == elder.given[0]]
                twin.given = one(rng, starts or words.MEN)
            elder.tags.add("twin")
            twin.tags.add("twin")
        elif len(people) > 2 and rng.random() < 0.035:
            father, son = people[0], people[2]
            son.given, son.family, son.is_woman = father.given, father.family, father.is_woman
            father.generation, son.generation = "Sr", "Jr"
            father.tags.add("jrsr")
            son.tags.add("jrsr")

    def _share(self, people: list[Person]) -> None:
        rng = self._rng
        if rng.random() < (0.5 if len(people) > 1 else 0.3):
            line = self._contacts.landline()
            for person in people:
                person.landline = line
                person.tags.add("shared_phone")
        if len(people) > 1:
            if rng.random() < 0.1:
                mailbox = self._contacts.household_mailbox(people[0].family)
                for person in people[:2]:
                    person.emails.append(mailbox)
                    person.tags.add("shared_email")
            if rng.random() < 0.09:
                people[0].card = people[1].card = self._contacts.card()
                people[0].tags.add("shared_card")
                people[1].tags.add("shared_card")

    def _reachable(self, person: Person) -> None:
        """Mailboxes, mobiles and a card of one's own."""
        rng = self._rng
        for _ in range(1 + (rng.random() < 0.55) + (rng.random() < 0.25)):
            person.emails.insert(below(rng, 2), self._mailbox(person))
        if rng.random() < 0.022:
            person.emails.append(f"{one(rng, words.ROLES)}@{self._company}")
            person.tags.add("role_email")
        for _ in range(1 + (rng.random() < 0.4)):
            person.mobiles.append(self._contacts.mobile())
        if rng.random() < 0.012 and self._given_up:
            person.mobiles[0] = self._given_up.popleft()
            person.tags.add("recycled_phone")
        elif rng.random() < 0.013:
            self._given_up.append(person.mobiles[-1])
            person.tags.add("recycled_phone")
        if not person.card:
            person.card = self._contacts.card()

    def _home(self, near: Home | None = None) -> Home:
        rng = self._rng
        town, area = (near.town, near.postcode[:2]) if near else TOWN.pick(rng)
        area = area.rstrip("0123456789")
        letters_ = one(rng, "ABDEFGHJLNPQRSTUWXYZ") + one(rng, "ABDEFGHJLNPQRSTUWXYZ")
        return Home(
            flat=str(1 + below(rng, 40)) if rng.random() < 0.2 else "",
            number=1 + below(rng, 180),
            street=one(rng, words.STREETS),
            kind=one(rng, words.STREET_KINDS),
            town=town,
            postcode=f"{area}{1 + below(rng, 29)} {below(rng, 10)}{letters_}",
        )

    def _mailbox(self, person: Person) -> str:
        family = person.old_family or person.family
        return self._contacts.mailbox(person.given, family, person.birth[0])
