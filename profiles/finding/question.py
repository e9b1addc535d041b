"""Reads what somebody typed into the search box: which kind of thing is it?

Pure: no database. One text may be read several ways ("10442" is an order, a card or the end of
a phone number); `kind` is the likeliest, the other fields hold every reading worth a look.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from profiles import normalise

MAX_LENGTH = 120
MIN_LENGTH = 2
MIN_TAIL = 4

_PROFILE_ID = re.compile(r"P-[0-9A-HJKMNP-TV-Z]{12}")
_DIALLED = re.compile(r"[+(\d][\d\s().\-/]*")
_BRITISH_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
_KIND_WORD = re.compile(
    r"^(?:order|ticket|case|return|card|customer|invoice|no|nr|number|id)\b[\s.:#]*",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")


class Kind(StrEnum):
    """What the text looks like."""

    NOTHING = "nothing"
    PROFILE = "profile"
    EMAIL = "email"
    PHONE = "phone"
    POSTCODE = "postcode"
    NUMBER = "number"
    NAME = "name"


@dataclass(frozen=True)
class Question:
    """Every reading of one text. Empty fields mean: not readable that way."""

    text: str
    kind: Kind
    identifiers: frozenset[str] = frozenset()  # normalised, of any namespace
    phone_tail: str = ""  # digits
    number: str = ""  # capitals, no spaces: order, ticket, card
    postcodes: frozenset[str] = frozenset()
    words: tuple[str, ...] = field(default=())  # folded words of a name
    year: str = ""


def read(typed: str, region: str) -> Question:
    """Read a text. `region` is the country of phone numbers without a prefix, e.g. `GB`."""
    text = " ".join(typed.replace("\x00", "").split())[:MAX_LENGTH]
    if len(text) < MIN_LENGTH:
        return Question(text, Kind.NOTHING)
    if _PROFILE_ID.fullmatch(text.upper()):
        return Question(text.upper(), Kind.PROFILE)
    if "@" in text:
        return _address(text)
    bare = _KIND_WORD.sub("", text).lstrip("#").strip()
    number = re.sub(r"\s+", "", bare).upper()
    if _BRITISH_POSTCODE.fullmatch(number):
        known = _identifiers(number)
        return Question(text, Kind.POSTCODE, known, number=number, postcodes=_postcodes(number))
    if _DIALLED.fullmatch(bare):
        return _digits(text, bare, number, region)
    if _is_number(bare, named=bare != text):
        return Question(text, Kind.NUMBER, _identifiers(number), number=number)
    return _name(text)


def _address(text: str) -> Question:
    """A whole e-mail address, or the name that may stand in the part typed so far."""
    address = normalise.email(text)
    if address:
        return Question(text, Kind.EMAIL, frozenset({address}))
    words = re.sub(r"[\W\d_]+", " ", normalise.fold(text.partition("@")[0])).split()
    return Question(text, Kind.EMAIL, words=tuple(word for word in words if len(word) > 2))


def _is_number(bare: str, *, named: bool) -> bool:
    """True for `HP-104421`, `order 12` (named) and `LC 1001 2040`; not for `anna 1984`."""
    digits = sum(char.isdigit() for char in bare)
    letters = sum(char.isalpha() for char in bare)
    return digits > 0 and (named or " " not in bare or digits > letters)


def _identifiers(number: str) -> frozenset[str]:
    found = normalise.identifier(number)
    return frozenset({found} if found else ())


def _postcodes(number: str) -> frozenset[str]:
    spaced = normalise.postcode(number)
    return frozenset({number, spaced} if spaced else {number})


def _digits(text: str, bare: str, number: str, region: str) -> Question:
    """Digits may be a phone number, its end, an order, a card or a foreign postal code."""
    digits = re.sub(r"\D", "", bare)
    dialled = normalise.phone(bare, region)
    looks_dialled = len(digits) >= 7 and (bare[0] in "+(0" or " " in bare)
    return Question(
        text,
        Kind.PHONE if looks_dialled and dialled else Kind.NUMBER,
        identifiers=frozenset(filter(None, {dialled, digits, number})),
        phone_tail=digits if len(digits) >= MIN_TAIL else "",
        number=number if len(number) >= MIN_TAIL else "",
        postcodes=_postcodes(number) if len(digits) in (4, 5) else frozenset(),
    )


def _name(text: str) -> Question:
    words = normalise.fold(text.replace(",", " ")).split()
    years = [word for word in words if _YEAR.fullmatch(word)]
    names = tuple(word for word in words if word not in years and any(map(str.isalpha, word)))
    if not any(len(word) >= MIN_LENGTH for word in names):
        return Question(text, Kind.NOTHING)
    return Question(text, Kind.NAME, words=names[:5], year=years[0] if years else "")
