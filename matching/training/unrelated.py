"""u by sampling: how often strangers drawn at random agree, without the pairs that are none."""

from collections.abc import Sequence

import numpy as np

from matching.training.mixture import (
    HOUSEHOLD,
    PERSON,
    UNRELATED,
    Tables,
    log2_joint,
    responsibilities,
)
from matching.training.patterns import MISSING, Floats, Patterns

LEAST = 1e-9
TRUST = 3.0  # pairs seen at a level from which the sample outweighs the starting model
ROUNDS = 8


def random_pairs(records: int, *, most: int, seed: int) -> list[tuple[int, int]]:
    """Draw pairs of record numbers below `records`; all of them where they are few enough."""
    whole = records * (records - 1) // 2
    if whole <= most:
        return [(lo, hi) for hi in range(records) for lo in range(hi)]
    rng = np.random.default_rng(seed)
    lo = rng.integers(0, records, most)
    hi = rng.integers(0, records - 1, most)
    hi += hi >= lo
    return list(zip(lo.tolist(), hi.tolist(), strict=True))


def estimate_u(
    patterns: Patterns, tables: Tables, shares: Floats, start: Sequence[Floats]
) -> tuple[list[Floats], list[Floats]]:
    """Return the share of each level among unrelated pairs, and the pairs seen at each.

    Both are lists of one array a column.

    `patterns` are those of random pairs, `tables` and `shares` (of the three classes among all
    pairs) say which of them are not unrelated: in small data one random pair in a few hundred
    is one person, which would spoil u. `start` is the u of the starting model.
    """
    found, counts = list(start), list(start)
    for _ in range(ROUNDS):
        mixed = [
            np.vstack([table[PERSON], table[HOUSEHOLD], u / u.sum()])
            for table, u in zip(tables, found, strict=True)
        ]
        posterior, _ = responsibilities(log2_joint(patterns, mixed, np.log2(shares)))
        weights = patterns.counts * posterior[:, UNRELATED]
        counts = [_counted(patterns, column, weights, len(u)) for column, u in enumerate(start)]
        found = [_blended(each, u) for each, u in zip(counts, start, strict=True)]
    return found, counts


def _counted(patterns: Patterns, column: int, weights: Floats, levels: int) -> Floats:
    code = patterns.codes[:, column]
    seen = code != MISSING
    return np.bincount(code[seen], weights[seen], minlength=levels).astype(np.float64)


def _blended(counts: Floats, start: Floats) -> Floats:
    """Shares from counts; where a level was hardly seen, the starting value counts as well.

    The logs of both are averaged, the sample with weight c / (c + 3) for c pairs seen. A level
    never seen keeps its starting value unless the sample is large enough to say that it is
    rarer: 3 / n is the 95 % bound of what n pairs never show ("rule of three").
    """
    sampled = counts.sum()
    if sampled < 1:
        return np.maximum(start, LEAST)
    share = (counts + 0.5) / (sampled + 0.5)
    trust = counts / (counts + TRUST)
    known = np.where(counts > 0.5, start, np.minimum(start, 3.0 / sampled))
    blended = np.exp(trust * np.log(share) + (1 - trust) * np.log(known))
    return np.asarray(np.clip(blended, LEAST, 1.0), np.float64)
