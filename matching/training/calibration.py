"""From weight to probability: how sure to be that a pair of some weight is one person.

Comparisons that repeat each other make weights too large; so a logistic curve is laid over the
weight (Platt 1999), in bits: log2 odds = slope × weight + offset.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.training.patterns import Floats

LABELS_NEEDED = 100
STEPS = 100
TINY = 1e-9
RIDGE = np.diag([25.0, 1.0])  # how firmly slope and offset are held
LN2 = float(np.log(2))
SLOPES = (0.2, 3.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """Probability = 1 / (1 + 2**-(slope × weight + offset)); weight and offset in bits."""

    slope: float
    offset_bits: float

    def probability(self, weight_bits: Floats) -> Floats:
        """Return the probability of one person for each weight, 0 to 1."""
        log2_odds = np.clip(self.slope * weight_bits + self.offset_bits, -900, 900)
        return np.asarray(1.0 / (1.0 + np.exp2(-log2_odds)), np.float64)

    def weight_at(self, probability: float) -> float:
        """Return the weight in bits at which the probability is reached."""
        return (float(np.log2(probability / (1 - probability))) - self.offset_bits) / self.slope


AS_WEIGHED = Curve(1.0, 0.0)


def fit_curve(
    weights: Sequence[float] | Floats,
    truth: Sequence[float] | Floats,
    *,
    held_to: Curve = AS_WEIGHED,
) -> Curve:
    """Fit the curve to weights in bits and verdicts from 0 to 1 (posteriors are allowed).

    Newton's method on the log-likelihood, with a small ridge towards the curve `held_to`; a
    step that would make it worse is halved.
    """
    x = np.clip(np.asarray(weights, np.float64), -60, 60)
    loss = _Loss(
        np.column_stack([x, np.ones_like(x)]) * LN2,
        np.asarray(truth, np.float64),
        np.array([held_to.slope, held_to.offset_bits]),
    )
    found = loss.centre
    for _ in range(STEPS):
        step = loss.newton_step(found)
        while loss(found - step) > loss(found) and float(np.abs(step).max()) > TINY:
            step = step / 2
        found = found - step
        if float(np.abs(step).max()) <= TINY:
            break
    slope, offset = float(np.clip(found[0], *SLOPES)), float(found[1])
    return Curve(round(slope, 6), round(offset, 6))


@dataclass(frozen=True)
class _Loss:
    """How badly slope and offset fit: minus log-likelihood, plus the ridge around `centre`."""

    design: Floats
    truth: Floats
    centre: Floats

    def __call__(self, found: Floats) -> float:
        z = self.design @ found
        misfit = float((np.logaddexp(0.0, z) - self.truth * z).sum())
        away = found - self.centre
        return misfit + float(away @ RIDGE @ away) / 2

    def newton_step(self, found: Floats) -> Floats:
        """Return what Newton's method would take off."""
        p = 1.0 / (1.0 + np.exp(-np.clip(self.design @ found, -700, 700)))
        slope = self.design.T @ (p - self.truth) + RIDGE @ (found - self.centre)
        bend = (self.design * (p * (1 - p))[:, None]).T @ self.design + RIDGE
        return np.asarray(np.linalg.solve(bend, slope), np.float64)


def reliability(
    curve: Curve, weights: Sequence[float] | Floats, truth: Sequence[float] | Floats
) -> list[dict[str, float]]:
    """Return bins of predicted probability: mean predicted, share observed, pairs."""
    y = np.asarray(truth, np.float64)
    predicted = curve.probability(np.asarray(weights, np.float64))
    edges = np.array([0.0, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99, 1.0])
    where: NDArray[np.intp] = np.clip(np.searchsorted(edges, predicted, "right") - 1, 0, 8)
    return [
        {
            "from": float(edges[each]),
            "to": float(edges[each + 1]),
            "predicted": round(float(predicted[where == each].mean()), 4),
            "observed": round(float(y[where == each].mean()), 4),
            "pairs": int((where == each).sum()),
        }
        for each in range(9)
        if (where == each).any()
    ]


@dataclass(frozen=True)
class Calibrated:
    """A curve, what it was fitted to, and how well it fits there; and what EM expects."""

    source: str
    curve: Curve
    expected: Curve
    bins: list[dict[str, float]]
    pairs: int

    def told(self) -> dict[str, Any]:
        """Return all of it as plain JSON values."""
        return {
            "from": self.source,
            "pairs": self.pairs,
            "slope": self.curve.slope,
            "offset_bits": self.curve.offset_bits,
            "reliability": self.bins,
        }


def calibrate(weights: Floats, posterior: Floats, verdicts: Floats) -> Calibrated:
    """Fit the curve to what people decided, or else to what EM expects.

    Arrays of one entry a pair: `verdicts` is 1 for "same", 0 for "different" and nan for
    undecided pairs. From 100 decisions on with both verdicts among them they count, held to the
    curve of EM where they are few.
    """
    from_em = fit_curve(weights, posterior)
    decided = ~np.isnan(verdicts)
    truth = verdicts[decided]
    if len(truth) < LABELS_NEEDED or len(np.unique(truth)) < 2:
        bins = reliability(from_em, weights, posterior)
        return Calibrated("the posteriors of EM", from_em, from_em, bins, len(weights))
    curve = fit_curve(weights[decided], truth, held_to=from_em)
    bins = reliability(curve, weights[decided], truth)
    return Calibrated("decisions", curve, from_em, bins, len(truth))
