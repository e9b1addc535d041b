"""What two addresses are to each other, told from equal parts and sketches of the others."""

from typing import NamedTuple

import numpy as np

from matching.bulk.certain_names import are_unlike
from matching.bulk.sketches import BLANK, UNKNOWN, Sketches, changed, lengths
from matching.bulk.sketching import NOTHING
from matching.bulk.told import NONE, UNTOLD, Columns, Levels, Mask, Rows, Told, put
from matching.core.comparisons import FUZZY

_LEVEL = Levels("address")


class Alike(NamedTuple):
    """Which pairs are alike in a part for certain, which are not, and where both have it."""

    yes: Mask
    no: Mask
    both: Mask


def tell_address(columns: Columns, lo: Rows, hi: Rows) -> Told:
    """As `matching.core.comparisons.address` names it, rule by rule; a slip is not told."""
    codes = columns["~postcode"]
    ours, theirs = codes.take(lo), codes.take(hi)
    is_inside = _are_equal(columns, "postcode", ours, theirs, lo, hi)
    told = np.full(len(lo), UNTOLD, np.int32)
    inside, outside = np.flatnonzero(is_inside), np.flatnonzero(~is_inside)
    told[inside] = _in_one_postcode(columns, lo[inside], hi[inside])
    told[outside] = _elsewhere(
        columns, lo[outside], hi[outside], ours[outside], theirs[outside]
    )
    return told


def _in_one_postcode(columns: Columns, lo: Rows, hi: Rows) -> Told:
    street, numbers = _alike(columns, "street", lo, hi), columns["~same_number"]
    ours, theirs = numbers.take(lo), numbers.take(hi)
    both = (ours != NOTHING) & (theirs != NOTHING)
    told = np.full(len(lo), UNTOLD, np.int32)
    put(told, street.no, _LEVEL["postcode"])
    put(told, street.no & both, _LEVEL["neighbour"])
    put(told, street.yes, _LEVEL["street"])
    put(told, both & (ours == theirs), _LEVEL["house"])
    return told


def _elsewhere(columns: Columns, lo: Rows, hi: Rows, ours: Sketches, theirs: Sketches) -> Told:
    """Not in one postcode, by the sketches of two; a mistyped one is left to the comparison."""
    street, city = _alike(columns, "street", lo, hi), _alike(columns, "city", lo, hi)
    both = (ours != BLANK) & (theirs != BLANK)
    is_far = ~both | _are_far_codes(ours, theirs)
    is_number = _where(~street.no, columns["~same_number"], lo, hi)
    told = np.full(len(lo), UNTOLD, np.int32)
    # a street is looked at only in one town, near by or where the numbers agree
    elsewhere = is_far & (street.no | (city.no & ~is_number))
    put(told, elsewhere & city.no, NONE)
    put(told, elsewhere & city.no & (both | city.both | street.both), _LEVEL["different"])
    put(told, elsewhere & city.yes, _LEVEL["city"])
    put(
        told,
        _where(elsewhere & both, columns["~same_area"], lo, hi, blank=True),
        _LEVEL["area"],
    )
    is_number &= street.yes
    put(told, is_number & city.no & is_far, _LEVEL["street"])
    put(told, street.yes & city.yes, _LEVEL["street"])
    put(told, is_number & city.yes, _LEVEL["house"])
    return told


def _where(are: Mask, numbers: Sketches, lo: Rows, hi: Rows, *, blank: bool = False) -> Mask:
    """Those of some pairs that have the same value; two who have none only if `blank`."""
    some = np.flatnonzero(are)
    ours, theirs = numbers.take(lo[some]), numbers.take(hi[some])
    found = np.zeros(len(lo), bool)
    found[some] = (ours == theirs) & ((ours != NOTHING) | blank)
    return found


def _are_equal(
    columns: Columns, part: str, ours: Sketches, theirs: Sketches, lo: Rows, hi: Rows
) -> Mask:
    """Where both have the same: few have the same sketch, and only these are looked up."""
    return _where((ours == theirs) & (ours != BLANK), columns[f"~same_{part}"], lo, hi)


def _alike(columns: Columns, part: str, lo: Rows, hi: Rows) -> Alike:
    """Equal, or so unlike that no slips of the pen explain it; or one of them is missing."""
    sketches = columns[f"~{part}"]
    ours, theirs = sketches.take(lo), sketches.take(hi)
    same = _are_equal(columns, part, ours, theirs, lo, hi)
    both = (ours != BLANK) & (theirs != BLANK)
    unlike = both & ~same & are_unlike(ours, theirs, FUZZY)
    unlike &= (ours != UNKNOWN) & (theirs != UNKNOWN)
    return Alike(same, ~both | unlike, both)


def _are_far_codes(ours: Sketches, theirs: Sketches) -> Mask:
    """Postcodes more than a slip apart."""
    are_codes = (ours != UNKNOWN) & (theirs != UNKNOWN) & (ours != BLANK) & (theirs != BLANK)
    is_longer = np.abs(lengths(ours) - lengths(theirs)) > 1
    return np.asarray(are_codes & (is_longer | (changed(ours, theirs) > 2)))
