"""What lies between a bulk run and Spark: records out, pairs back, as plain text files.

Both are customer data, or lead to it; the run deletes them.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.bulk.candidates import Blocks, Places
from matching.core.codec import flatten, packed
from matching.core.features import Features
from matching.spark.asking import ID, IS_DIRTY, KEYS, RECORD

Rows = NDArray[np.int64]
RECORDS_AT_ONCE = 50_000  # lines of a file, which is a piece of work of Spark


@dataclass(frozen=True)
class Meeting:
    """The keys each row may meet others under: `keys[ends[row - 1]:ends[row]]`."""

    ends: Rows
    keys: Rows

    def of(self, row: int) -> list[int]:
        start = int(self.ends[row - 1]) if row else 0
        found: list[int] = self.keys[start : int(self.ends[row])].tolist()
        return found

    def has_any(self) -> NDArray[np.bool_]:
        """Which rows may meet anybody."""
        return np.asarray(np.diff(self.ends, prepend=0) > 0)


def meetings(
    blocks: Blocks,
    brings_pairs: NDArray[np.bool_],
    is_dirty: NDArray[np.bool_],
    may_match: NDArray[np.bool_],
) -> Meeting:
    """Keys by row: of the blocks that bring pairs, which a dirty row stands in.

    Pairs of rows that share such a key, at least one of them dirty, are those of
    `matching.bulk.meeting`.
    """
    block_of = np.repeat(np.arange(len(blocks.keys)), blocks.sizes)
    inside = brings_pairs[block_of] & may_match[blocks.rows]
    standing = np.bincount(block_of[inside], minlength=len(blocks.keys))
    dirty = np.bincount(block_of[inside & is_dirty[blocks.rows]], minlength=len(blocks.keys))
    inside &= ((standing > 1) & (dirty > 0))[block_of]
    rows, keys = blocks.rows[inside], blocks.keys[block_of[inside]]
    order = np.argsort(rows, kind="stable")
    return Meeting(np.cumsum(np.bincount(rows, minlength=len(is_dirty))), keys[order])


def write_records(
    folder: Path,
    meeting: Meeting,
    is_dirty: NDArray[np.bool_],
    look: Callable[[int], Features],
) -> None:
    """Write all rows that may meet another, one object a line, in files of `RECORDS_AT_ONCE`.

    `look` gives what a row compares by.
    """
    folder.mkdir(parents=True)
    rows = np.flatnonzero(meeting.has_any())
    for number, start in enumerate(range(0, len(rows), RECORDS_AT_ONCE)):
        some = rows[start : start + RECORDS_AT_ONCE].tolist()
        lines = (_line(row, meeting, bool(is_dirty[row]), look(row)) for row in some)
        (folder / f"{number:06}.json").write_text("".join(lines), "ascii")


def _line(row: int, meeting: Meeting, is_dirty: bool, features: Features) -> str:
    said = {
        ID: row,
        IS_DIRTY: is_dirty,
        KEYS: meeting.of(row),
        RECORD: record_of(features),
    }
    return json.dumps(said) + "\n"


def record_of(features: Features) -> str:
    """A record as a text; `matching.spark.levels` reads it."""
    return b64encode(packed(flatten(features))).decode("ascii")


def read_pairs(folder: Path) -> tuple[Places, Places]:
    """Read the pairs Spark wrote, `lo,hi` a line, ascending."""
    files = (file for file in sorted(folder.glob("part-*")) if file.stat().st_size)
    parts = [np.loadtxt(file, np.int32, delimiter=",", ndmin=2) for file in files]
    pairs = np.concatenate([*parts, np.empty((0, 2), np.int32)])
    lo, hi = pairs.T
    order = np.lexsort((hi, lo))
    return lo[order], hi[order]
