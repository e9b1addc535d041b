"""Candidate pairs of all records at once, from their block keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Places = NDArray[np.int32]  # half as much memory, where there are very many
AT_ONCE = 8_000_000  # pairs gathered before duplicates are dropped
_HALF = 32  # bits of a row in a packed pair


@dataclass(frozen=True)
class Blocks:
    """Block keys and who has them, sorted by key: `rows[starts[i]:starts[i] + sizes[i]]` are
    the records under `keys[i]`, whose kind has the number `kinds[i]`."""

    keys: NDArray[np.int64]
    kinds: NDArray[np.int8]
    starts: Places
    sizes: Places
    rows: Places


def blocks_of(
    keys: NDArray[np.int64], kinds: NDArray[np.int8], rows: NDArray[np.int32]
) -> Blocks:
    """Sort (key, kind, row) entries into blocks; every row has a key once."""
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


def pairs_of(
    blocks: Blocks,
    brings_pairs: NDArray[np.bool_],
    is_dirty: NDArray[np.bool_],
    may_match: NDArray[np.bool_],
) -> tuple[Places, Places]:
    """All pairs `(lo, hi)` of rows that share a block, each once.

    At least one of a pair is dirty, and both may match. Ascending, so that neighbours among the
    pairs are about the same few records.
    """
    found = np.empty(0, np.int64)
    gathered: list[Rows] = []
    for pairs in _packed_pairs(blocks, brings_pairs, is_dirty, may_match):
        gathered.append(pairs)
        if sum(map(len, gathered)) >= max(AT_ONCE, len(found)):
            found, gathered = _each_once([found, *gathered]), []
    found = _each_once([found, *gathered])
    return (found >> _HALF).astype(np.int32), found.astype(np.int32)  # of this the lower half


def _each_once(gathered: Sequence[Rows]) -> Rows:
    """All numbers, ascending, without repetitions."""
    numbers = np.concatenate(gathered)
    numbers.sort()
    is_first = np.empty(len(numbers), bool)
    is_first[:1] = True
    np.not_equal(numbers[1:], numbers[:-1], out=is_first[1:])
    return numbers[is_first]


def _packed_pairs(
    blocks: Blocks,
    brings_pairs: NDArray[np.bool_],
    is_dirty: NDArray[np.bool_],
    may_match: NDArray[np.bool_],
) -> Iterator[Rows]:
    """Pairs, lo and hi in one number, block size by block size; repeated where they overlap."""
    useful = brings_pairs & (blocks.sizes > 1)
    are_all_wanted = is_dirty.all() and may_match.all()
    for size in np.unique(blocks.sizes[useful])[::-1].tolist():
        starts = blocks.starts[useful & (blocks.sizes == size)]
        left, right = np.triu_indices(size, 1)
        step = max(1, AT_ONCE // (4 * len(left)))
        for begin in range(0, len(starts), step):
            members = blocks.rows[starts[begin : begin + step, None] + np.arange(size)]
            ours, theirs = members[:, left].ravel(), members[:, right].ravel()
            if not are_all_wanted:
                wanted = is_dirty[ours] | is_dirty[theirs]
                wanted &= may_match[ours] & may_match[theirs]
                ours, theirs = ours[wanted], theirs[wanted]
            yield np.minimum(ours, theirs).astype(np.int64) << _HALF | np.maximum(ours, theirs)
