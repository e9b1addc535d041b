"""Candidate pairs among some of the records, found in memory.

As rows of a query they would take minutes among a million records, and be thrown away but for
those of the sample.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from matching.bulk.candidates import blocks_of
from matching.bulk.meeting import pairs_of
from matching.bulk.reading import all_keys, kinds_by_number, rows_of
from matching.world import Pair


def meetings(place_of: Mapping[int, int], limits: Mapping[str, int]) -> list[Pair]:
    """Every pair of places `(lo, hi)` that shares a block key below its limit, ascending.

    `place_of` are the places of the records looked at, by their ids; how many share a key is
    counted over all that are stored. 8 bytes of memory for each key, 13 for one of the sample.
    """
    ids = np.array(sorted(place_of), np.int64)
    places = np.array([place_of[pk] for pk in ids.tolist()], np.int32)
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
    return [
        (a, b) for a, b in zip(lo[order].tolist(), hi[order].tolist(), strict=True) if a < b
    ]


_NO_KEYS = (np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int32))


def _times(every: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many times each of some keys stands among all of them, which are sorted in place."""
    every.sort()
    left, right = (np.searchsorted(every, keys, side) for side in ("left", "right"))
    return np.asarray(right - left)


def _as_array(limits: Mapping[str, int]) -> NDArray[np.int64]:
    return np.array(list(limits.values()), np.int64)
