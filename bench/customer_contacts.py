"""Mailboxes, telephone numbers and cards, each handed out once.

Numbers belong to nobody: mobiles begin 071 or 072, which are in no numbering plan, and the
local part of a landline begins with 0 or 1, as none does. Mail domains end in `.example` or
are kept for examples.
"""

from random import Random

from bench import customer_words as words
from bench.dice import Taken, Weighted, below, one
from c360.demo.contacts import letters

AREA_CODES = ("113", "114", "115", "116", "117", "118", "121", "131", "141", "151", "161")
SURNAME = Weighted(words.SURNAMES)
DOMAIN = Weighted(*zip(*words.MAIL_DOMAINS, strict=True))


class Contacts:
    """What people are reached by; nothing is given to two."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken = Taken()

    def company(self) -> str:
        """The domain of a company's mailboxes."""
        kind = one(self._rng, words.COMPANY_KINDS)
        return f"{letters(SURNAME.pick(self._rng))}{kind}{below(self._rng, 10_000)}.example"

    def mailbox(self, given: str, family: str, year: int) -> str:
        """A new address in one of the shapes people choose; `year` is that of their birth."""
        rng = self._rng
        given, family = letters(given), letters(family)
        dice = rng.random()
        if dice < 0.18:
            name = f"{given}.{family}"
        elif dice < 0.28:
            name = f"{given}{family}"
        elif dice < 0.38:
            name = f"{given[0]}.{family}"
        elif dice < 0.46:
            name = f"{given}_{family}"
        elif dice < 0.58:
            name = f"{given}{year}"
        elif dice < 0.70:
            name = f"{given}{family[:1]}{year % 100:02d}"
        elif dice < 0.82:
            name = f"{family}{given[0]}{below(rng, 1000)}"
        elif dice < 0.95:
            name = f"{given}.{family}{below(rng, 1000)}"
        else:
            name = f"{one(rng, words.WORDS)}{below(rng, 10_000)}"
        return self._free(name, DOMAIN.pick(rng))

    def household_mailbox(self, family: str) -> str:
        """A new address a family shares, such as thesmiths@."""
        shape = one(self._rng, ("the{}s", "{}family", "{}.home"))
        return self._free(shape.format(letters(family)), DOMAIN.pick(self._rng))

    def _free(self, name: str, domain: str) -> str:
        made = f"{name}@{domain}"
        while not self._taken.is_new(made):
            made = f"{name}{below(self._rng, 100_000)}@{domain}"
        return made

    def mobile(self) -> str:
        """A new number as eleven digits."""
        while not self._taken.is_new(
            made := f"07{100_000_000 + below(self._rng, 200_000_000)}"
        ):
            pass
        return made

    def landline(self) -> str:
        """A new number as eleven digits."""
        while True:
            local = f"{below(self._rng, 2_000_000):07d}"
            if self._taken.is_new(made := f"0{one(self._rng, AREA_CODES)}{local}"):
                return made

    def card(self) -> str:
        """A new number of a loyalty card."""
        while not self._taken.is_new(made := f"LC{10_000_000 + below(self._rng, 89_999_999)}"):
            pass
        return made
