"""Telling from a few numbers that two records certainly differ, many pairs at a time.

Most candidates are strangers, whose e-mails, numbers, birth dates and names have nothing in
common. A *sketch* is a number that says of a text which signs are in it, how many and which
comes first. Where the sketches are too far apart for any rule of a comparison to hold, its
level is "different", and nobody need look at the texts; addresses far apart in one town are
told likewise. What a sketch cannot tell, it leaves to the comparison.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from matching.comparisons import FUZZY, SIMILAR
from matching.features import Features

Sketches = NDArray[np.int64]
Columns = Mapping[str, Sketches]
Certain = NDArray[np.bool_]
Rows = NDArray[np.int64]
Told = list[tuple[str, Certain]]  # levels, and which pairs reach them for certain
UNKNOWN = 0  # of which nothing can be told
DIFFERENT = "different"

# From the lowest bit: 40 for the signs in a text, 6 for how many it has, 7 for the first one.
_SIGNS, _LENGTH, _FIRST = 40, 6, 7
_BIT_OF = {
    sign: 1 << place for place, sign in enumerate("abcdefghijklmnopqrstuvwxyz0123456789")
}
_SAFELY = 1e-9  # more than a sum of three fractions may be off


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
    """The sketch of a part of an address that has a postcode, a town and a street."""
    place = features.address
    if place is None or not (place.postcode and place.city and place.street):
        return UNKNOWN
    return text_sketch(getattr(place, part))


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
}


def sketched(records: Sequence[Features]) -> dict[str, Sketches]:
    """The columns of sketches of some records."""
    return {
        name: np.fromiter(map(sketch, records), np.int64, len(records))
        for name, sketch in _SKETCHES.items()
    }


def _changed(ours: Sketches, theirs: Sketches) -> NDArray[np.int64]:
    """How many signs only one of two texts has."""
    apart = (ours ^ theirs) & ((1 << _SIGNS) - 1)
    return np.asarray(np.bitwise_count(apart), np.int64)


def _lengths(sketches: Sketches) -> NDArray[np.int64]:
    return np.asarray(sketches >> _SIGNS & ((1 << _LENGTH) - 1))


def _are_far_names(ours: Sketches, theirs: Sketches) -> Certain:
    """Neither similar, nor mistyped, nor a short form of the other; see `_by_likeness`."""
    signs = (1 << _SIGNS) - 1
    only_ours = np.bitwise_count(ours & ~theirs & signs).astype(np.int64)
    only_theirs = np.bitwise_count(theirs & ~ours & signs).astype(np.int64)
    allowed = np.where(np.minimum(_lengths(ours), _lengths(theirs)) < 7, 1, 2)
    is_no_slip = only_ours + only_theirs > 2 * allowed
    is_not_within = (only_ours > 0) & (only_theirs > 0)
    is_known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    return np.asarray(
        is_known & is_no_slip & is_not_within & _are_unlike(ours, theirs, SIMILAR)
    )


def _are_unlike(ours: Sketches, theirs: Sketches, limit: float) -> Certain:
    """Jaro-Winkler below the limit even if all signs that may meet do, in their order.

    Its bonus for a common start takes four tenths of what is missing to 1, if the first agrees.
    """
    signs = (1 << _SIGNS) - 1
    mine, yours = _lengths(ours), _lengths(theirs)
    met = np.minimum(
        mine - np.bitwise_count(ours & ~theirs & signs),
        yours - np.bitwise_count(theirs & ~ours & signs),
    )
    jaro = (met / np.maximum(mine, 1) + met / np.maximum(yours, 1) + 1) / 3
    same_first = ours >> (_SIGNS + _LENGTH) == theirs >> (_SIGNS + _LENGTH)
    return np.asarray(np.where(same_first, jaro + 0.4 * (1 - jaro), jaro) < limit - _SAFELY)


def _are_not_swapped(columns: Columns, lo: Rows, hi: Rows) -> Certain:
    given, family = columns["~given"], columns["~family"]
    return np.asarray(
        _are_far_names(given[lo], family[hi]) | _are_far_names(family[lo], given[hi])
    )


def _other_given(columns: Columns, lo: Rows, hi: Rows) -> Certain:
    given, formal = columns["~given"], columns["~formal"]
    are_far = _are_far_names(given[lo], given[hi]) & (formal[lo] & formal[hi] == 0)
    return np.asarray(are_far & _are_not_swapped(columns, lo, hi))


def _other_family(columns: Columns, lo: Rows, hi: Rows) -> Certain:
    family = columns["~family"]
    return np.asarray(
        _are_far_names(family[lo], family[hi]) & _are_not_swapped(columns, lo, hi)
    )


def _other_email(columns: Columns, lo: Rows, hi: Rows) -> Certain:
    """Mailboxes more than one slip apart."""
    ours, theirs = columns["~email"][lo], columns["~email"][hi]
    is_known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    is_longer = np.abs(_lengths(ours) - _lengths(theirs)) > 1
    return np.asarray(is_known & (is_longer | (_changed(ours, theirs) > 2)))


def _digits_apart(ours: Sketches, theirs: Sketches) -> NDArray[np.int64]:
    """In how many places two numbers of one length have different digits."""
    apart = ours ^ theirs
    apart |= apart >> 1
    apart |= apart >> 2
    return np.asarray(np.bitwise_count(apart & 0x11_1111_1111_1111), np.int64)


def _other_phone(columns: Columns, lo: Rows, hi: Rows) -> Certain:
    """Tails of different lengths, or apart in more places than two digits swapped."""
    ours, theirs = columns["~phone"][lo], columns["~phone"][hi]
    is_known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    return np.asarray(
        is_known & ((ours >> 56 != theirs >> 56) | (_digits_apart(ours, theirs) > 2))
    )


def _other_birth(columns: Columns, lo: Rows, hi: Rows) -> Certain:
    """Another year, not one or ten off, another day, and more than one slip."""
    ours, theirs = columns["~birth"][lo], columns["~birth"][hi]
    is_known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    years = np.abs(_year(ours) - _year(theirs))
    other_year = (years != 0) & (years != 1) & (years != 10)
    other_day = (ours ^ theirs) & 0xFFFF != 0
    return np.asarray(is_known & other_year & other_day & (_digits_apart(ours, theirs) > 2))


def _year(sketches: Sketches) -> NDArray[np.int64]:
    digits = [sketches >> place & 0xF for place in (28, 24, 20, 16)]
    return np.asarray(((digits[0] * 10 + digits[1]) * 10 + digits[2]) * 10 + digits[3])


def _places(columns: Columns, lo: Rows, hi: Rows) -> Told:
    """Whole addresses with postcodes more than a slip apart in two areas, and other streets."""
    code, street, city = (
        (columns[name][lo], columns[name][hi]) for name in ("~postcode", "~street", "~city")
    )
    is_known = np.logical_and.reduce([part != UNKNOWN for part in (*code, *street, *city)])
    is_longer = np.abs(_lengths(code[0]) - _lengths(code[1])) > 1
    are_apart = is_known & (is_longer | (_changed(*code) > 2)) & _are_unlike(*street, FUZZY)
    are_apart &= columns["~same_area"][lo] != columns["~same_area"][hi]
    in_one_town = columns["~same_city"][lo] == columns["~same_city"][hi]
    return [
        ("city", np.asarray(are_apart & in_one_town)),
        (DIFFERENT, np.asarray(are_apart & _are_unlike(*city, FUZZY))),
    ]


def _different(
    are: Callable[[Columns, Rows, Rows], Certain], columns: Columns, lo: Rows, hi: Rows
) -> Told:
    return [(DIFFERENT, are(columns, lo, hi))]


# For a comparison, the levels that pairs reach for certain; no pair has two.
CERTAIN: dict[str, Callable[[Columns, Rows, Rows], Told]] = {
    "given_name": partial(_different, _other_given),
    "family_name": partial(_different, _other_family),
    "birth_date": partial(_different, _other_birth),
    "email": partial(_different, _other_email),
    "phone": partial(_different, _other_phone),
    "address": _places,
}
