"""Sketches: numbers that say of a text which signs are in it, how many and which comes first.

One slip of the pen changes a sketch a little, so two that are far apart belong to texts that
are (`matching.bulk.certain`). The sketches of many records are columns of numbers.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from matching.core.features import Features

Sketches = NDArray[np.int64]
UNKNOWN = 0  # of which nothing can be told
BLANK = 1 << 60  # there is no text; no other sketch looks like it

# From the lowest bit: 40 for the signs in a text, 6 for how many it has, 7 for the first one.
_SIGNS, _LENGTH, _FIRST = 40, 6, 7
_BIT_OF = {
    sign: 1 << place for place, sign in enumerate("abcdefghijklmnopqrstuvwxyz0123456789")
}
SIGNS = (1 << _SIGNS) - 1


@lru_cache(maxsize=65_536)
def text_sketch(text: str) -> int:
    """The sketch of a text of 1 to 63 signs; one slip of the pen changes two signs at most."""
    if not 0 < len(text) < 1 << _LENGTH:
        return UNKNOWN
    signs = 0
    for sign in text:
        signs |= _BIT_OF.get(sign) or 1 << (36 + ord(sign) % 4)
    first = ord(text[0]) % (1 << _FIRST)
    return signs | len(text) << _SIGNS | first << (_SIGNS + _LENGTH)


def digit_sketch(digits: str) -> int:
    """The sketch of 1 to 14 digits: four bits for each, and how many there are."""
    if not 0 < len(digits) < 15 or not (digits.isascii() and digits.isdigit()):
        return UNKNOWN
    return int(digits, 16) | len(digits) << 56


def _name(features: Features, name: str) -> int:
    """A name of a record that goes by nothing but a given and a family name."""
    lone = len(features.given) < 2 or len(features.family) < 2
    if lone or features.family_parts or any(len(word) > 1 for word in features.middle):
        return UNKNOWN
    return text_sketch(name)


def _formal(features: Features) -> int:
    """A bit for each name the given name may be short for; some names share a bit."""
    return _bits_of(features.name_family)


@lru_cache(maxsize=65_536)
def _bits_of(names: frozenset[str]) -> int:
    bits = 0
    for name in names:
        bits |= 1 << hash(name) % 62
    return bits


def _email(features: Features) -> int:
    """The mailbox, dots left out, of a record with one address."""
    if len(features.emails) != 1:
        return UNKNOWN
    return text_sketch(features.emails[0].mailbox.replace(".", ""))


def _phone(features: Features) -> int:
    return digit_sketch(features.phones[0].tail) if len(features.phones) == 1 else UNKNOWN


def _birth(features: Features) -> int:
    """A whole birth date."""
    year, month, day = features.birth
    if not (year and month and day) or max(year // 10_000, month // 100, day // 100):
        return UNKNOWN
    return digit_sketch(f"{year:04}{month:02}{day:02}")


def _place(part: str, features: Features) -> int:
    """The sketch of a part of an address; blank where there is none."""
    text = getattr(features.address, part) if features.address is not None else ""
    return text_sketch(text) if text else BLANK


def _same(part: str, features: Features) -> int:
    """A number for a part of an address; another one for another part."""
    return hash(getattr(features.address, part)) if features.address is not None else 0


_SKETCHES: dict[str, Callable[[Features], int]] = {
    "~given": lambda features: _name(features, features.given),
    "~family": lambda features: _name(features, features.family),
    "~formal": _formal,
    "~email": _email,
    "~phone": _phone,
    "~birth": _birth,
    "~postcode": partial(_place, "postcode"),
    "~street": partial(_place, "street"),
    "~city": partial(_place, "city"),
    "~same_city": partial(_same, "city"),
    "~same_area": partial(_same, "area"),
    "~same_given": lambda features: hash(features.given),
    "~same_family": lambda features: hash(features.family),
}


def sketched(records: Sequence[Features]) -> dict[str, Sketches]:
    """The columns of sketches of some records."""
    return {
        name: np.fromiter(map(sketch, records), np.int64, len(records))
        for name, sketch in _SKETCHES.items()
    }


def changed(ours: Sketches, theirs: Sketches) -> NDArray[np.int64]:
    """How many signs only one of two texts has."""
    apart = (ours ^ theirs) & SIGNS
    return np.asarray(np.bitwise_count(apart), np.int64)


def lengths(sketches: Sketches) -> NDArray[np.int64]:
    return np.asarray(sketches >> _SIGNS & ((1 << _LENGTH) - 1))


def digits_apart(ours: Sketches, theirs: Sketches) -> NDArray[np.int64]:
    """In how many places two numbers of one length have different digits."""
    apart = ours ^ theirs
    apart |= apart >> 1
    apart |= apart >> 2
    return np.asarray(np.bitwise_count(apart & 0x11_1111_1111_1111), np.int64)


def date_parts(sketches: Sketches) -> tuple[Sketches, Sketches, Sketches]:
    """Year, month and day of the sketches of whole birth dates."""
    digits = [np.asarray(sketches >> place & 0xF) for place in range(28, -4, -4)]
    year = ((digits[0] * 10 + digits[1]) * 10 + digits[2]) * 10 + digits[3]
    return year, digits[4] * 10 + digits[5], digits[6] * 10 + digits[7]


def only_ours(ours: Sketches, theirs: Sketches) -> NDArray[np.int64]:
    """How many signs the first of two texts has and the other lacks."""
    return np.asarray(np.bitwise_count(ours & ~theirs & SIGNS), np.int64)


def first_signs(sketches: Sketches) -> NDArray[np.int64]:
    """Equal where texts begin with the same sign."""
    return np.asarray(sketches >> (_SIGNS + _LENGTH))
