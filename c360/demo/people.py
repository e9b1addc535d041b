"""Who lives where: households, their members, and what changed for them over the years."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, TypeVar

from c360.demo import names
from c360.demo.contacts import Address, ContactBook, role_email

HOUSEHOLDS = (
    ("single", 40),
    ("couple", 30),
    ("family", 15),
    ("flatmates", 9),
    ("twins", 2),
    ("father_son", 2),
    ("siblings", 2),
)


T = TypeVar("T")


@dataclass
class Changing(Generic[T]):
    """A value that changed at most once: `old` until the day `since`, `new` from then on."""

    new: T
    old: T | None = None
    since: date | None = None

    def at(self, day: date) -> T:
        if self.old is not None and self.since is not None and day < self.since:
            return self.old
        return self.new


@dataclass
class Household:
    """People under one roof and what they share; empty texts are things they lack."""

    id: str
    address: Changing[Address]
    landline: str = ""
    email: str = ""
    card: str = ""


@dataclass
class Person:
    """One human being; `id` is the entity of truth.csv, `tags` the traps that concern them."""

    id: str
    home: Household
    given: str
    family: Changing[str]
    gender: str
    born: date
    email: Changing[str]
    mobile: Changing[str]
    middle: str = ""
    second_email: str = ""
    company: str = ""
    card: str = ""
    story: str = ""
    wants_news: bool = True
    tags: set[str] = field(default_factory=set)

    @property
    def title(self) -> str:
        if self.gender == "m":
            return "Mr"
        return ("Mrs", "Ms", "Miss")[self.born.day % 3]


class Town:
    """Fills households with people until there are enough. One seeded die throws it all."""

    def __init__(self, rng: random.Random, today: date) -> None:
        self._rng, self._today = rng, today
        self.book = ContactBook(rng)
        self.people: list[Person] = []
        self._homes = 0

    def settle(self, count: int) -> list[Person]:
        """Return `count` people with everything that happened to them."""
        kinds, weights = zip(*HOUSEHOLDS, strict=True)
        for given, family, number in names.COMMON_NAMES:
            least = 3 if family == "Smith" else 1
            for _ in range(max(least, number * count // 2000)):
                self._namesake(given, family)
        while len(self.people) < count:
            getattr(self, f"_{self._rng.choices(kinds, weights)[0]}")()
        del self.people[count:]
        for person in self.people:
            self._live(person)
        self._share_things()
        self._mark_common_names()
        return self.people

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _past(self, least_days: int, most_days: int) -> date:
        return self._today - timedelta(days=self._rng.randint(least_days, most_days))

    def _home(self) -> Household:
        self._homes += 1
        home = Household(f"H{self._homes:05d}", Changing(self.book.address()))
        if self._chance(0.14):
            home.address.old, home.address.since = self.book.address(), self._past(60, 1300)
        if self._chance(0.45):
            home.landline = self.book.landline()
        return home

    def _born(self, youngest: int, oldest: int) -> date:
        years = self._rng.triangular(youngest, oldest, (youngest + oldest) / 2.1)
        return self._today - timedelta(days=int(years * 365.25))

    def _surname(self) -> str:
        """Half the people bear one of the sixty commonest names, as in life."""
        common = self._chance(0.42)
        return self._rng.choice(names.SURNAMES[:90] if common else names.SURNAMES[60:])

    def _given(self, gender: str, born: date) -> str:
        era = 0 if born.year < 1960 else 1 if born.year < 1986 else 2
        return self._rng.choice((names.WOMEN if gender == "f" else names.MEN)[era].split())

    def _person(
        self,
        home: Household,
        *,
        born: date,
        family: str = "",
        gender: str = "",
        given: str = "",
    ) -> Person:
        gender = gender or self._rng.choice("fm")
        if not family and self._chance(0.15):
            women, men, families = self._rng.choice(names.ORIGINS)
            family = self._rng.choice(families.split())
            given = given or self._rng.choice((women if gender == "f" else men).split())
        family, given = family or self._surname(), given or self._given(gender, born)
        person = Person(
            id=f"P{len(self.people) + 1:05d}",
            home=home,
            given=given,
            gender=gender,
            family=Changing(family),
            born=born,
            email=Changing(self.book.email(given, family, born.year)),
            mobile=Changing(self.book.mobile()),
        )
        self.people.append(person)
        return person

    def _namesake(self, given: str, family: str) -> None:
        gender = "f" if any(given in era.split() for era in names.WOMEN) else "m"
        born = self._born(22, 84)
        self._person(self._home(), born=born, given=given, family=family, gender=gender)

    def _single(self) -> None:
        self._person(self._home(), born=self._born(20, 86))

    def _couple(self) -> tuple[Person, Person]:
        home, age = self._home(), self._born(26, 82)
        first = self._person(home, born=age, gender="m")
        born = age + timedelta(days=self._rng.randint(-2400, 2400))
        family = first.family.new if self._chance(0.72) else ""
        second = self._person(home, born=born, family=family, gender="f")
        return first, second

    def _family(self) -> None:
        """A couple and one or two grown-up children."""
        home, age = self._home(), self._born(46, 68)
        family = self._person(home, born=age, gender="f").family.new
        self._person(home, born=age - timedelta(days=400), family=family, gender="m")
        for _ in range(self._rng.choice((1, 1, 2))):
            youth = age + timedelta(days=self._rng.randint(7300, 9900))
            self._person(home, born=min(youth, self._past(6600, 9000)), family=family)

    def _flatmates(self) -> None:
        home = self._home()
        for _ in range(self._rng.choice((2, 2, 3))):
            self._person(home, born=self._born(19, 36))

    def _siblings(self) -> None:
        home, age = self._home(), self._born(30, 75)
        family = self._person(home, born=age).family.new
        self._person(
            home, born=age + timedelta(days=self._rng.randint(400, 2000)), family=family
        )

    def _twins(self) -> None:
        home, born = self._home(), self._born(19, 60)
        first = self._person(home, born=born)
        second = self._person(home, born=born, family=first.family.new, gender=first.gender)
        while second.given == first.given:
            second.given = self._given(second.gender, born)
        second.email = Changing(self.book.email(second.given, second.family.new, born.year))
        for twin in (first, second):
            twin.tags.add("twin")

    def _father_son(self) -> None:
        home, born = self._home(), self._born(48, 78)
        father = self._person(home, born=born, gender="m")
        young = min(
            born + timedelta(days=self._rng.randint(8000, 11500)), self._past(6900, 9000)
        )
        son = self._person(
            home, born=young, gender="m", given=father.given, family=father.family.new
        )
        for each in (father, son):
            each.tags.add("father_son")

    def _live(self, person: Person) -> None:
        """What happens to one person: weddings, new mailboxes, new telephones, jobs."""
        given, family, year = person.given, person.family.new, person.born.year
        if person.gender == "f" and 1975 < year < 2002 and self._chance(0.14):
            person.family.old, person.family.since = self._surname(), self._past(90, 1100)
            person.tags.add("surname_change")
        if self._chance(0.2):
            before = self.book.email(given, person.family.old or family, year)
            person.email.old, person.email.since = before, self._past(60, 1300)
        elif person.family.old:
            person.email.new = self.book.email(given, person.family.old, year)
        if self._chance(0.12):
            person.mobile.old, person.mobile.since = self.book.mobile(), self._past(60, 1300)
        if self._chance(0.12):
            person.second_email = self.book.email(given, family, year)
        if self._chance(0.25):
            person.middle = self._given(person.gender, person.born)
        if self._chance(0.05):
            person.company = self._rng.choice(names.COMPANIES)
        person.card = f"LC{10_000_000 + 7 * int(person.id[1:]) + self._rng.randrange(7):08d}"
        person.wants_news = self._chance(0.68)

    def _share_things(self) -> None:
        """Give households a mailbox or a card in common, and old numbers to strangers."""
        homes: dict[str, list[Person]] = {}
        for person in self.people:
            homes.setdefault(person.home.id, []).append(person)
        for members in homes.values():
            same_name = len({each.family.new for each in members}) == 1 < len(members)
            if same_name and self._chance(0.12):
                members[0].home.email = self.book.household_email(members[0].family.new)
            if same_name and self._chance(0.10):
                members[0].home.card = members[0].card
        gave_up = [each for each in self.people if each.mobile.old]
        for giver in self._rng.sample(gave_up, len(gave_up) // 8):
            taker = self._rng.choice(self.people)
            if taker.home is not giver.home and not taker.mobile.old:
                taker.mobile = Changing(giver.mobile.old or "")
                giver.tags.add("recycled_phone")
                taker.tags.add("recycled_phone")

    def _mark_common_names(self) -> None:
        full = Counter((each.given, each.family.new) for each in self.people)
        for person in self.people:
            if full[person.given, person.family.new] > 2:
                person.tags.add("common_name")


def work_email(person: Person) -> str:
    """The shared mailbox of the company someone buys for."""
    return role_email(person.company)
