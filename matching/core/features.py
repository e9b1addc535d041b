"""What matching compares: one record's attributes, folded and taken apart once.

Features are plain values, equal for equal attributes, cheap to keep and to compare. They are
made from the attributes of a source record and from nothing else.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import phonenumbers
from anyascii import anyascii

from matching.core import mailbox
from matching.core.landlines import may_be_landline
from matching.core.words import (
    GENERATIONS,
    PARTICLES,
    STREET_WORDS,
    TITLES,
    UNIT_WORDS,
    name_family,
)

_NOT_LETTERS = re.compile(r"[^a-z ]+")
_NOT_ALNUM = re.compile(r"[^a-z0-9 ]+")
_NOT_POSTAL = re.compile(r"[^a-z0-9]+")
_NOT_ACCOUNT = re.compile(r"[^A-Z0-9]+")
_NOT_DIGITS = re.compile(r"\D+")
_DIGIT = re.compile(r"\d")
_BRITISH = re.compile(r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}")
_DOTLESS_MAILBOXES = frozenset({"gmail.com", "googlemail.com"})
_LANDLINE = frozenset({phonenumbers.PhoneNumberType.FIXED_LINE})


class Email(NamedTuple):
    """An address without `+tag`. `kind`: personal, household (thesmiths@) or role (info@).

    `is_name_only`: the mailbox is just the person's name, perhaps with the year of birth, as
    namesakes would choose it too.
    """

    full: str
    mailbox: str
    domain: str
    kind: str
    is_name_only: bool = False


class Phone(NamedTuple):
    """A number as digits; `tail` is its national part, equal however the country is written."""

    digits: str
    tail: str
    is_landline: bool


class Address(NamedTuple):
    """An address taken apart; every part may be empty."""

    number: str = ""
    street: str = ""
    unit: str = ""
    city: str = ""
    postcode: str = ""
    area: str = ""
    region: str = ""


class Features(NamedTuple):
    """One record as matching sees it; empty strings, tuples and zeros mean missing.

    `birth` is (year, month, day) with zeros for unknown parts; a first of January counts as
    the bare year, since that is how systems write "only the year is known". `name_family` are
    the formal names a given name may be short for.
    """

    given: str = ""
    middle: tuple[str, ...] = ()
    family: str = ""
    family_parts: tuple[str, ...] = ()
    name_family: frozenset[str] = frozenset()
    generation: str = ""
    gender: str = ""
    birth: tuple[int, int, int] = (0, 0, 0)
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()
    address: Address | None = None
    organisation: str = ""
    identifiers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    custom: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=65_536)
def plain(value: str) -> str:
    """Return plain lower-case letters of any script, single spaces."""
    if value.isascii():
        return " ".join(value.lower().split())
    return " ".join(anyascii(anyascii(value.casefold()).casefold()).split())


def features_of(attributes: Mapping[str, Any]) -> Features:
    """Fold one record's attributes; unknown keys are ignored, missing ones stay empty."""
    given, middle = _given(_text(attributes, "given_name"), _text(attributes, "middle_name"))
    family, parts, generation = _family(
        _text(attributes, "family_name"), _text(attributes, "suffix")
    )
    birth = _birth(_text(attributes, "birth_date"))
    emails = _distinct(
        _email(each, given, family, birth[0]) for each in _many(attributes.get("email"))
    )
    given, family, birth = _completed(given, family, birth, emails)
    return Features(
        given=given,
        middle=middle,
        family=family,
        family_parts=parts,
        name_family=name_family(given),
        generation=generation,
        gender=plain(_text(attributes, "gender")),
        birth=birth,
        emails=emails,
        phones=_distinct(_phone(each) for each in _many(attributes.get("phone"))),
        address=_address(attributes.get("address")),
        organisation=_words(_text(attributes, "organisation")),
        identifiers=_identifiers(attributes.get("identifiers")),
        custom=_custom(attributes.get("custom")),
    )


def _text(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) else ""


@lru_cache(maxsize=65_536)
def _words(value: str) -> str:
    return " ".join(_NOT_ALNUM.sub(" ", plain(value)).split())


def _many(values: object) -> list[str]:
    if isinstance(values, str):
        return [values]
    return (
        [each for each in values if isinstance(each, str)] if isinstance(values, list) else []
    )


def _distinct(values: Any) -> tuple[Any, ...]:
    """Drop empties and repetitions; sorted, so that the order in the source has no say."""
    kept = {each for each in values if each}
    return tuple(sorted(kept, key=repr) if len(kept) > 1 else kept)


# Names, streets and mailboxes come again: with every person of a name, with every record of a
# person, and among the candidates of a record most of all.
@lru_cache(maxsize=65_536)
def _given(given_name: str, middle_name: str) -> tuple[str, tuple[str, ...]]:
    """First given name and the rest: "Erica R" and middle name "Jane" give erica, (r, jane)."""
    words = list(_name_words(given_name))
    while words and words[0] in TITLES:
        words.pop(0)
    middle = _name_words(middle_name)
    return (words[0], (*words[1:], *middle)) if words else ("", middle)


