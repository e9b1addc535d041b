"""What two birth dates are to each other, told from their digits: every level there is."""

import numpy as np

from matching.bulk.sketches import UNKNOWN, Sketches, are_one_slip, date_parts
from matching.bulk.told import UNTOLD, Columns, Levels, Mask, Rows, Told, put

_LEVEL = Levels("birth_date")
Parts = tuple[Sketches, Sketches, Sketches]


def tell_birth(columns: Columns, lo: Rows, hi: Rows) -> Told:
    """As `matching.core.comparisons.birth_date` names it, of dates with a known year."""
    ours, theirs = columns["~birth"].take(lo), columns["~birth"].take(hi)
    told = np.full(len(lo), _LEVEL["exact"])
    are_parts = (ours & 0xFF == 0) | (theirs & 0xFF == 0)  # a day is not known
    other = np.flatnonzero((ours != theirs) & ~are_parts)
    told[other] = _of_whole(ours[other], theirs[other])
    parts = np.flatnonzero(are_parts)
    told[parts] = _of_parts(ours[parts], theirs[parts])
    put(told, (ours == UNKNOWN) | (theirs == UNKNOWN), UNTOLD)
    return told


def _of_whole(ours: Sketches, theirs: Sketches) -> Told:
    """Two different dates of which the day is known; the first that holds counts."""
    mine, yours = date_parts(ours), date_parts(theirs)
    years, months, days = (one - other for one, other in zip(mine, yours, strict=True))
    are_swapped = (years == 0) & (mine[1] == yours[2]) & (mine[2] == yours[1])
    alike = (years == 0).astype(np.int8) + (months == 0) + (days == 0)
    cases: list[tuple[str, Mask]] = [
        ("swapped", are_swapped),
        ("slip", are_one_slip(ours, theirs)),
        ("close", alike == 2),
        ("near", _are_near(np.abs(years), np.abs(months), np.abs(days))),
    ]
    told = np.full(len(ours), _LEVEL["different"])
    for level, holds in reversed(cases):
        put(told, holds, _LEVEL[level])
    return told


def _are_near(years: Sketches, months: Sketches, days: Sketches) -> Mask:
    are_years = (years <= 1) | (years == 10)
    are_months = (months <= 1) | (months == 11)
    return np.asarray(are_years & are_months & (days <= 4))


def _of_parts(ours: Sketches, theirs: Sketches) -> Told:
    """Two dates of which one lacks the day at least."""
    mine, yours = date_parts(ours), date_parts(theirs)
    is_year, is_near = mine[0] == yours[0], np.abs(mine[0] - yours[0]) <= 2
    are_months = (mine[1] != 0) & (yours[1] != 0)
    told = np.where(is_near, _LEVEL["near_year"], _LEVEL["other_year"])
    told[is_year] = _LEVEL["year"]
    told[is_year & are_months] = _LEVEL["other_year"]
    told[is_year & are_months & (mine[1] == yours[1])] = _LEVEL["month"]
    return told
