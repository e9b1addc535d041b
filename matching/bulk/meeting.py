"""Candidate pairs, parted by their lower row; each part is made by whoever weighs it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.bulk.candidates import Blocks, Places
from matching.bulk.store import load, save
from matching.bulk.told import Mask, Rows

FEWEST, MOST = 20_000, 1_200_000  # pairs of a part; half of them are there once more
_HALF = 32  # bits of a row in a packed pair
_SLICES = 12  # bits of the number of slices of rows that parts are put together from
ENOUGH = 500_000  # places, to tell how many pairs there are in each slice


@dataclass(frozen=True)
class Found:
    """Candidate pairs that were found, in parts that any process reads by their number.

    `sizes` are those of the parts; a pair that is found twice may count twice.
    """

    sizes: list[int]
    read: Callable[[Path, int], tuple[Rows, Rows]]


def keep_blocks(folder: Path, blocks: Blocks) -> None:
    save(folder, keys=blocks.keys, kinds=blocks.kinds)
    save(folder, starts=blocks.starts, sizes=blocks.sizes, under=blocks.rows)


def kept_blocks(folder: Path) -> Blocks:
    names = ("keys", "kinds", "starts", "sizes", "under")
    return Blocks(*(load(folder, name) for name in names))


def are_asked(blocks: Blocks, brings_pairs: Mask, is_dirty: Mask, may_match: Mask) -> Mask:
    """The blocks that bring pairs, and in which a dirty row may match."""
    found = brings_pairs & (blocks.sizes > 1)
    asks = is_dirty & may_match
    if not asks.all():
        found &= np.logical_or.reduceat(asks[blocks.rows], blocks.starts)
    return np.asarray(found)


def part_pairs(
    folder: Path, blocks: Blocks, asked: Mask, is_dirty: Mask, may_match: Mask, shares: int
) -> Found:
    """Part the pairs of blocks that were kept, into so many parts at least if they are many.

    Kept is how many rows follow each one in its block, part by part.
    """
    places, followers = _followers(blocks, asked)
    part = _parted(blocks.rows[places], followers, len(is_dirty), shares)
    order = np.argsort(part, kind="stable")
    followers, starts = followers[order], _starts(part[order])
    save(folder, part_places=places[order], part_followers=followers)
    save(folder, part_ends=np.append(starts[1:], len(order)))
    save(folder, part_dirty=is_dirty, part_may_match=may_match)
    sizes = np.add.reduceat(followers, starts, dtype=np.int64)
    return Found(sizes.tolist(), pairs_of_part)


def _followers(blocks: Blocks, asked: Mask) -> tuple[Places, NDArray[np.integer]]:
    """The places of rows that others follow in their block, and how many; by size of block."""
    sizes = blocks.sizes[asked]
    sizes = sizes.astype(np.min_scalar_type(sizes.max(initial=0)))
    starts = blocks.starts[asked][np.argsort(sizes, kind="stable")]
    places: list[Places] = [starts[:0]]
    followers: list[NDArray[np.integer]] = [sizes[:0]]
    begin = 0
    for size, number in enumerate(np.bincount(sizes).tolist()):
        if number:
            first: Places = np.arange(size - 1, dtype=np.int32)
            places.append(np.add.outer(starts[begin : begin + number], first).ravel())
            left = np.arange(size - 1, 0, -1).astype(sizes.dtype)
            followers.append(np.tile(left, number))
            begin += number
    return np.concatenate(places), np.concatenate(followers)


def _parted(
    rows: Places, followers: NDArray[np.integer], total: int, shares: int
) -> NDArray[np.uint16]:
    """The part of each row; slices of rows stay together.

    Some places tell how many pairs there are. Of 16 bits: sorted ten times faster than others.
    """
    slices = rows >> max(total.bit_length() - _SLICES, 0)
    step = len(rows) // ENOUGH + 1
    pairs = np.bincount(slices[::step], followers[::step], 1 << _SLICES) * step
    size = _size_of_part(int(pairs.sum()), shares)
    part_of = ((np.cumsum(pairs) - pairs) // size).astype(np.uint16)
    return np.asarray(part_of[slices])


def _starts(numbers: NDArray[np.integer]) -> Rows:
    """Where each of some numbers, ascending, stands first."""
    return np.flatnonzero(_are_first(numbers))


def _are_first(numbers: NDArray[np.integer]) -> Mask:
    are_first = np.empty(len(numbers), bool)
    are_first[:1] = True
    np.not_equal(numbers[1:], numbers[:-1], out=are_first[1:])
    return are_first


def pairs_of_part(folder: Path, part: int) -> tuple[Rows, Rows]:
    """The pairs `(lo, hi)` of one part, each once; one of a pair is dirty, both may match.

    Ascending by hi: lo is one of a few rows anyway, so that what is looked up of either is near
    the processor.
    """
    inside = _inside(load(folder, "part_ends"), part)
    places, followers = load(folder, "part_places"), load(folder, "part_followers")
    rows = load(folder, "under")
    lo, hi = _unpacked(_packed_pairs(rows, places[inside], followers[inside]))
    is_dirty, may_match = load(folder, "part_dirty"), load(folder, "part_may_match")
    if is_dirty.all() and may_match.all():
        return lo, hi
    wanted = (is_dirty[lo] | is_dirty[hi]) & may_match[lo] & may_match[hi]
    return lo[wanted], hi[wanted]


def pairs_of(blocks: Blocks, chosen: Mask) -> tuple[Rows, Rows]:
    """The pairs `(lo, hi)` of the chosen blocks, each once, ascending by hi; all in memory."""
    return _unpacked(_packed_pairs(blocks.rows, *_followers(blocks, chosen)))


def _packed_pairs(rows: Places, places: Places, followers: NDArray[np.integer]) -> Rows:
    """Each row with those that follow it, hi and lo in one number."""
    before = np.cumsum(followers, dtype=np.int64) - followers
    follower = np.repeat(places + 1 - before, followers)
    follower += np.arange(len(follower))
    pairs = rows.take(follower).astype(np.int64) << _HALF
    pairs |= np.repeat(rows.take(places), followers)
    return pairs


def _unpacked(pairs: Rows) -> tuple[Rows, Rows]:
    """Lower and higher row of each pair, each pair once, ascending by the higher one."""
    pairs.sort()
    pairs = pairs.compress(_are_first(pairs))
    return pairs & ((1 << _HALF) - 1), pairs >> _HALF


def keep_pairs(folder: Path, lo: Places, hi: Places, may_match: Mask, shares: int) -> Found:
    """Keep pairs that were found elsewhere, without rows that may not match after all."""
    kept = may_match[lo] & may_match[hi]
    total = int(kept.sum())
    starts = np.arange(0, total, _size_of_part(total, shares))
    ends = np.append(starts[1:], total)
    save(folder, pair_lo=lo[kept], pair_hi=hi[kept], pair_ends=ends)
    return Found(np.diff(ends, prepend=0).tolist(), kept_pairs)


def kept_pairs(folder: Path, part: int) -> tuple[Rows, Rows]:
    """Some of the pairs that `keep_pairs` has kept."""
    inside = _inside(load(folder, "pair_ends"), part)
    lo, hi = (load(folder, name)[inside].astype(np.int64) for name in ("pair_lo", "pair_hi"))
    return lo, hi


def _size_of_part(pairs: int, shares: int) -> int:
    return min(MOST, max(FEWEST, pairs // shares))


def _inside(ends: Rows, part: int) -> slice:
    return slice(int(ends[part - 1]) if part else 0, int(ends[part]))
