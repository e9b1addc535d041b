"""Telling from sketches what two records certainly are to a comparison, many pairs at a time.

Most candidates are strangers, whose e-mails, numbers, birth dates and names have nothing in
common. Where sketches are too far apart for any rule of a comparison to hold, its level is
"different", and nobody need look at the texts; addresses far apart in one town or area are told
likewise. What a sketch cannot tell, it leaves to the comparison: whoever changes a comparison
looks here too, and the tests compare both.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from matching.bulk.sketches import (
    BLANK,
    UNKNOWN,
    Sketches,
    changed,
    date_parts,
    digits_apart,
    first_signs,
    lengths,
    only_ours,
)
from matching.core.comparisons import FUZZY, SIMILAR

Columns = Mapping[str, Sketches]
Certain = NDArray[np.bool_]
Rows = NDArray[np.int64]
Told = list[tuple[str, Certain]]  # levels, and which pairs reach them for certain
DIFFERENT = "different"
_SAFELY = 1e-9  # more than a sum of three fractions may be off


def _are_far_names(ours: Sketches, theirs: Sketches) -> Certain:
    """Neither similar, nor mistyped, nor a short form of the other; see `_by_likeness`."""
    mine, yours = only_ours(ours, theirs), only_ours(theirs, ours)
    allowed = np.where(np.minimum(lengths(ours), lengths(theirs)) < 7, 1, 2)
    is_no_slip = mine + yours > 2 * allowed
    is_not_within = (mine > 0) & (yours > 0)
    is_known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    return np.asarray(
        is_known & is_no_slip & is_not_within & _are_unlike(ours, theirs, SIMILAR)
    )


def _are_unlike(ours: Sketches, theirs: Sketches, limit: float) -> Certain:
    """Jaro-Winkler below the limit even if all signs that may meet do, in their order.

    Its bonus for a common start takes four tenths of what is missing to 1, if the first agrees.
    """
    mine, yours = lengths(ours), lengths(theirs)
    met = np.minimum(
        mine - only_ours(ours, theirs),
        yours - only_ours(theirs, ours),
    )
    jaro = (met / np.maximum(mine, 1) + met / np.maximum(yours, 1) + 1) / 3
    same_first = first_signs(ours) == first_signs(theirs)
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
    is_longer = np.abs(lengths(ours) - lengths(theirs)) > 1
    return np.asarray(is_known & (is_longer | (changed(ours, theirs) > 2)))


def _other_phone(columns: Columns, lo: Rows, hi: Rows) -> Certain:
    """Tails of different lengths, or apart in more places than two digits swapped."""
    ours, theirs = columns["~phone"][lo], columns["~phone"][hi]
    is_known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    return np.asarray(
        is_known & ((ours >> 56 != theirs >> 56) | (digits_apart(ours, theirs) > 2))
    )


def _other_birth(columns: Columns, lo: Rows, hi: Rows) -> Certain:
    """More than one slip, two parts of a date apart, one of them far, and no two swapped."""
    ours, theirs = columns["~birth"][lo], columns["~birth"][hi]
    is_known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    mine, yours = date_parts(ours), date_parts(theirs)
    years, months, days = (np.abs(one - other) for one, other in zip(mine, yours, strict=True))
    are_far = (years > 1) & (years != 10) | (months > 1) & (months != 11) | (days > 4)
    are_two = (years != 0).astype(int) + (months != 0) + (days != 0) > 1
    are_swapped = (years == 0) & (mine[1] == yours[2]) & (mine[2] == yours[1])
    is_no_slip = digits_apart(ours, theirs) > 2
    return np.asarray(is_known & are_far & are_two & ~are_swapped & is_no_slip)


def _places(columns: Columns, lo: Rows, hi: Rows) -> Told:
    """Postcodes more than a slip apart and other streets, if any: one area, town or none."""
    code, street, city = (
        (columns[name][lo], columns[name][hi]) for name in ("~postcode", "~street", "~city")
    )
    are_codes = np.logical_and.reduce([(each != UNKNOWN) & (each != BLANK) for each in code])
    is_longer = np.abs(lengths(code[0]) - lengths(code[1])) > 1
    are_apart = are_codes & (is_longer | (changed(*code) > 2)) & _are_not_one(*street)
    in_one_area = columns["~same_area"][lo] == columns["~same_area"][hi]
    in_one_town = columns["~same_city"][lo] == columns["~same_city"][hi]
    are_towns = np.logical_and.reduce([(each != UNKNOWN) & (each != BLANK) for each in city])
    return [
        ("area", np.asarray(are_apart & in_one_area)),
        ("city", np.asarray(are_apart & ~in_one_area & in_one_town & are_towns)),
        (DIFFERENT, np.asarray(are_apart & ~in_one_area & _are_not_one(*city))),
    ]


def _are_not_one(ours: Sketches, theirs: Sketches) -> Certain:
    """Two parts of addresses that are unlike, or of which one is missing."""
    is_missing = (ours == BLANK) | (theirs == BLANK)
    is_known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    return np.asarray(is_missing | (is_known & _are_unlike(ours, theirs, FUZZY)))


def _different(
    are: Callable[[Columns, Rows, Rows], Certain], columns: Columns, lo: Rows, hi: Rows
) -> Told:
    return [(DIFFERENT, are(columns, lo, hi))]


# A comparison that asks nothing further of two records where this column shows the same.
ALONE = {"given_name": "~same_given", "family_name": "~same_family"}
# For a comparison, the levels that pairs reach for certain; no pair has two.
CERTAIN: dict[str, Callable[[Columns, Rows, Rows], Told]] = {
    "given_name": partial(_different, _other_given),
    "family_name": partial(_different, _other_family),
    "birth_date": partial(_different, _other_birth),
    "email": partial(_different, _other_email),
    "phone": partial(_different, _other_phone),
    "address": _places,
}
