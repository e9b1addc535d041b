"""Block keys of all records at once, and who has them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Places = NDArray[np.int32]  # half as much memory, where there are very many


@dataclass(frozen=True)
class Blocks:
    """Block keys and who has them, sorted by key: `rows[starts[i]:starts[i] + sizes[i]]` are
    the records under `keys[i]`, ascending; their kind has the number `kinds[i]`."""

    keys: NDArray[np.int64]
    kinds: NDArray[np.int8]
    starts: Places
    sizes: Places
    rows: Places


def blocks_of(
    keys: NDArray[np.int64], kinds: NDArray[np.int8], rows: NDArray[np.int32]
) -> Blocks:
    """Sort (key, kind, row) entries into blocks; every row has a key once."""
    if np.any(rows[1:] < rows[:-1]):  # seldom: keys are stored record by record
        by_row = np.argsort(rows, kind="stable")
        keys, kinds, rows = keys[by_row], kinds[by_row], rows[by_row]
    order = _order_of(keys)
    keys = keys[order]
    is_first = np.empty(len(keys), bool)
    is_first[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    starts = np.flatnonzero(is_first).astype(np.int32)
    sizes = np.diff(starts, append=np.int32(len(keys)))
    return Blocks(keys[starts], kinds[order[starts]], starts, sizes, rows[order])


def _order_of(keys: NDArray[np.int64]) -> Rows:
    """The places of keys, ascending by key, equal ones as they stand.

    Numbers are sorted many times faster than places by numbers. So each place goes in the lower
    bits of its key; the few keys that differ only there are put right afterwards.
    """
    bits = max(len(keys) - 1, 1).bit_length()
    order = keys >> bits << bits
    order |= np.arange(len(keys))
    order.sort()
    order &= (1 << bits) - 1
    ordered = keys[order]
    wrong = np.flatnonzero(ordered[1:] < ordered[:-1])
    for high in np.unique(ordered[wrong] >> bits).tolist():
        start, end = np.searchsorted(ordered >> bits, [high, high + 1])
        inside = order[start:end]
        order[start:end] = inside[np.argsort(keys[inside], kind="stable")]
    return order


def generic(blocks: Blocks, limits: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which blocks have more records than the limit of their kind."""
    return np.asarray(blocks.sizes > limits[blocks.kinds])


def rows_under(blocks: Blocks, chosen: NDArray[np.bool_]) -> Rows:
    """The records of the chosen blocks, ascending, each once."""
    found = [
        blocks.rows[start : start + size]
        for start, size in zip(blocks.starts[chosen], blocks.sizes[chosen], strict=True)
    ]
    return np.unique(np.concatenate(found)).astype(np.int64) if found else np.empty(0, np.int64)
