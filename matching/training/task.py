"""What to learn from, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from matching.core.features import Features
from matching.training.costs import Costs
from matching.training.patterns import Floats

Pair = tuple[int, int]


@dataclass(frozen=True)
class Material:
    """What to learn from. Pairs and decisions name records by their place in `records`.

    `records` stand in the order of their keys, pairs (lo, hi) ascending: then the result does
    not depend on the order of arrival. `decisions` maps a pair to "same" or "different".
    """

    records: Sequence[Features]
    pairs: Sequence[Pair]
    decisions: Mapping[Pair, str] = field(default_factory=dict)

    @property
    def all_pairs(self) -> int:
        """How many pairs of records there are, compared or not."""
        return len(self.records) * (len(self.records) - 1) // 2

    def chosen_pairs(self, *, most: int, seed: int) -> list[Pair]:
        """The candidate pairs, or a sample of `most`, with every decided pair; ascending."""
        undecided = [pair for pair in self.pairs if pair not in self.decisions]
        if len(undecided) > most:
            rng = np.random.default_rng(seed)
            kept = np.sort(rng.choice(len(undecided), most, replace=False))
            undecided = [undecided[place] for place in kept]
        return sorted([*undecided, *self.decisions])

    def verdicts(self, pairs: Sequence[Pair]) -> Floats:
        """Return 1 for pairs said to be the same, 0 for different ones, nan for the rest."""
        numbers = {"same": 1.0, "different": 0.0}
        said = (self.decisions.get(pair, "") for pair in pairs)
        return np.array([numbers.get(verdict, np.nan) for verdict in said])


@dataclass(frozen=True, slots=True)
class Settings:
    """How to learn: `sample` bounds the random pairs and the candidate pairs looked at."""

    version: str
    sample: int = 100_000
    seed: int = 1
    costs: Costs = field(default_factory=Costs)
