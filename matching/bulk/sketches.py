"""Sketches: numbers that say of a text which signs are in it, how many and which comes first.

One slip of the pen changes a sketch a little, so two that are far apart belong to texts that
are (`matching.bulk.certain`). A sketch by places says which sign stands where: two that differ
in three places belong to texts more than one slip apart.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Sketches = NDArray[np.int64]
Counts = NDArray[np.int8]  # at most 64; small, since they are made by the million
UNKNOWN = 0  # of which nothing can be told
BLANK = 1 << 60  # there is no text; no other sketch looks like it

# From the lowest bit: 40 for the signs in a text, 6 for how many it has, 7 for the first one.
_SIGNS, _LENGTH, _FIRST = 40, 6, 7
SIGNS = (1 << _SIGNS) - 1
# By places: four bits for each of the first 14 signs, 6 for how many there are, and one that is
# set where these are digits and all there is, so that equal sketches mean equal texts.
_PLACES, _DIGITS_END = 14, 56
EXACT = 1 << 62
_A_BIT_OF_EACH = 0x11_1111_1111_1111


def _bits_of_signs() -> Sketches:
    """A bit for each ASCII sign, letters and digits apart; at the end those of all others."""
    own = {sign: place for place, sign in enumerate("abcdefghijklmnopqrstuvwxyz0123456789")}
    places = [own.get(chr(code), 36 + code % 4) for code in range(128)]
    return np.array([1 << place for place in (*places, 36, 37, 38, 39)], np.int64)


_BIT_OF = _bits_of_signs()


def text_sketches(texts: Sequence[str]) -> Sketches:
    """Sketches of texts of 1 to 63 signs; one slip of the pen changes two signs at most."""
    codes, sizes, starts = _signs_of(texts)
    found = np.full(len(texts), UNKNOWN, np.int64)
    filled = np.flatnonzero(sizes)
    if len(filled):
        bits = _BIT_OF[np.where(codes < 128, codes, 128 + codes % 4)]
        signs = np.bitwise_or.reduceat(bits, starts[filled])
        first = codes[starts[filled]] % (1 << _FIRST)
        found[filled] = signs | sizes[filled] << _SIGNS | first << (_SIGNS + _LENGTH)
    found[sizes >= 1 << _LENGTH] = UNKNOWN
    return found


def place_sketches(texts: Sequence[str]) -> Sketches:
    """Sketches by places of texts of 1 to 63 signs."""
    codes, sizes, starts = _signs_of(texts)
    found = np.full(len(texts), UNKNOWN, np.int64)
    filled = np.flatnonzero(sizes)
    if len(filled):
        place = np.arange(len(codes)) - np.repeat(starts, sizes)
        nibbles = np.where(place < _PLACES, codes % 16, 0)
        shifts = np.maximum(_DIGITS_END - 4 - 4 * place, 0)
        signs = np.bitwise_or.reduceat(nibbles << shifts, starts[filled])
        is_odd = (codes < ord("0")) | (codes > ord("9")) | (place >= _PLACES)
        are_digits = ~np.logical_or.reduceat(is_odd, starts[filled])
        found[filled] = signs | sizes[filled] << _DIGITS_END | are_digits * EXACT
    found[sizes >= 1 << _LENGTH] = UNKNOWN
    return found


def _signs_of(texts: Sequence[str]) -> tuple[Sketches, Sketches, Sketches]:
    """The signs of all texts one after the other, how many each has, and where it starts."""
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    signs = "".join(texts).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(signs, "<u4").astype(np.int64), sizes, np.cumsum(sizes) - sizes


def date_sketches(dates: Sequence[Sequence[int]]) -> Sketches:
    """Eight digits of dates of which the year is known; zeros stand for what is not."""
    found = np.fromiter((_as_number(*date) for date in dates), np.int64, len(dates))
    digits = np.zeros(len(dates), np.int64)
    for place in range(8):
        digits |= found // 10**place % 10 << 4 * place
    return np.where(found != 0, digits | 8 << _DIGITS_END, UNKNOWN)


def _as_number(year: int, month: int, day: int) -> int:
    if 0 < year < 10_000 and 0 <= month < 100 and 0 <= day < 100:
        return (year * 100 + month) * 100 + day
    return 0


def date_parts(sketches: Sketches) -> tuple[Sketches, Sketches, Sketches]:
    """Year, month and day of sketches of dates."""
    digits = [sketches >> place & 0xF for place in range(28, -4, -4)]
    year = ((digits[0] * 10 + digits[1]) * 10 + digits[2]) * 10 + digits[3]
    return year, digits[4] * 10 + digits[5], digits[6] * 10 + digits[7]


def _bits_in(sketches: Sketches) -> Counts:
    counts: Counts = np.bitwise_count(sketches).view(np.int8)
    return counts


def changed(ours: Sketches, theirs: Sketches) -> Counts:
    """How many signs only one of two texts has."""
    return _bits_in((ours ^ theirs) & SIGNS)


def lengths(sketches: Sketches) -> Counts:
    return (sketches >> _SIGNS & ((1 << _LENGTH) - 1)).astype(np.int8)


def places_held(sketches: Sketches) -> Counts:
    """How many signs a text has, of its sketch by places."""
    return (sketches >> _DIGITS_END & ((1 << _LENGTH) - 1)).astype(np.int8)


def places_apart(ours: Sketches, theirs: Sketches) -> Counts:
    """In how many places two texts of one length surely have different signs."""
    apart = ours ^ theirs
    apart |= apart >> 1
    apart |= apart >> 2
    return _bits_in(apart & _A_BIT_OF_EACH)


def are_one_slip(ours: Sketches, theirs: Sketches) -> NDArray[np.bool_]:
    """Of numbers of one length: one digit is another one, or two neighbours are swapped."""
    apart = places_apart(ours, theirs)
    found = apart == 1
    two = np.flatnonzero(apart == 2)
    found[two] = _are_neighbours_swapped(ours[two], theirs[two])
    return np.asarray(found)


def _are_neighbours_swapped(ours: Sketches, theirs: Sketches) -> NDArray[np.bool_]:
    """Of numbers that differ in two places."""
    apart = ours ^ theirs
    last = _bits_in((apart & -apart) - 1).astype(np.int64) // 4 * 4
    mine, yours = ours >> last & 0xFF, theirs >> last & 0xFF
    return np.asarray((apart >> last < 0x100) & (mine == (yours >> 4 | (yours & 0xF) << 4)))


def only_ours(ours: Sketches, theirs: Sketches) -> Counts:
    """How many signs the first of two texts has and the other lacks."""
    return _bits_in(ours & ~theirs & SIGNS)


def first_signs(sketches: Sketches) -> Sketches:
    """Equal where texts begin with the same sign."""
    return np.asarray(sketches >> (_SIGNS + _LENGTH))
