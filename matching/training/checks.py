"""Sense and nonsense: when what was learnt must not become a model."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from matching.core.model import MatchModel, Table
from matching.training.mixture import HOUSEHOLD, PERSON, UNRELATED, Fit
from matching.training.patterns import Floats, Patterns, tables_of
from matching.training.refusal import Refused

LEAST_RECORDS, LEAST_PAIRS, LEAST_MATCHES, LEAST_OTHERS = 100, 100, 20, 10
TURNED_BITS = 1.0  # a level may contradict its neighbours by this much
LEAST_SEEN = 30.0  # pairs of one person at a level, for it to be judged
APART_BITS = 6.0  # levels of the starting model that lie so far apart keep their order


def check_amount(records: int, pairs: int) -> None:
    """Raise `Refused` where there is too little to learn from."""
    if records < LEAST_RECORDS:
        raise Refused(
            f"{records} records are too few to learn from: bring in {LEAST_RECORDS} or more; "
            "until then the model that ships serves"
        )
    if pairs < LEAST_PAIRS:
        raise Refused(
            f"{pairs} candidate pairs are too few to learn from ({LEAST_PAIRS} needed): the "
            "records hardly meet; look at their mappings"
        )


def check_classes(patterns: Patterns, fit: Fit, weights: Floats) -> None:
    """Raise `Refused` where a class vanished or classes changed places.

    `weights` are those of the patterns under the starting model, in bits: the pairs taken for
    one person must lie highest.
    """
    mass = patterns.counts @ fit.posterior
    if mass[PERSON] < LEAST_MATCHES:
        raise Refused(
            f"only {mass[PERSON]:.0f} candidate pairs look like one person: records of the "
            "same people are needed to learn from"
        )
    if mass[UNRELATED] + mass[HOUSEHOLD] < LEAST_OTHERS:
        raise Refused(
            "nearly every candidate pair looks like one person: there is nothing to learn to "
            "tell apart; bring in more of the records"
        )
    means = [
        float((patterns.counts * fit.posterior[:, each]) @ weights / max(mass[each], 1e-9))
        for each in (PERSON, HOUSEHOLD, UNRELATED)
    ]
    if means[0] <= max(means[1:]):
        raise Refused(
            f"pairs taken for one person agree less ({means[0]:.1f} bits) than the others "
            f"({max(means[1:]):.1f}): the classes changed places; train on more records"
        )


def turned_round(
    model: MatchModel, start: MatchModel, persons: Mapping[str, Floats]
) -> dict[str, str]:
    """Say what in the tables of a trained model cannot be, by comparison; empty if all is well.

    The best level must not speak against a match, and levels that lay far apart in the starting
    model must not change their order. `persons` says how many pairs of one person were expected
    at each level of a comparison; levels with few are passed over.
    """
    before = tables_of(start)
    odd = {
        name: _odd(table, before[name], persons[name] >= LEAST_SEEN)
        for name, table in tables_of(model).items()
    }
    return {name: f"{name}: {told}" for name, told in odd.items() if told}


def _odd(table: Table, before: Table, sure: NDArray[np.bool_]) -> str:
    levels = tuple(table)
    now = np.array([table[level].bits[0] for level in levels])
    then = np.array([before[level].bits[0] for level in levels])
    if sure[0] and now[0] < -TURNED_BITS:
        return f"{levels[0]} would speak against a match ({now[0]:.1f} bits)"
    for better, worse in _ordered_pairs(then, sure):
        if now[better] < now[worse] - TURNED_BITS:
            return (
                f"{levels[worse]} ({now[worse]:.1f} bits) would speak more for a match than "
                f"{levels[better]} ({now[better]:.1f})"
            )
    return ""


def _ordered_pairs(then: Floats, sure: NDArray[np.bool_]) -> list[tuple[int, int]]:
    numbers = [number for number in range(len(then)) if sure[number]]
    return [
        (better, worse)
        for better in numbers
        for worse in numbers
        if then[better] >= then[worse] + APART_BITS
    ]
