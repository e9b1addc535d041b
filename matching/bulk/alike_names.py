"""Which names are alike, of many pairs at a time: by their sketches, else by their texts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from matching.bulk.certain_names import are_far_names, begin_alike
from matching.bulk.distinct import distinct_pairs
from matching.bulk.sketches import lengths, only_ours
from matching.bulk.told import Columns, Mask, Rows
from matching.core.comparisons import FUZZY, SIMILAR, alike_level

Texts = NDArray[Any]  # of bytes
Likeness = NDArray[np.int8]  # of two names, one of these
UNLIKE, ALIKE, ONE = 0, 1, 2
_LIKENESS = {None: UNLIKE, "similar": ALIKE, "fuzzy": ONE}


def are_swapped(columns: Columns, lo: Rows, hi: Rows) -> Mask:
    """As `matching.core.comparisons.are_swapped`, of records that have both names."""
    given, family = columns["~same_given"], columns["~same_family"]
    found = (given.take(lo) != given.take(hi)) & (family.take(lo) != family.take(hi))
    for ours, theirs in (("given", "family"), ("family", "given")):
        open_ = np.flatnonzero(found)
        found[open_] = _are_close(columns, ours, theirs, lo[open_], hi[open_])
    return np.asarray(found)


def _are_close(columns: Columns, ours: str, theirs: str, lo: Rows, hi: Rows) -> Mask:
    mine, yours = columns[f"~same_{ours}"].take(lo), columns[f"~same_{theirs}"].take(hi)
    found = mine == yours
    found |= begin_alike(columns[f"~{ours}"].take(lo), columns[f"~{theirs}"].take(hi))
    open_ = np.flatnonzero(~found)
    found[open_] = likeness_of(columns, ours, theirs, lo[open_], hi[open_]) != UNLIKE
    return np.asarray(found)


def likeness_of(columns: Columns, ours: str, theirs: str, lo: Rows, hi: Rows) -> Likeness:
    """What `alike_level` says of a name of each, given or family; no two are equal."""
    found = np.full(len(lo), UNLIKE, np.int8)
    far = are_far_names(columns[f"~{ours}"].take(lo), columns[f"~{theirs}"].take(hi))
    open_ = np.flatnonzero(~far)
    lo, hi = lo[open_], hi[open_]
    mine, yours = columns[f"~same_{ours}"].take(lo), columns[f"~same_{theirs}"].take(hi)
    _, first, which = distinct_pairs(mine, yours)
    found[open_] = _compared(columns, ours, theirs, lo[first], hi[first])[which]
    return found


def _compared(columns: Columns, ours: str, theirs: str, lo: Rows, hi: Rows) -> Likeness:
    mine, yours = columns[f"~text_{ours}"].take(lo), columns[f"~text_{theirs}"].take(hi)
    first, last = _ordered(mine, yours)
    # by a cut-off, what is as alike as that can be lost to rounding
    likeness = cpdist(
        first,
        last,
        scorer=JaroWinkler.similarity,
        score_cutoff=SIMILAR - 0.01,
        dtype=np.float64,
    )
    found = np.where(likeness >= FUZZY, ONE, np.where(likeness >= SIMILAR, ALIKE, UNLIKE))
    sketches = columns[f"~{ours}"].take(lo), columns[f"~{theirs}"].take(hi)
    for place in np.flatnonzero(_may_be_more(likeness, *sketches)).tolist():
        found[place] = _LIKENESS[alike_level(first[place].decode(), last[place].decode())]
    return found.astype(np.int8)


def _ordered(mine: Texts, yours: Texts) -> tuple[list[bytes], list[bytes]]:
    """Two names each, the first one first: so are they compared one by one."""
    is_first = mine <= yours
    firsts, lasts = np.where(is_first, mine, yours), np.where(is_first, yours, mine)
    return firsts.tolist(), lasts.tolist()


def _may_be_more(likeness: NDArray[np.float64], ours: Rows, theirs: Rows) -> Mask:
    """Where names may be a slip apart, or one within the other, and so more than they look."""
    mine, yours = only_ours(ours, theirs), only_ours(theirs, ours)
    shorter = np.minimum(lengths(ours), lengths(theirs))
    may_be_slip = mine + yours <= np.where(shorter < 7, np.int8(2), np.int8(4))
    may_be_within = (mine == 0) | (yours == 0)
    is_open = (likeness < FUZZY) & (may_be_slip | ((likeness < SIMILAR) & may_be_within))
    return np.asarray(is_open)
