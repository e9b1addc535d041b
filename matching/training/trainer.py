"""From records, candidate pairs and decisions to the spec of a new version."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.core.model import MatchModel
from matching.core.scoring import Scored, score
from matching.training import checks
from matching.training.calibration import LABELS_NEEDED, Calibrated, calibrate
from matching.training.costs import Thresholds, cost_curve, thresholds
from matching.training.extension import extended
from matching.training.frequencies import count_frequencies
from matching.training.mixture import (
    HOUSEHOLD,
    PERSON,
    Fit,
    Start,
    fit,
    level_counts,
)
from matching.training.patterns import (
    ANY,
    DIFFERENT,
    SAME,
    Columns,
    Floats,
    Patterns,
    columns_of,
    count_patterns,
    tables_of,
)
from matching.training.provenance import provenance
from matching.training.refusal import Refused
from matching.training.tables import Learnt, Spec, to_spec, with_thresholds
from matching.training.task import Material, Pair, Settings
from matching.training.unrelated import estimate_u, random_pairs

STARTS = 4


@dataclass(frozen=True)
class Trained:
    """A new version, and how it came about as plain JSON values (also its provenance)."""

    model: MatchModel
    report: dict[str, Any]


def train(material: Material, model: MatchModel, settings: Settings) -> Trained:
    """Learn a new version, starting from `model`. Deterministic for material and seed.

    Raises `Refused` where the material is too little or what is learnt makes no sense.
    """
    settings.costs.check()
    checks.check_amount(len(material.records), len(material.pairs))
    return _Training(material, model, settings).run()


class _Training:
    """One run: the material, where it starts from, and the pairs looked at."""

    def __init__(self, material: Material, live: MatchModel, settings: Settings) -> None:
        self._material, self._live, self._settings = material, live, settings
        self._start, self._added = extended(live, material.records)
        self._columns: Columns = columns_of(self._start)
        self._pairs = material.chosen_pairs(most=settings.sample, seed=settings.seed)

    def run(self) -> Trained:
        scored = self._scored(self._start, self._pairs)
        found, places = self._candidates(scored)
        before = np.zeros(len(found.counts))
        before[places] = _weights(scored)
        fitted = self._fit(found)
        checks.check_classes(found, fitted, before)
        learnt = self._learnt(found, fitted)
        spec, kept = self._sensible(learnt)
        weights = _weights(self._scored(MatchModel.from_spec(spec), self._pairs))
        calibrated = calibrate(
            weights,
            fitted.posterior[places, PERSON],
            self._material.verdicts(self._pairs),
        )
        costs = self._settings.costs
        limits = self._limits(calibrated, weights)
        report = {
            "from": self._live.version,
            **provenance(self._material, self._settings, len(self._pairs), learnt),
            "added": kept,
            "em": fitted.told(),
            "calibration": calibrated.told(),
            "cost": costs.told()
            | {"curve": cost_curve(calibrated.curve, weights, limits, costs)},
        }
        spec = with_thresholds(spec, join_bits=limits.join_bits, review_bits=limits.review_bits)
        named = spec | {"version": self._settings.version, "provenance": report}
        return Trained(MatchModel.from_spec(named), report)

    def _limits(self, calibrated: Calibrated, weights: Floats) -> Thresholds:
        """Thresholds by the cost of mistakes.

        Only answers about joined pairs can raise the join threshold. The queue holds, of the
        pairs below it, those that nothing else has joined: the worse half.
        """
        limits = thresholds(calibrated.curve, self._settings.costs)
        expected = thresholds(calibrated.expected, self._settings.costs)
        about_joins = self._about_joins(weights, expected.join_bits)
        if limits.join_bits <= expected.join_bits or about_joins >= LABELS_NEEDED:
            return limits
        review = min(limits.review_bits, expected.join_bits)
        return Thresholds(expected.join_bits, review)

    def _about_joins(self, weights: Floats, join_bits: float) -> int:
        """How many answers there are about pairs that join."""
        answered = ~np.isnan(self._material.verdicts(self._pairs))
        return int((answered & (weights >= join_bits)).sum())

    def _scored(self, model: MatchModel, pairs: Sequence[Pair]) -> list[Scored]:
        records = self._material.records
        return [score(model, records[lo], records[hi]) for lo, hi in pairs]

    def _candidates(self, scored: Sequence[Scored]) -> tuple[Patterns, list[int]]:
        """Patterns of the pairs looked at; what people decided rules explanations out.

        Answers from the review queue alone do not: of the pairs alike in everything compared
        it holds those that nothing else has joined, and would have EM take the others for them.
        """
        is_sound = self._about_joins(_weights(scored), self._start.join_bits) >= LABELS_NEEDED
        may_be = {"same": SAME, "different": DIFFERENT} if is_sound else {}
        return count_patterns(
            self._columns,
            (
                (
                    self._columns.code(each.levels),
                    may_be.get(self._material.decisions.get(pair, ""), ANY),
                )
                for pair, each in zip(self._pairs, scored, strict=True)
            ),
        )

    def _fit(self, found: Patterns) -> Fit:
        model = self._start
        start = Start(
            tables_of(model), model.prior_bits, model.household_bits, self._material.all_pairs
        )
        return fit(found, start, starts=STARTS, seed=self._settings.seed)

    def _learnt(self, found: Patterns, fitted: Fit) -> Learnt:
        """Bring what EM found together with u from random pairs."""
        met = len({*self._material.pairs, *self._material.decisions})
        mass = (found.counts @ fitted.posterior) * met / found.total
        persons, households = float(mass[PERSON]), float(mass[HOUSEHOLD])
        shares = np.array([persons, households + 1.0]) / self._material.all_pairs
        u, drawn = estimate_u(
            self._strangers(),
            fitted.tables,
            np.append(shares, 1.0 - shares.sum()),
            self._starting_u(),
        )
        counts = []
        for column, levels in enumerate(self._columns.levels.values()):
            expected = level_counts(found, fitted.posterior, column, len(levels))
            counts.append(np.vstack([expected[PERSON], expected[HOUSEHOLD], drawn[column]]))
        return Learnt(fitted.tables, u, counts, persons, households, self._material.all_pairs)

    def _strangers(self) -> Patterns:
        """Patterns of pairs drawn at random."""
        pairs = random_pairs(
            len(self._material.records), most=self._settings.sample, seed=self._settings.seed
        )
        scored = self._scored(self._start, pairs)
        codes = ((self._columns.code(each.levels), ANY) for each in scored)
        return count_patterns(self._columns, codes)[0]

    def _starting_u(self) -> list[Floats]:
        tables = tables_of(self._start)
        return [
            np.array([tables[name][level].u for level in levels])
            for name, levels in self._columns.levels.items()
        ]

    def _sensible(self, learnt: Learnt) -> tuple[Spec, list[str]]:
        """The tables as a spec, and the attributes added to it.

        An added attribute that tells nothing sensible is left out; anything else that makes no
        sense is refused.
        """
        frequencies = count_frequencies(self._material.records, self._start)
        spec = to_spec(self._start, self._columns, learnt, frequencies)
        odd = checks.turned_round(
            MatchModel.from_spec(spec),
            self._start,
            {
                name: counts[PERSON]
                for name, counts in zip(self._columns.names, learnt.counts, strict=True)
            },
        )
        refused = [told for name, told in odd.items() if name not in self._added]
        if refused:
            raise Refused(
                f"what was learnt makes no sense: {'; '.join(refused)}. Train on more records, "
                "or look whether the mappings are right"
            )
        kept = [name for name in self._added if name not in odd]
        return to_spec(self._start, self._columns, learnt, frequencies, leave=list(odd)), kept


def _weights(scored: Sequence[Scored]) -> Floats:
    return np.array([each.weight_bits for each in scored])
