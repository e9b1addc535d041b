"""What two addresses are to each other, told from equal parts and sketches of the others."""

from typing import NamedTuple

import numpy as np

from matching.bulk.certain_names import are_unlike
from matching.bulk.sketches import BLANK, UNKNOWN, changed, lengths
from matching.bulk.sketching import NOTHING
from matching.bulk.told import NONE, UNTOLD, Columns, Levels, Mask, Rows, Told
from matching.core.comparisons import FUZZY

_LEVEL = Levels("address")


class Alike(NamedTuple):
    """Which pairs are alike in a part for certain, which are not, and where both have it."""

    yes: Mask
    no: Mask
    both: Mask


def tell_address(columns: Columns, lo: Rows, hi: Rows) -> Told:
    """As `matching.core.comparisons.address` names it, rule by rule; a slip is not told."""
    code = _same(columns, "postcode", lo, hi)
    told = np.full(len(lo), UNTOLD, np.int32)
    inside, outside = np.flatnonzero(code.yes), np.flatnonzero(~code.yes)
    told[inside] = _in_one_postcode(columns, lo[inside], hi[inside])
    told[outside] = _elsewhere(columns, lo[outside], hi[outside])
    return told


def _in_one_postcode(columns: Columns, lo: Rows, hi: Rows) -> Told:
    number, street = _same(columns, "number", lo, hi), _alike(columns, "street", lo, hi)
    told = np.full(len(lo), UNTOLD, np.int32)
    told[street.no] = _LEVEL["postcode"]
    told[street.no & number.both] = _LEVEL["neighbour"]
    told[street.yes] = _LEVEL["street"]
    told[number.yes] = _LEVEL["house"]
    return told


def _elsewhere(columns: Columns, lo: Rows, hi: Rows) -> Told:
    """Not in one postcode; a mistyped one is left to the comparison."""
    street, city = _alike(columns, "street", lo, hi), _alike(columns, "city", lo, hi)
    number, code = _same(columns, "number", lo, hi), _same(columns, "postcode", lo, hi)
    area = columns["~same_area"]
    in_one_area = area[lo] == area[hi]
    is_far = ~code.both | _are_far_codes(columns, lo, hi)
    told = np.full(len(lo), UNTOLD, np.int32)
    elsewhere = (street.no | (street.yes & city.no & ~number.yes)) & is_far
    told[elsewhere & city.no] = NONE
    told[elsewhere & city.no & (code.both | city.both | street.both)] = _LEVEL["different"]
    told[elsewhere & city.yes] = _LEVEL["city"]
    told[elsewhere & code.both & in_one_area] = _LEVEL["area"]
    told[street.yes & number.yes & city.no & is_far] = _LEVEL["street"]
    told[street.yes & city.yes] = _LEVEL["street"]
    told[street.yes & city.yes & number.yes] = _LEVEL["house"]
    return told


def _same(columns: Columns, part: str, lo: Rows, hi: Rows) -> Alike:
    ours, theirs = columns[f"~same_{part}"][lo], columns[f"~same_{part}"][hi]
    both = (ours != NOTHING) & (theirs != NOTHING)
    return Alike(both & (ours == theirs), ours != theirs, both)


def _alike(columns: Columns, part: str, lo: Rows, hi: Rows) -> Alike:
    """Equal, or so unlike that no slips of the pen explain it; or one of them is missing."""
    same = _same(columns, part, lo, hi)
    ours, theirs = columns[f"~{part}"][lo], columns[f"~{part}"][hi]
    is_known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    unlike = is_known & same.both & ~same.yes & are_unlike(ours, theirs, FUZZY)
    return Alike(same.yes, ~same.both | unlike, same.both)


def _are_far_codes(columns: Columns, lo: Rows, hi: Rows) -> Mask:
    """Postcodes more than a slip apart."""
    ours, theirs = columns["~postcode"][lo], columns["~postcode"][hi]
    are_codes = (ours != UNKNOWN) & (theirs != UNKNOWN) & (ours != BLANK) & (theirs != BLANK)
    is_longer = np.abs(lengths(ours) - lengths(theirs)) > 1
    return np.asarray(are_codes & (is_longer | (changed(ours, theirs) > 2)))
