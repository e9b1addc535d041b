"""Where the candidate pairs of a bulk run are found: here, or by many machines."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.bulk.candidates import generic
from matching.bulk.meeting import Found, are_asked, part_pairs
from matching.bulk.noting import limits_of
from matching.bulk.reading import Seen
from matching.core.model import MatchModel
from matching.progress import TellStage


class Finder(Protocol):
    """Finds pairs in two steps, so that slow ones keep no transaction open.

    `look` is called inside the snapshot and returns which rows may stand in a pair; `pairs`
    after it, with the folder of the run and what is left of the records. They are at least all
    pairs of rows that reach the review threshold, one of each dirty, in about `shares` parts.
    """

    def look(self, seen: Seen, model: MatchModel) -> NDArray[np.bool_]: ...

    def pairs(self, folder: Path, seen: Seen, shares: int, tell: TellStage) -> Found: ...


class Here:
    """All pairs of shared keys, made by the processes of the run."""

    def look(self, seen: Seen, model: MatchModel) -> NDArray[np.bool_]:
        blocks, may_match = seen.blocks, seen.may_match()
        brings_pairs = ~generic(blocks, limits_of(model))
        self._asked = are_asked(blocks, brings_pairs, seen.is_dirty(), may_match)
        if seen.is_dirty().all():
            return may_match  # most of them do
        found = np.zeros(len(seen.ids), bool)
        found[blocks.rows[np.repeat(self._asked, blocks.sizes)]] = True
        return found & may_match

    def pairs(self, folder: Path, seen: Seen, shares: int, tell: TellStage) -> Found:
        dirty, may_match = seen.is_dirty(), seen.may_match()
        return part_pairs(folder, seen.blocks, self._asked, dirty, may_match, shares)