@lru_cache(maxsize=65_536)
def _name_words(value: str) -> tuple[str, ...]:
    folded = plain(value).replace("'", "").replace("`", "")
    return tuple(_NOT_LETTERS.sub(" ", folded).split())


@lru_cache(maxsize=65_536)
def _family(family_name: str, suffix: str) -> tuple[str, tuple[str, ...], str]:
    """Family name in one word, its parts where it has several, and junior or senior."""
    words = list(_name_words(family_name))
    generation = ""
    if len(words) > 1 and words[-1] in GENERATIONS:
        generation = GENERATIONS[words.pop()]
    after_it = "".join(_name_words(suffix))
    parts = tuple(word for word in words if len(word) > 2 and word not in PARTICLES)
    several = parts if len(parts) > 1 else ()
    return "".join(words), several, GENERATIONS.get(after_it, generation)


@lru_cache(maxsize=65_536)
def _birth(value: str) -> tuple[int, int, int]:
    parts = [int(part) for part in value.split("-") if part.isdigit()]
    year, month, day = [*parts, 0, 0, 0][:3]
    return (year, 0, 0) if (month, day) == (1, 1) else (year, month, day)


def _completed(
    given: str, family: str, birth: tuple[int, int, int], emails: tuple[Email, ...]
) -> tuple[str, str, tuple[int, int, int]]:
    """Names and birth year, completed from personal mailboxes where the record is silent."""
    for email in emails:
        if email.kind == "personal":
            given, family = mailbox.names_in(email.mailbox, given, family)
            birth = birth if birth[0] else (mailbox.year_in(email.mailbox), 0, 0)
    return given, family, birth


@lru_cache(maxsize=16_384)
def _email(value: str, given: str, family: str, birth_year: int) -> Email | None:
    name, at, domain = plain(value).rpartition("@")
    name = name.split("+")[0]
    if domain in _DOTLESS_MAILBOXES:
        full = f"{name.replace('.', '')}@{domain}"
    else:
        full = f"{name}@{domain}"
    if not at or not name:
        return None
    kind = mailbox.kind_of(name, family)
    return Email(
        full, name, domain, kind, mailbox.is_name_only(name, given, family, birth_year)
    )


@lru_cache(maxsize=65_536)
def _phone(value: str) -> Phone | None:
    digits = _NOT_DIGITS.sub("", value)
    if len(digits) < 6:
        return None
    if not value.startswith("+"):
        return Phone(digits, digits[-9:], False)
    if value == f"+{digits}" and digits.isascii() and not may_be_landline(digits):
        return Phone(digits, digits[-9:], False)
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return Phone(digits, digits[-9:], False)
    landline = phonenumbers.number_type(number) in _LANDLINE
    return Phone(digits, digits[-9:], landline)


def _address(value: object) -> Address | None:
    """Take an address apart; `None` where nothing in it is known."""
    if not isinstance(value, Mapping):
        return None
    number, street, unit = _street(_text(value, "line1"))
    postcode, area = _postcode(_text(value, "postal_code"))
    city = _words(_text(value, "city"))
    region = plain(_text(value, "region"))
    if not (number or street or city or postcode or region):
        return None
    return Address(number, street, unit, city, postcode, area, region)


@lru_cache(maxsize=65_536)
def _postcode(value: str) -> tuple[str, str]:
    """Postcode and the area it lies in."""
    postcode = _NOT_POSTAL.sub("", plain(value))
    return postcode, postcode[:-3] if _BRITISH.fullmatch(postcode) else postcode[:3]


@lru_cache(maxsize=16_384)
def _street(line: str) -> tuple[str, str, str]:
    """House number, short street, flat: "Flat 2, 16 Hill Gardens" → 16, hill gdns, 2."""
    words = _NOT_ALNUM.sub(" ", plain(line)).split()
    number = unit = previous = ""
    street: list[str] = []
    for word in words:
        if previous in UNIT_WORDS and _DIGIT.search(word):
            unit = word
        elif word in UNIT_WORDS:
            pass
        elif not number and not street and word[0].isdigit():
            number = word
        else:
            street.append(STREET_WORDS.get(word, word))
        previous = word
    return number, " ".join(street), unit


def _identifiers(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, Mapping):
        return ()
    found = []
    for namespace in sorted(value):
        kept = {_NOT_ACCOUNT.sub("", each.upper()) for each in _many(value[namespace])}
        if values := tuple(sorted(kept - {""})):
            found.append((str(namespace), values))
    return tuple(found)


def _custom(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        return ()
    return tuple((str(name), plain(str(value[name]))) for name in sorted(value) if value[name])
