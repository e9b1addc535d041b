"""Where the candidate pairs of a bulk run are found: here, or by many machines."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.bulk.candidates import Places
from matching.bulk.preparing import find_pairs
from matching.bulk.reading import Seen
from matching.core.model import MatchModel
from matching.progress import TellStage


class Finder(Protocol):
    """Finds pairs in two steps, so that slow ones keep no transaction open.

    `look` is called inside the snapshot and returns which rows may stand in a pair; `pairs`
    after it, with the folder of the run, and returns at least all pairs `(lo, hi)` of rows that
    reach the review threshold, at least one of each dirty.
    """

    def look(self, seen: Seen, model: MatchModel) -> NDArray[np.bool_]: ...

    def pairs(self, folder: Path, tell: TellStage) -> tuple[Places, Places]: ...


class Here:
    """All pairs of shared keys, found in the memory of this process."""

    def look(self, seen: Seen, model: MatchModel) -> NDArray[np.bool_]:
        lo, hi = find_pairs(seen, model)
        found = np.zeros(len(seen.ids), bool)
        found[lo] = found[hi] = True
        self._found = [(lo, hi)]
        return found

    def pairs(self, folder: Path, tell: TellStage) -> tuple[Places, Places]:
        return self._found.pop()  # given away, not held beside
