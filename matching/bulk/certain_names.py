"""What two names are to each other, told from sketches: different, or one an initial.

Lone names, and those that may be a second name of the other, are left to the comparisons.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.bulk.sketches import UNKNOWN, Counts, Sketches, first_signs, lengths, only_ours
from matching.bulk.told import UNTOLD, Columns, Levels, Mask, Rows, Told, nothing_told
from matching.core.comparisons import SIMILAR

_SAFELY = 1e-5  # more than a sum of three short fractions may be off
_GIVEN, _FAMILY = Levels("given_name"), Levels("family_name")
Shown = tuple[Sketches, Sketches]
MayBe = Callable[[Columns, Rows, Rows], Mask]


def tell_given(columns: Columns, lo: Rows, hi: Rows) -> Told:
    return _told(columns, "~given", _may_be_nicknames, _GIVEN, lo, hi)


def tell_family(columns: Columns, lo: Rows, hi: Rows) -> Told:
    return _told(columns, "~family", _may_share_a_part, _FAMILY, lo, hi)


def _told(
    columns: Columns, name: str, may_be_more: MayBe, levels: Levels, lo: Rows, hi: Rows
) -> Told:
    """Different where they are far, else an initial where one is, if nothing was swapped."""
    sketches = columns[name]
    ours, theirs = sketches.take(lo), sketches.take(hi)
    told = nothing_told(lo)
    begin = np.flatnonzero(begin_alike(ours, theirs))
    told[begin] = levels["initial"]
    far = np.flatnonzero(are_far_names(ours, theirs))
    told[far] = levels["different"]
    far = far[
        may_be_more(columns, lo[far], hi[far]) | may_be_second(columns, name, lo[far], hi[far])
    ]
    told[far] = UNTOLD
    some = np.flatnonzero(told != UNTOLD)
    told[some[~are_not_swapped(columns, lo[some], hi[some])]] = UNTOLD
    return told


def _may_be_nicknames(columns: Columns, lo: Rows, hi: Rows) -> Mask:
    formal = columns["~formal"]
    return np.asarray(formal.take(lo) & formal.take(hi) != 0)


def begin_alike(ours: Sketches, theirs: Sketches) -> Mask:
    """Where one name is a single sign, with which the other begins."""
    begin = _is_one_sign(ours, theirs) & (first_signs(ours) == first_signs(theirs))
    return np.asarray(begin & (ours != UNKNOWN) & (theirs != UNKNOWN))


def alone(part: str, columns: Columns, lo: Rows, hi: Rows, shown: Shown) -> Shown:
    """Of equal names, and of those that were not swapped, nothing else is looked at."""
    mine, yours = columns[f"~same_{part}"].take(lo), columns[f"~same_{part}"].take(hi)
    is_alone = mine == yours
    others = np.flatnonzero(~is_alone)
    is_alone[others] = are_not_swapped(columns, lo[others], hi[others])
    is_alone[others] &= ~may_be_second(columns, f"~{part}", lo[others], hi[others])
    if part == "family":
        is_alone &= (mine == yours) | ~_may_share_a_part(columns, lo, hi)
    return np.where(is_alone, mine, shown[0]), np.where(is_alone, yours, shown[1])


def _may_share_a_part(columns: Columns, lo: Rows, hi: Rows) -> Mask:
    """Smith-Jones and Jones; the whole names share a bit by chance only."""
    parts = columns["~parts"]
    return np.asarray(parts.take(lo) & parts.take(hi) != 0)


def may_be_second(columns: Columns, name: str, lo: Rows, hi: Rows) -> Mask:
    """Where the name of one may be a second name of the other: people go by these too."""
    names, middle = columns["~formal" if name == "~given" else "~parts"], columns["~middle"]
    mine, yours = middle.take(lo), middle.take(hi)
    found = (mine | yours) != 0
    some = np.flatnonzero(found)
    met = names.take(lo[some]) & yours[some] | names.take(hi[some]) & mine[some]
    found[some] = met != 0
    return np.asarray(found)


def are_not_swapped(columns: Columns, lo: Rows, hi: Rows) -> Mask:
    """Whether given and family name surely did not change places."""
    given, family = columns["~given"], columns["~family"]
    told = are_far_names(given.take(lo), family.take(hi))
    rest = np.flatnonzero(~told)
    told[rest] = are_far_names(family.take(lo[rest]), given.take(hi[rest]))
    return told


class _Signs(NamedTuple):
    """How many signs two texts have, and how many of them the other lacks; of many pairs."""

    size: Counts
    other: Counts
    mine: Counts
    yours: Counts


def _signs_of(ours: Sketches, theirs: Sketches) -> _Signs:
    mine, yours = only_ours(ours, theirs), only_ours(theirs, ours)
    return _Signs(lengths(ours), lengths(theirs), mine, yours)


def are_far_names(ours: Sketches, theirs: Sketches) -> Mask:
    """Neither similar, nor mistyped, nor a short form of the other; nor its initial."""
    signs = _signs_of(ours, theirs)
    shorter = np.minimum(signs.size, signs.other)
    allowed = 2 + 2 * (shorter >= 7).view(np.int8)
    are_far = (signs.mine + signs.yours > allowed) & (signs.mine > 0) & (signs.yours > 0)
    same_first = first_signs(ours ^ theirs) == 0
    are_far &= _are_unlike(signs, same_first, SIMILAR)
    # One sign is like nothing that begins otherwise: Jaro looks for it in the second place of
    # four signs and more only, and that is too little.
    are_far |= (shorter == 1) & ~same_first
    return np.asarray(are_far & (ours != UNKNOWN) & (theirs != UNKNOWN))


def _is_one_sign(ours: Sketches, theirs: Sketches) -> Mask:
    return np.asarray(np.minimum(lengths(ours), lengths(theirs)) == 1)


def are_unlike(ours: Sketches, theirs: Sketches, limit: float) -> Mask:
    """Jaro-Winkler below the limit even if all signs that may meet do, in their order."""
    return _are_unlike(_signs_of(ours, theirs), first_signs(ours ^ theirs) == 0, limit)


def _are_unlike(signs: _Signs, same_first: Mask, limit: float) -> Mask:
    """The bonus for a common start takes four tenths of what is missing to 1, if the first
    sign agrees."""
    size, other = np.maximum(signs.size, 1), np.maximum(signs.other, 1)
    met = np.minimum(signs.size - signs.mine, signs.other - signs.yours).astype(np.float32)
    jaro = met / size + met / other
    lone = np.float32(3 * (limit - _SAFELY) - 1)  # (jaro + 1) / 3 < limit
    begun = np.float32((3 * (limit - _SAFELY) - 1.2) / 0.6 - 1)  # with the bonus, likewise
    return np.asarray(jaro < np.array([lone, begun]).take(same_first))
