"""Candidate pairs of all records at once, from their block keys."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
AT_ONCE = 8_000_000  # pairs gathered before duplicates are dropped


@dataclass(frozen=True)
class Blocks:
    """Block keys and who has them, sorted by key: `rows[starts[i]:starts[i] + sizes[i]]` are
    the records under `keys[i]`, whose kind has the number `kinds[i]`."""

    keys: NDArray[np.int64]
    kinds: NDArray[np.int16]
    starts: Rows
    sizes: Rows
    rows: NDArray[np.int32]


def blocks_of(
    keys: NDArray[np.int64], kinds: NDArray[np.int16], rows: NDArray[np.int32]
) -> Blocks:
    """Sort (key, kind, row) entries into blocks; every row has a key once."""
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    is_first = np.empty(len(keys), bool)
    is_first[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    starts = np.flatnonzero(is_first)
    sizes = np.diff(np.append(starts, len(keys)))
    return Blocks(keys[starts], kinds[order][starts], starts, sizes, rows[order])


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
) -> tuple[Rows, Rows]:
    """All pairs `(lo, hi)` of rows that share a block, each once.

    At least one of a pair is dirty, and both may match. Those of one block stand together, the
    largest blocks first, so that neighbours among the pairs are about the same few records.
    """
    total = max(len(is_dirty), 1)
    found, place = np.empty(0, np.int64), np.empty(0, np.int64)
    gathered: list[Rows] = []
    waiting = seen = 0
    for pairs in _packed_pairs(blocks, brings_pairs, is_dirty, may_match):
        gathered.append(pairs)
        waiting += len(pairs)
        if waiting >= AT_ONCE:
            found, place = _each_once(found, place, gathered, seen)
            seen, gathered, waiting = seen + waiting, [], 0
    found, place = _each_once(found, place, gathered, seen)
    found = found[np.argsort(place)]
    return found // total, found % total


def _each_once(found: Rows, place: Rows, gathered: list[Rows], seen: int) -> tuple[Rows, Rows]:
    """Add pairs to those found, ascending, with the place where each came up first."""
    new = np.concatenate([np.empty(0, np.int64), *gathered])
    places = np.concatenate([place, np.arange(seen, seen + len(new))])
    merged, first = np.unique(np.concatenate([found, new]), return_index=True)
    return merged, places[first]


def _packed_pairs(
    blocks: Blocks,
    brings_pairs: NDArray[np.bool_],
    is_dirty: NDArray[np.bool_],
    may_match: NDArray[np.bool_],
) -> Iterator[Rows]:
    """Pairs as lo * records + hi, block size by block size; repeated where blocks overlap."""
    useful = brings_pairs & (blocks.sizes > 1)
    total = len(is_dirty)
    for size in np.unique(blocks.sizes[useful])[::-1].tolist():
        starts = blocks.starts[useful & (blocks.sizes == size)]
        left, right = np.triu_indices(size, 1)
        step = max(1, AT_ONCE // (4 * len(left)))
        for begin in range(0, len(starts), step):
            members = blocks.rows[starts[begin : begin + step, None] + np.arange(size)]
            ours = members[:, left].ravel().astype(np.int64)
            theirs = members[:, right].ravel().astype(np.int64)
            wanted = (is_dirty[ours] | is_dirty[theirs]) & may_match[ours] & may_match[theirs]
            ours, theirs = ours[wanted], theirs[wanted]
            yield np.minimum(ours, theirs) * total + np.maximum(ours, theirs)
