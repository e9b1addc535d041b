"""Candidate pairs among some of the records, found in memory.

As rows of a query they would take minutes among a million records, and be thrown away but for
those of the sample.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.bulk.candidates import blocks_of
from matching.bulk.meeting import pairs_of
from matching.bulk.reading import all_keys, kinds_by_number, rows_of

Numbers = NDArray[np.int64]


def meetings(record_ids: Sequence[int], limits: Mapping[str, int]) -> tuple[Numbers, Numbers]:
    """Every pair of these records that shares a block key below its limit, ascending.

    Pairs `(lo, hi)` are of their places in `record_ids`; how many share a key is counted over
    all that are stored. 16 bytes of memory for each key, 30 more for one of these.
    """
    places = np.argsort(np.array(record_ids, np.int64)).astype(np.int32)
    ids = np.array(record_ids, np.int64)[places]
    every, found = [_NO_KEYS[0]], [_NO_KEYS]
    row_of, kind_of = rows_of(ids), kinds_by_number(list(limits))
    for keys, records in all_keys():
        kind, record = kind_of(records)
        every.append(keys[kind >= 0])
        if len(ids):
            row = np.minimum(row_of(record), len(ids) - 1)
            chosen = (kind >= 0) & (ids[row] == record)
            found.append((keys[chosen], kind[chosen], places[row[chosen]]))
    blocks = blocks_of(*map(np.concatenate, zip(*found, strict=True)))
    shared = _times(np.concatenate(every), blocks.keys) <= _as_array(limits)[blocks.kinds]
    lo, hi = pairs_of(blocks, shared & (blocks.sizes > 1))
    order = np.lexsort((hi, lo))
    order = order[lo[order] < hi[order]]  # keys may change between one page and the next
    return lo[order], hi[order]


_NO_KEYS = (np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int32))


def _times(every: Numbers, keys: Numbers) -> Numbers:
    """How many times each of some keys stands among all of them, which are sorted in place."""
    every.sort()
    left, right = (np.searchsorted(every, keys, side) for side in ("left", "right"))
    return np.asarray(right - left)


def _as_array(limits: Mapping[str, int]) -> Numbers:
    return np.array(list(limits.values()), np.int64)
