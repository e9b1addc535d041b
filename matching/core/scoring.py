"""The weight of a pair: log2 odds that two records are one person, and how it came about."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf, log2
from typing import NamedTuple

from matching.core.comparisons import custom, identifier
from matching.core.features import Features
from matching.core.model import MatchModel, on_grid
from matching.core.steps import Outcome, parts_of

HOUSEHOLD = "household"
NEGLIGIBLE_BITS = 0.01  # a household that explains the pair this badly is not mentioned
LEAST_GAP_BITS = -7.0  # 2 ** -7 is about the negligible share


quoted = lru_cache(maxsize=4_096)(json.dumps)  # the same few words come again and again


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
        levels = ",".join([f"{quoted(name)}:{quoted(to)}" for name, to in self.levels.items()])
        bits = ",".join([f"{quoted(name)}:{gained!r}" for name, gained in self.bits.items()])
        return f"{{{levels}}}", f"{{{bits}}}"


def score(model: MatchModel, left: Features, right: Features) -> Scored:
    """Weigh two records, in bits; symmetric, and a value missing on a side counts nothing."""
    outcomes = [step.weigh(left, right) for step in model.steps]
    return _told(model, left, right, outcomes, _identifiers(model, left, right))


def likely_pairs(
    model: MatchModel, features: Mapping[int, Features], pairs: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, int, Scored]]:
    """Those pairs that reach the review threshold, in their order, weighed as `score` does.

    The others are dropped as soon as it is plain that they cannot. Columns may gain any number
    of bits, so a model that has them drops nothing on the way.
    """
    courses = model.courses
    nothing: list[Outcome | None] = [None] * len(model.steps)
    parts = {pk: parts_of(each) for pk, each in features.items()}
    least = model.review_bits if model.columns is None else -inf
    for lo, hi in pairs:
        left, right = features[lo], features[hi]
        identifiers = _identifiers(model, left, right)
        bound, steps = courses[parts[lo] & parts[hi]]
        bound += model.prior_bits + identifiers.gained
        if left.custom and right.custom:
            bound += model.most_custom_bits
        outcomes = nothing.copy()
        for place, weigh, most in steps:
            if bound < least:
                break
            found = outcomes[place] = weigh(left, right)
            bound -= most if found is None else most - found[1]
        if bound >= least:
            scored = _told(model, left, right, outcomes, identifiers)
            if scored.weight_bits >= model.review_bits:
                yield lo, hi, scored


class _Named(NamedTuple):
    """What was reached under names that the records bring with them."""

    levels: dict[str, str]
    bits: dict[str, float]
    gained: float = 0.0  # against "unrelated"
    kept: float = 0.0  # against "one household"


NONE_NAMED = _Named({}, {})


def _told(
    model: MatchModel,
    left: Features,
    right: Features,
    outcomes: Sequence[Outcome | None],
    identifiers: _Named,
) -> Scored:
    """Sum up what all comparisons found, and compare it with what a household would explain."""
    levels: dict[str, str] = {}
    bits: dict[str, float] = {}
    unrelated, household = model.prior_bits, model.household_bits
    for step, found in zip(model.steps, outcomes, strict=True):
        if found is not None:
            levels[step.name], gained, kept = found
            bits[step.name] = gained
            unrelated += gained
            household += kept
    for named in (identifiers, _customs(model, left, right), _columns(model, left, right)):
        levels |= named.levels
        bits |= named.bits
        unrelated += named.gained
        household += named.kept
    weight = against_both(unrelated, household)
    if weight == unrelated:
        return Scored(unrelated, levels, bits)
    levels[HOUSEHOLD] = "possible"
    bits[HOUSEHOLD] = weight - unrelated
    return Scored(weight, levels, bits)


def against_both(unrelated: float, household: float) -> float:
    """Odds against either of two rival explanations together, in bits."""
    gap = unrelated - household
    if gap < LEAST_GAP_BITS:
        return unrelated
    rival = on_grid(log2(1.0 + 2.0 ** min(gap, 900.0)))
    return unrelated - rival if rival >= NEGLIGIBLE_BITS else unrelated


def _identifiers(model: MatchModel, left: Features, right: Features) -> _Named:
    """One entry for each namespace both records have."""
    if not (left.identifiers and right.identifiers and model.identifiers):
        return NONE_NAMED
    tables, theirs = model.identifier_bits, dict(right.identifiers)
    return _named(
        (f"identifiers.{namespace}", level, tables.get(namespace, tables["default"])[level])
        for namespace, values in left.identifiers
        if namespace in theirs
        for level in (identifier(values, theirs[namespace]),)
    )


def _customs(model: MatchModel, left: Features, right: Features) -> _Named:
    """One entry for each declared attribute both records have."""
    if not (left.custom and right.custom and model.custom_bits):
        return NONE_NAMED
    tables, theirs = model.custom_bits, dict(right.custom)
    return _named(
        (f"custom.{attribute}", level, tables[attribute][level])
        for attribute, value in left.custom
        if attribute in tables and attribute in theirs
        for level in (custom(value, theirs[attribute]),)
    )


def _columns(model: MatchModel, left: Features, right: Features) -> _Named:
    """One entry for each column comparison that is not null.

    They tell one person from unrelated people, and nothing of households.
    """
    if model.columns is None:
        return NONE_NAMED
    return _named(
        (step.name, found[0], (gained, gained))
        for step in model.column_steps
        if (found := step.weigh(left, right)) is not None
        for gained in (on_grid(found[1]),)
    )


def _named(entries: Iterable[tuple[str, str, tuple[float, float]]]) -> _Named:
    levels: dict[str, str] = {}
    bits: dict[str, float] = {}
    total, rest = 0.0, 0.0
    for name, level, (gained, kept) in entries:
        levels[name], bits[name] = level, gained
        total, rest = total + gained, rest + kept
    return _Named(levels, bits, total, rest)
