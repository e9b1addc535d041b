"""Thresholds from what mistakes cost: join, ask a person, or let be."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from matching.training.calibration import Curve
from matching.training.patterns import Floats
from matching.training.refusal import Refused

STEP_BITS = 0.5
AROUND_BITS = 8.0
LIMIT_BITS = 60.0


@dataclass(frozen=True, slots=True)
class Costs:
    """What a wrong join, a missed join and one question cost; only their ratios matter."""

    wrong_join: float = 4.0
    missed_join: float = 1.0
    review: float = 0.6

    def check(self) -> None:
        """Raise `Refused` where the costs make no sense."""
        for name, value in (
            ("a wrong join", self.wrong_join),
            ("a missed join", self.missed_join),
            ("a question", self.review),
        ):
            if not 0 < value < 1e6:
                raise Refused(f"{name} costs {value}: choose a number above 0, below 1,000,000")
        if self.wrong_join < self.missed_join:
            raise Refused(
                f"a wrong join ({self.wrong_join}) is cheaper than a missed one "
                f"({self.missed_join}): a wrong join must cost at least as much"
            )

    def told(self) -> dict[str, float]:
        """Return the three costs by name."""
        return asdict(self)

    def probabilities(self) -> tuple[float, float]:
        """Return from which probability on to join, and from which on to ask.

        Joining costs (1 - p) × wrong, asking costs the question, letting be p × missed; the
        cheapest counts. Where a question is dearer than either mistake nothing is asked.
        """
        join = 1 - self.review / self.wrong_join
        ask = self.review / self.missed_join
        if ask >= join:
            join = ask = self.wrong_join / (self.wrong_join + self.missed_join)
        return join, ask


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Weights in bits from which on to join, and to ask."""

    join_bits: float
    review_bits: float


def thresholds(curve: Curve, costs: Costs) -> Thresholds:
    """Return the weights at which the cheapest answer changes, to a hundredth of a bit."""
    join, ask = (
        float(np.clip(curve.weight_at(p), -LIMIT_BITS, LIMIT_BITS))
        for p in costs.probabilities()
    )
    return Thresholds(round(join, 2), round(ask, 2))


def cost_curve(
    curve: Curve, weights: Floats, chosen: Thresholds, costs: Costs
) -> list[dict[str, float]]:
    """What other join thresholds would bring, expected over the candidate pairs.

    One row for each half bit around the chosen threshold: pairs joined `wrong`, pairs `missed`
    below the review threshold, pairs `asked`, and the `cost` of all three.
    """
    probability = curve.probability(weights)
    return list(_rows(weights, probability, chosen, costs))


def _rows(
    weights: Floats, probability: Floats, chosen: Thresholds, costs: Costs
) -> Iterator[dict[str, float]]:
    missed = float(probability[weights < chosen.review_bits].sum())
    first = max(chosen.review_bits, chosen.join_bits - AROUND_BITS)
    for join in np.arange(first, chosen.join_bits + AROUND_BITS + STEP_BITS, STEP_BITS):
        joined = weights >= join
        wrong = float((1 - probability[joined]).sum())
        asked = int((~joined & (weights >= chosen.review_bits)).sum())
        cost = wrong * costs.wrong_join + missed * costs.missed_join + asked * costs.review
        yield {
            "join_bits": round(float(join), 2),
            "wrong": round(wrong, 1),
            "missed": round(missed, 1),
            "asked": asked,
            "cost": round(cost, 1),
        }
