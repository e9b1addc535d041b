"""The weight of a pair: log2 odds that two records are one person, and how it came about."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log2

from matching.core.comparisons import custom, identifier
from matching.core.features import Features
from matching.core.model import BitTable, MatchModel, on_grid
from matching.splink.columns import ReadyColumn

HOUSEHOLD = "household"
NEGLIGIBLE_BITS = 0.01  # a household that explains the pair this badly is not mentioned


@dataclass(frozen=True)
class Scored:
    """`weight_bits` = prior + sum of `bits`. Levels and bits go by comparison name.

    The entry `household` holds what is taken off because two people of one household would
    look alike too; it is never above zero.
    """

    weight_bits: float
    levels: dict[str, str]
    bits: dict[str, float]

    @cached_property
    def as_json(self) -> tuple[str, str]:
        """Levels and bits as JSON, made once: links and receipts both store them."""
        return json.dumps(self.levels), json.dumps(self.bits)


def score(model: MatchModel, left: Features, right: Features) -> Scored:
    """Weigh two records, in bits; symmetric, and a value missing on a side counts nothing."""
    levels: dict[str, str] = {}
    bits: dict[str, float] = {}
    unrelated, household = model.prior_bits, model.household_bits
    for step in model.steps:
        found = step.weigh(left, right)
        if found is None:
            continue
        level, gained, kept = found
        levels[step.name] = level
        bits[step.name] = gained
        unrelated += gained
        household += kept
    if left.identifiers and right.identifiers and model.identifiers:
        more = _identifiers(model.identifier_bits, left, right, levels, bits)
        unrelated, household = unrelated + more[0], household + more[1]
    if left.custom and right.custom and model.custom_bits:
        more = _customs(model.custom_bits, left, right, levels, bits)
        unrelated, household = unrelated + more[0], household + more[1]
    if model.columns is not None:
        gained = _columns(model.column_steps, left, right, levels, bits)
        unrelated, household = unrelated + gained, household + gained
    weight = against_both(unrelated, household)
    if weight == unrelated:
        return Scored(unrelated, levels, bits)
    levels[HOUSEHOLD] = "possible"
    bits[HOUSEHOLD] = weight - unrelated
    return Scored(weight, levels, bits)


def against_both(unrelated: float, household: float) -> float:
    """Odds against either of two rival explanations together, in bits."""
    gap = unrelated - household
    if gap < -7.0:  # 2 ** -7 is about the negligible share
        return unrelated
    rival = on_grid(log2(1.0 + 2.0 ** min(gap, 900.0)))
    return unrelated - rival if rival >= NEGLIGIBLE_BITS else unrelated


def _identifiers(
    tables: Mapping[str, BitTable],
    left: Features,
    right: Features,
    levels: dict[str, str],
    bits: dict[str, float],
) -> tuple[float, float]:
    """Add one entry for each namespace both records have; return the bits gained."""
    theirs = dict(right.identifiers)
    total, rest = 0.0, 0.0
    for namespace, values in left.identifiers:
        if namespace in theirs:
            name = f"identifiers.{namespace}"
            level = identifier(values, theirs[namespace])
            gained, kept = tables.get(namespace, tables["default"])[level]
            levels[name], bits[name] = level, gained
            total, rest = total + gained, rest + kept
    return total, rest


def _customs(
    tables: Mapping[str, BitTable],
    left: Features,
    right: Features,
    levels: dict[str, str],
    bits: dict[str, float],
) -> tuple[float, float]:
    """Add one entry for each declared attribute both records have; return the bits gained."""
    theirs = dict(right.custom)
    total, rest = 0.0, 0.0
    for attribute, value in left.custom:
        if attribute in tables and attribute in theirs:
            name = f"custom.{attribute}"
            level = custom(value, theirs[attribute])
            gained, kept = tables[attribute][level]
            levels[name], bits[name] = level, gained
            total, rest = total + gained, rest + kept
    return total, rest


def _columns(
    steps: Sequence[ReadyColumn],
    left: Features,
    right: Features,
    levels: dict[str, str],
    bits: dict[str, float],
) -> float:
    """Add one entry for each column comparison that is not null; return the bits gained.

    They tell one person from unrelated people, and nothing of households.
    """
    total = 0.0
    for step in steps:
        found = step.weigh(left, right)
        if found is not None:
            levels[step.name], gained = found
            bits[step.name] = on_grid(gained)
            total += bits[step.name]
    return total


def score_pairs(
    model: MatchModel, features: Mapping[int, Features], pairs: Sequence[tuple[int, int]]
) -> list[Scored]:
    """Weigh many pairs, in their order. The same weights as `score`, to the last bit."""
    return [score(model, features[left], features[right]) for left, right in pairs]
