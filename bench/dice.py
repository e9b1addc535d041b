"""Seeded dice: picking by weight, and handing out what was not handed out before."""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar
from zlib import crc32

T = TypeVar("T")


class Weighted(Generic[T]):
    """Picks by weight, or by falling rank where no weights are given."""

    def __init__(self, values: Sequence[T], weights: Sequence[float] | None = None) -> None:
        self._values = values
        ranked = [1 / (rank + 12) for rank in range(len(values))]
        self._steps = list(accumulate(weights or ranked))

    def pick(self, rng: Random) -> T:
        return self._values[bisect(self._steps, rng.random() * self._steps[-1])]


class Taken:
    """Remembers what was handed out, in eight megabytes whatever the number.

    May call a new value taken, and never a taken one new.
    """

    def __init__(self) -> None:
        self._bits = bytearray(1 << 23)

    def is_new(self, value: str) -> bool:
        spot = crc32(value.encode()) >> 6
        bit = 1 << (spot & 7)
        if self._bits[spot >> 3] & bit:
            return False
        self._bits[spot >> 3] |= bit
        return True


def one(rng: Random, values: Sequence[T]) -> T:
    """Pick one of several, all alike likely; faster than `Random.choice`."""
    return values[int(rng.random() * len(values))]


def below(rng: Random, limit: int) -> int:
    return int(rng.random() * limit)
