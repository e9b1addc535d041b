"""Telling what two names are to each other, and what that is worth."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from matching.bulk.alike_names import ALIKE, ONE, are_swapped, likeness_of
from matching.bulk.certain_names import begin_alike, may_be_second, tell_family, tell_given
from matching.bulk.distinct import distinct_pairs
from matching.bulk.name_places import NamePlaces
from matching.bulk.sketches import UNKNOWN, lengths
from matching.bulk.sketching import NOTHING
from matching.bulk.told import UNTOLD, Columns, Levels, Mask, Rows, Tell, Told, nothing_told
from matching.core.words import name_family

_UNSEEN: Mapping[str, Tell] = {"given": tell_given, "family": tell_family}


class NameTeller:
    """Of one kind of name, given or family: what is told of it unseen, and by its texts.

    Both of records that have a given and a family name; others are left open, and so is a name
    that may be a second one of the other record.
    """

    def __init__(self, kind: str, places: NamePlaces) -> None:
        self._kind, self._places = kind, places
        self._level = Levels(f"{kind}_name")
        self._ranks: NDArray[np.int32] | None = None

    def unseen(self, columns: Columns, lo: Rows, hi: Rows) -> Told:
        """Equal names; different ones and initials, where sketches show them."""
        names = columns[f"~same_{self._kind}"]
        are_same = names.take(lo) == names.take(hi)
        told = nothing_told(lo)
        same, others = np.flatnonzero(are_same), np.flatnonzero(~are_same)
        told[same] = self._of_same(columns, lo[same])
        told[others] = _UNSEEN[self._kind](columns, lo[others], hi[others])
        return told

    def _of_same(self, columns: Columns, rows: Rows) -> Told:
        sketches, exact = columns[f"~{self._kind}"].take(rows), self._places.exact
        told = np.where(
            lengths(sketches) > 1,
            exact.take(self._ranks_of(columns, rows)),
            self._level["initial"],
        )
        return np.where(sketches != UNKNOWN, told, np.int32(UNTOLD))

    def seen(self, columns: Columns, lo: Rows, hi: Rows) -> Told:
        """Every level of two different names."""
        names = columns[f"~same_{self._kind}"]
        told = nothing_told(lo)
        open_ = np.flatnonzero(names.take(lo) != names.take(hi))
        open_ = open_[_are_whole(columns, lo[open_]) & _are_whole(columns, hi[open_])]
        told[open_] = self._of_different(columns, lo[open_], hi[open_])
        return told

    def _of_different(self, columns: Columns, lo: Rows, hi: Rows) -> Told:
        told = np.full(len(lo), self._level["different"])
        ranks = np.minimum(self._ranks_of(columns, lo), self._ranks_of(columns, hi))
        swapped = are_swapped(columns, lo, hi)
        told[swapped] = self._places.swapped[ranks[swapped]]
        sketches = columns[f"~{self._kind}"]
        ours, theirs = sketches.take(lo), sketches.take(hi)
        is_initial = ~swapped & (np.minimum(lengths(ours), lengths(theirs)) == 1)
        told[is_initial & begin_alike(ours, theirs)] = self._level["initial"]
        open_ = np.flatnonzero(~swapped & ~is_initial)
        told[open_] = self._of_whole(columns, lo[open_], hi[open_], ranks[open_])
        second = np.flatnonzero(may_be_second(columns, f"~{self._kind}", lo, hi))
        told[second[~swapped[second] & (told[second] != self._level["initial"])]] = UNTOLD
        return told

    def _of_whole(self, columns: Columns, lo: Rows, hi: Rows, ranks: Rows) -> Told:
        """Of different names that are no initials."""
        likeness = likeness_of(columns, self._kind, self._kind, lo, hi)
        told = np.full(len(lo), self._level["different"])
        told[likeness == ALIKE] = self._level["similar"]
        told[likeness == ONE] = self._places.fuzzy[ranks[likeness == ONE]]
        if self._kind == "given":
            told[_are_nicknames(columns, lo, hi)] = self._level["nickname"]
            return told
        shared = _share_a_part(columns, lo, hi)
        told[shared] = self._level["part"]
        many = columns["~last_part"]
        told[(many.take(lo) == NOTHING) | (many.take(hi) == NOTHING)] = UNTOLD
        return told

    def _ranks_of(self, columns: Columns, rows: Rows) -> NDArray[np.int32]:
        if self._ranks is None:
            self._ranks = self._places.ranks(columns[f"~same_{self._kind}"])
        return self._ranks.take(rows)


def _are_whole(columns: Columns, rows: Rows) -> Mask:
    given, family = columns["~given"], columns["~family"]
    return np.asarray((given.take(rows) != UNKNOWN) & (family.take(rows) != UNKNOWN))


def _are_nicknames(columns: Columns, lo: Rows, hi: Rows) -> Mask:
    """Of which both may be short for one name."""
    formal, numbers, texts = (
        columns[f"~{name}"] for name in ("formal", "same_given", "text_given")
    )
    found = formal.take(lo) & formal.take(hi) != 0
    open_ = np.flatnonzero(found)
    lo, hi = lo[open_], hi[open_]
    _, first, which = distinct_pairs(numbers.take(lo), numbers.take(hi))
    ours, theirs = (texts.take(rows[first]).astype(str).tolist() for rows in (lo, hi))
    are = [
        not name_family(one).isdisjoint(name_family(other))
        for one, other in zip(ours, theirs, strict=True)
    ]
    found[open_] = np.array(are, bool)[which]
    return np.asarray(found)


def _share_a_part(columns: Columns, lo: Rows, hi: Rows) -> Mask:
    """Smith-Jones and Jones."""
    first, last = columns["~first_part"], columns["~last_part"]
    ours, theirs = (first.take(lo), last.take(lo)), (first.take(hi), last.take(hi))
    return np.asarray(np.any([mine == yours for mine in ours for yours in theirs], axis=0))
