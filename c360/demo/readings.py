"""A person as one system came to know them: the values of a day, with that system's errors."""

import random
from dataclasses import dataclass, field
from datetime import date

from c360.demo import noise
from c360.demo.contacts import SHOP_NUMBER, Address
from c360.demo.people import Person, work_email


@dataclass(frozen=True)
class Habits:
    """What a system tends to hold and to get wrong; shares between 0 and 1.

    The first group is how often a field is filled, the second how often it goes wrong.
    """

    email: float = 0.0
    mobile: float = 0.0
    landline: float = 0.0
    born: float = 0.0
    address: float = 0.0
    card: float = 0.0
    middle: float = 0.0
    nickname: float = 0.06
    initial: float = 0.03
    swapped: float = 0.0
    slip: float = 0.02
    scanned: float = 0.0
    misheard: float = 0.0
    junk: float = 0.01
    counter_number: float = 0.0


@dataclass
class Reading:
    """Values before they are written the way of one source; empty texts are blanks."""

    given: str
    family: str
    middle: str = ""
    email: str = ""
    mobile: str = ""
    landline: str = ""
    born: date | None = None
    address: Address | None = None
    card: str = ""
    tags: set[str] = field(default_factory=set)


class Reader:
    """Reads people with the errors of one system. The same die, the same errors."""

    def __init__(self, rng: random.Random, habits: Habits) -> None:
        self._rng, self._habits = rng, habits

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def read(self, person: Person, day: date, *, cleanly: bool = False) -> Reading:
        """The person as of `day`; `cleanly` leaves nothing out and gets nothing wrong."""
        family = person.family.at(day)
        found = Reading(person.given, family, tags=set(person.tags))
        if family != person.family.new:
            found.tags.add("maiden_name")
        if cleanly:
            self._fill_all(found, person, day)
            return found
        self._reach(found, person, day)
        self._place(found, person, day)
        self._share(found, person)
        self._misname(found)
        self._misspell(found)
        self._junk(found)
        return found

    def _fill_all(self, found: Reading, person: Person, day: date) -> None:
        found.email, found.mobile = person.email.new, person.mobile.new
        found.born, found.card = person.born, person.card
        found.address = person.home.address.at(day)

    def _reach(self, found: Reading, person: Person, day: date) -> None:
        """E-mail and telephones of the day; at least one of them, or nobody could write."""
        habits = self._habits
        if self._chance(habits.email):
            found.email = person.email.at(day)
            if person.second_email and self._chance(0.4):
                found.email = person.second_email
            elif found.email != person.email.new:
                found.tags.add("old_email")
        if self._chance(habits.mobile) or not found.email:
            found.mobile = person.mobile.at(day)
        if person.home.landline and self._chance(habits.landline):
            found.landline = person.home.landline
            found.tags.add("landline")

    def _place(self, found: Reading, person: Person, day: date) -> None:
        habits = self._habits
        if self._chance(habits.address):
            found.address = person.home.address.at(day)
            if found.address is not person.home.address.new:
                found.tags.add("old_address")
        if self._chance(habits.born):
            found.born = person.born
        if self._chance(habits.card):
            found.card = person.card
            if person.home.card and self._chance(0.7):
                found.card = person.home.card
                found.tags.add("shared_card")
        if self._chance(habits.middle):
            found.middle = person.middle

    def _share(self, found: Reading, person: Person) -> None:
        """Household and company mailboxes in the place of one's own."""
        if found.email and person.home.email and self._chance(0.5):
            found.email = person.home.email
            found.tags.add("shared_email")
        elif found.email and person.company and self._chance(0.45):
            found.email = work_email(person)
            found.tags.add("role_email")

    def _misname(self, found: Reading) -> None:
        habits, given = self._habits, found.given
        if self._chance(habits.nickname):
            found.given = noise.nickname(self._rng, given)
        elif self._chance(habits.initial):
            found.given = given[0]
        if found.given != given:
            found.tags.add("nickname" if len(found.given) > 1 else "initial")
        if self._chance(habits.swapped):
            found.given, found.family = found.family, found.given
            found.tags.add("swapped_names")

    def _misspell(self, found: Reading) -> None:
        """Independent slips in every field."""
        rng, habits = self._rng, self._habits
        before = (found.given, found.family, found.email, found.mobile, found.born)
        if self._chance(habits.slip):
            found.given = noise.typo(rng, found.given)
        if self._chance(habits.slip):
            found.family = noise.typo(rng, found.family)
        if self._chance(habits.scanned):
            found.family = noise.scan(rng, found.family)
        if self._chance(habits.misheard):
            found.given, found.family = (
                noise.misheard(found.given),
                noise.misheard(found.family),
            )
        if found.email and self._chance(habits.slip * 0.7):
            found.email = noise.mistyped_email(rng, found.email)
        if found.mobile and self._chance(habits.slip * 0.6):
            found.mobile = noise.mistyped_phone(rng, found.mobile)
        if found.born and self._chance(habits.slip * 1.2):
            found.born = noise.mistyped_date(rng, found.born)
        if before != (found.given, found.family, found.email, found.mobile, found.born):
            found.tags.add("misspelt")

    def _junk(self, found: Reading) -> None:
        """What is typed to get past a form: it must count as missing."""
        rng, habits = self._rng, self._habits
        if self._chance(habits.junk):
            found.mobile = rng.choice(noise.JUNK_PHONES)
            found.tags.add("junk_value")
        if found.born and self._chance(habits.junk):
            found.born = rng.choice(noise.JUNK_DATES)
            found.tags.add("junk_value")
        if self._chance(habits.counter_number):
            found.mobile = SHOP_NUMBER
            found.tags.add("shop_number")
