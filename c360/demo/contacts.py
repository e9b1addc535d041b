"""Mail addresses, telephone numbers and addresses that cannot belong to anyone.

Mail domains end in `.example` or are example.com, .net and .org (RFC 2606). Mobile numbers
begin 07700 9: Ofcom keeps 07700 900000 to 900999 for fiction, too few for two thousand people,
and the rest of 07700 9 is in no numbering plan (`phonenumbers` calls it possible, not valid).
Landlines come from Ofcom's ranges for fiction. Postcode areas begin with Q, which none does.
"""

import random
import re
from dataclasses import dataclass

from c360.demo import names

LANDLINE_RANGES = (
    "0113 496 0", "0114 496 0", "0115 496 0", "0116 496 0", "0117 496 0", "0118 496 0",
    "0121 496 0", "0131 496 0", "0141 496 0", "0151 496 0", "0161 496 0", "020 7946 0",
    "0191 498 0", "029 2018 0", "01632 960",
)  # fmt: skip
SHOP_NUMBER = "01632960100"  # Harbour & Pine's own counter, typed when a form insists
_POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class Address:
    """Where a household lives, as a tidy clerk writes it."""

    line1: str
    town: str
    postcode: str


class ContactBook:
    """Hands out mailboxes and numbers, each to one owner only."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._taken: set[str] = {SHOP_NUMBER}

    def _fresh(self, made: str) -> bool:
        if made in self._taken:
            return False
        self._taken.add(made)
        return True

    def mobile(self) -> str:
        """A new mobile number as eleven digits, 077009…"""
        while not self._fresh(made := f"077009{self._rng.randrange(100_000):05d}"):
            pass
        return made

    def landline(self) -> str:
        """A new landline number as digits with its leading zero."""
        while True:
            prefix = self._rng.choice(LANDLINE_RANGES).replace(" ", "")
            if self._fresh(made := f"{prefix}{self._rng.randrange(1000):03d}"):
                return made

    def email(self, given: str, family: str, birth_year: int) -> str:
        """A new personal address in one of the shapes people choose."""
        domain = weighted(self._rng, names.MAIL_DOMAINS)
        mailbox = self._mailbox(letters(given), letters(family), birth_year)
        number = 0
        while not self._fresh(made := f"{mailbox}{number or ''}@{domain}"):
            number = self._rng.randint(2, 99)
        return made

    def _mailbox(self, given: str, family: str, birth_year: int) -> str:
        word = self._rng.choice(names.MAILBOX_WORDS)
        shapes = (
            (f"{given}.{family}", 34), (f"{given}{family}", 12), (f"{given[0]}.{family}", 12),
            (f"{given}.{family}{birth_year % 100:02d}", 16), (f"{family}.{given}", 6),
            (f"{given}{birth_year % 100:02d}", 6), (f"{given}_{family}", 8),
            (f"{word}{self._rng.randint(2, 99)}", 6),
        )  # fmt: skip
        return weighted(self._rng, shapes)

    def household_email(self, family: str) -> str:
        """A mailbox a family shares, such as thesmiths@."""
        shape = self._rng.choice(("the{}s", "{}family", "{}home"))
        while True:
            number = self._rng.choice(["", "", str(self._rng.randint(2, 99))])
            domain = weighted(self._rng, names.MAIL_DOMAINS)
            if self._fresh(made := f"{shape.format(letters(family))}{number}@{domain}"):
                return made

    def address(self) -> Address:
        """A house in a town of our own; flats and named houses are rarer."""
        rng = self._rng
        town, area, _weight = rng.choices(names.TOWNS, [each[2] for each in names.TOWNS])[0]
        street = f"{rng.choice(names.STREETS)} {rng.choice(names.STREET_KINDS)}"
        number = f"{min(rng.randint(1, 140), rng.randint(1, 140))}"
        shape = rng.random()
        if shape < 0.10:
            number = f"Flat {rng.randint(1, 24)}, {number}"
        elif shape < 0.14:
            number = f"{rng.choice(names.HOUSE_NAMES)},"
        last = "".join(rng.choices(_POSTCODE_LETTERS, k=2))
        postcode = f"{area}{rng.randint(1, 19)} {rng.randint(1, 9)}{last}"
        return Address(f"{number} {street}", town, postcode)


def weighted(rng: random.Random, choices: tuple[tuple[str, int], ...]) -> str:
    """Pick a text by its weight."""
    return rng.choices([text for text, _ in choices], [weight for _, weight in choices])[0]


def letters(name: str) -> str:
    """A name as it goes into a mailbox: lower case, letters only."""
    return re.sub(r"[^a-z]", "", name.lower())


def role_email(company: str, mailbox: str = "info") -> str:
    """The mailbox of a company: info@brightwatercafe.example."""
    return f"{mailbox}@{letters(company)}.example"
