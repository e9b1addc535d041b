"""Candidate pairs of blocks as a bulk run finds them, from however many parts."""

import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from matching.bulk import meeting
from matching.bulk.candidates import Blocks

Mask = NDArray[np.bool_]


def pairs_of(
    blocks: Blocks, brings_pairs: Mask, is_dirty: Mask, may_match: Mask
) -> list[tuple[int, int]]:
    """All pairs `(lo, hi)`, from parts as small as they can be."""
    asked = meeting.are_asked(blocks, brings_pairs, is_dirty, may_match)
    with tempfile.TemporaryDirectory() as name, mock.patch.object(meeting, "FEWEST", 1):
        folder = Path(name)
        meeting.keep_blocks(folder, blocks)
        found = meeting.part_pairs(folder, blocks, asked, is_dirty, may_match, 3)
        parts = [found.read(folder, part) for part in range(len(found.sizes))]
    assert all(size >= len(lo) for size, (lo, _) in zip(found.sizes, parts, strict=True))
    return [pair for lo, hi in parts for pair in zip(lo.tolist(), hi.tolist(), strict=True)]
