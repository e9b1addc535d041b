"""Reads what somebody typed into the search box: which kind of thing is it?

Pure: no database. One text may be read several ways ("10442" is an order, a card or the end of
a phone number); `kind` is the likeliest, the other fields hold every reading worth a look.
"""

import contextlib
import re
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from profiles.mappings import normalise

MAX_LENGTH = 120
MIN_LENGTH = 2
MIN_TAIL = 4
MIN_DIGITS = 3  # beside a name
MAX_WORDS = 6
LONGEST_PREFIX = 3  # letters before a number, as in INC 1001 2040

_PROFILE_ID = re.compile(r"P-[0-9A-HJKMNP-TV-Z]{12}")
_DIALLED = re.compile(r"[+(\d][\d\s().\-/]*")
_BRITISH_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
_OUTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?")
_INCODE = re.compile(r"\d[A-Z]{0,2}")
_KIND_WORD = re.compile(
    r"^(?:order|ticket|case|return|card|customer|invoice|no|nr|number|id)\b[\s.:#]*",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-]((?:19|20)\d\d)")
_ISO_DAY = re.compile(r"((?:19|20)\d\d)-(\d\d)-(\d\d)")


class Kind(StrEnum):
    """What the text looks like."""

    NOTHING = "nothing"
    PROFILE = "profile"
    EMAIL = "email"
    PHONE = "phone"
    POSTCODE = "postcode"
    NUMBER = "number"
    BORN = "born"
    NAME = "name"


@dataclass(frozen=True)
class Question:
    """Every reading of one text. Empty fields mean: not readable that way.

    Beside `words` of a name, all other fields narrow down whose name it is.
    """

    text: str
    kind: Kind
    identifiers: frozenset[str] = frozenset()  # normalised, of any namespace
    digits: str = ""  # the end of a phone or of an order, or more of either
    number: str = ""  # capitals, no spaces: order, ticket, card
    mailbox: str = ""  # how an e-mail address begins
    postcode: str = ""  # how a postal code begins, in capitals, `LS1 ` for a whole outcode
    words: tuple[str, ...] = field(default=())  # folded words of a name or a town
    born: str = ""  # 1984 or 1984-03-02


def read(typed: str, region: str) -> Question:
    """Read a text. `region` is the country of phone numbers without a prefix, e.g. `GB`."""
    text = " ".join(typed.replace("\x00", "").split())[:MAX_LENGTH]
    if len(text) < MIN_LENGTH:
        return Question(text, Kind.NOTHING)
    if _PROFILE_ID.fullmatch(text.upper()):
        return Question(text.upper(), Kind.PROFILE)
    if "@" in text and " " not in text:
        return _address(text)
    bare = _KIND_WORD.sub("", text).lstrip("#").strip()
    if born := birthday(bare):
        return Question(text, Kind.BORN, born=born)
    number = re.sub(r"\s+", "", bare).upper()
    if code := _postcode(bare.upper().split()):
        return Question(text, Kind.POSTCODE, _identifiers(number), number=number, postcode=code)
    if _DIALLED.fullmatch(bare):
        return _digits(text, bare, number, region)
    if _is_number(bare, named=bare != text):
        mailbox = text.casefold() if " " not in text else ""
        known = _identifiers(number)
        return Question(text, Kind.NUMBER, known, number=number, mailbox=mailbox)
    return read_name(text)


def birthday(text: str) -> str:
    """`2/3/1984` and `1984-03-02` as `1984-03-02`; nothing for what is no whole day."""
    iso, written = _ISO_DAY.fullmatch(text), _DAY.fullmatch(text)
    if not iso and not written:
        return ""
    year, month, day = iso.groups() if iso else written.groups()[::-1]  # type: ignore[union-attr]
    with contextlib.suppress(ValueError):
        return date(int(year), int(month), int(day)).isoformat()
    return ""


def _address(text: str) -> Question:
    """An e-mail address, whole or begun, and the name that may stand in it."""
    address = normalise.email(text)
    words = re.sub(r"[\W\d_]+", " ", normalise.fold(text.partition("@")[0])).split()
    return Question(
        text,
        Kind.EMAIL,
        frozenset({address} if address else ()),
        mailbox=text.casefold(),
        words=tuple(word for word in words if len(word) > 2),
    )


def _is_number(bare: str, *, named: bool) -> bool:
    """True for `HP-104421`, `order 12` (named) and `LC 1001 2040`; not for `anna 1984`."""
    longest = max((len(word) for word in bare.split() if word.isalpha()), default=0)
    has_digits = any(map(str.isdigit, bare))
    return has_digits and (named or " " not in bare or longest <= LONGEST_PREFIX)


def _postcode(parts: list[str]) -> str:
    """How a British postal code begins: `LS1 ` for LS1, `LS1 4AB` for LS14AB, else nothing.

    Three signs with one letter, as T88, may be anything; they are left to names and numbers
    unless they are a whole outcode.
    """
    if len(parts) == 1 and _BRITISH_POSTCODE.fullmatch(parts[0]):
        return f"{parts[0][:-3]} {parts[0][-3:]}"
    if len(parts) == 1 and _OUTCODE.fullmatch(parts[0]):
        return f"{parts[0]} "
    if len(parts) == 2 and _OUTCODE.fullmatch(parts[0]) and _INCODE.fullmatch(parts[1]):
        return " ".join(parts)
    return ""


def _identifiers(number: str) -> frozenset[str]:
    found = normalise.identifier(number)
    return frozenset({found} if found else ())


def _digits(text: str, bare: str, number: str, region: str) -> Question:
    """Digits may be a phone number, a part of one, an order, a card or a postal code."""
    digits = re.sub(r"\D", "", bare)
    dialled = normalise.phone(bare, region)
    looks_dialled = len(digits) >= 7 and (bare[0] in "+(0" or " " in bare)
    return Question(
        text,
        Kind.PHONE if looks_dialled else Kind.NUMBER,
        identifiers=frozenset(filter(None, {dialled, digits, number})),
        digits=digits if len(digits) >= MIN_TAIL else "",
        number=number if len(number) >= MIN_TAIL else "",
        postcode=number if len(digits) in (4, 5) and digits == number else "",
    )


def read_name(text: str) -> Question:
    """Words of a name or a town, and beside them a year, a postcode, digits or a mailbox."""
    words: list[str] = []
    found: dict[str, str] = {}
    parts = normalise.fold(text.replace(",", " ")).split()
    while parts:
        part = parts.pop(0)
        kind, value = _beside(part)
        if (
            kind == "postcode"
            and parts
            and (pair := _postcode([part.upper(), parts[0].upper()]))
        ):
            value = pair
            parts.pop(0)
        if kind == "word":
            words += [word for word in re.split(r"[._,]+", value) if word]
        elif kind:
            found[kind] = value
    if not any(len(word) >= MIN_LENGTH and any(map(str.isalpha, word)) for word in words):
        return Question(text, Kind.NOTHING)
    names = tuple(word for word in words if any(map(str.isalnum, word)))[:MAX_WORDS]
    return replace(Question(text, Kind.NAME, words=names), **found)  # type: ignore[arg-type]


def _beside(part: str) -> tuple[str, str]:
    """What one word of several is: a field of the question or `word`, and its value."""
    if _YEAR.fullmatch(part):
        return "born", part
    if born := birthday(part):
        return "born", born
    if part.isdigit():
        return ("digits", part) if len(part) >= MIN_DIGITS else ("", "")
    if code := _postcode([part.upper()]):
        return "postcode", code
    if "@" in part or (any(map(str.isdigit, part)) and any(map(str.isalpha, part))):
        return "mailbox", part
    return "word", part
