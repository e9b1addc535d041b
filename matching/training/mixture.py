"""EM over patterns: how much each level tells of one person, a household, unrelated people.

A mixture of three latent classes with comparisons independent inside a class (Dempster, Laird
and Rubin 1977; for record linkage Winkler 1988). Every table has a Dirichlet prior centred on
where it starts, so that little data stays near the starting model. The third class is that of
unrelated people *who meet in a block*: they agree more often than strangers drawn at random
(`unrelated`), so it absorbs them and is thrown away.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.core.model import Table
from matching.training.patterns import MISSING, Floats, Patterns

PERSON, HOUSEHOLD, UNRELATED = range(3)
PSEUDO = {PERSON: 200.0, HOUSEHOLD: 200.0, UNRELATED: 20.0}
MAX_ITERATIONS = 300
TOLERANCE = 2e-6  # of the objective, natural log per pair
SCOUTING = 12  # iterations of every start before the best goes on to the end
PRIOR_ROUNDS = 8
SPREAD = 0.35  # of the noise on a perturbed start, natural log
# What tells the members of a household apart is not learnt: of pairs with a house and a given
# name in common and little else, EM would make persons, or households of namesakes, at will.
# Where next to no pairs show a household, its class stands for namesakes, and is free.
TELLING_APART = frozenset({"given_name"})
AT_HOME = {"address": "house", "phone": "landline", "email": "household"}
LEAST_AT_HOME = 0.02  # share of the pairs
Tables = list[Floats]  # one array (3 × levels) a column


@dataclass(frozen=True)
class Start:
    """Where EM begins: tables, and the log2 odds of a pair before it is compared.

    `prior_bits` is of one person against unrelated, `household_bits` against one household;
    `all_pairs` is the number of pairs there are, compared or not.
    """

    tables: Mapping[str, Table]
    prior_bits: float
    household_bits: float
    all_pairs: int


@dataclass(frozen=True)
class Fit:
    """What EM found. `shares` of the three classes among the pairs; `posterior` a pattern."""

    tables: Tables
    shares: Floats
    posterior: Floats
    objective: list[float]
    converged: bool
    start: int
    starts: int

    def told(self) -> dict[str, Any]:
        """Return how EM went, as plain JSON values."""
        return {
            "starts": self.starts,
            "best_start": self.start,
            "iterations": len(self.objective),
            "converged": self.converged,
            "log_likelihood": [round(each, 6) for each in self.objective],
            "shares": [round(float(each), 6) for each in self.shares],
        }


def fit(patterns: Patterns, start: Start, *, starts: int, seed: int) -> Fit:
    """Run EM from several starts and return the best end, told by the objective.

    The first start is the model as it is, the others are perturbed by `seed`. The objective is
    the log-likelihood plus the log-prior, in natural log per pair; it never falls.
    """
    rng = np.random.default_rng(seed)
    centre = _centre(patterns, start)
    best: _Run | None = None
    for number in range(starts):
        first = centre if number == 0 else _perturbed(centre, _held_columns(patterns), rng)
        run = _Run(patterns, start, first, number)
        run.advance(SCOUTING)
        if best is None or run.objective[-1] > best.objective[-1] + TOLERANCE:
            best = run
    if best is None:
        raise ValueError("starts is 0: give at least 1")
    best.advance(MAX_ITERATIONS - best.steps)
    return best.result(starts)


def _centre(patterns: Patterns, start: Start) -> Tables:
    """The starting tables (3 × levels), each class a distribution."""
    tables = []
    for name, levels in patterns.columns.levels.items():
        table = start.tables[name]
        raw = np.array([[table[v].m, table[v].h, table[v].u] for v in levels]).T
        tables.append(raw / raw.sum(axis=1, keepdims=True))
    return tables


def _perturbed(centre: Tables, held: Collection[int], rng: np.random.Generator) -> Tables:
    noisy = [table * np.exp(rng.normal(0.0, SPREAD, table.shape)) for table in centre]
    found = [table / table.sum(axis=1, keepdims=True) for table in noisy]
    for column in held:
        found[column][HOUSEHOLD] = centre[column][HOUSEHOLD]
    return found


def _held_columns(patterns: Patterns) -> list[int]:
    """Numbers of the columns whose table for households stays as it starts."""
    if _share_at_home(patterns) < LEAST_AT_HOME:
        return []
    names = patterns.columns.names
    return [number for number, name in enumerate(names) if name in TELLING_APART]


def _share_at_home(patterns: Patterns) -> float:
    """The share of the pairs that have a house, a landline or a family's mailbox in common."""
    at_home = np.zeros(len(patterns.counts), np.bool_)
    for column, (name, levels) in enumerate(patterns.columns.levels.items()):
        if AT_HOME.get(name) in levels:
            at_home |= patterns.codes[:, column] == levels.index(AT_HOME[name])
    return float(patterns.counts[at_home].sum() / patterns.total)


def log2_joint(patterns: Patterns, tables: Tables, log2_shares: Floats) -> Floats:
    """Log2 of share × probability of each pattern under each class (patterns × 3)."""
    total = np.where(patterns.allowed, log2_shares, -np.inf)
    for column, table in enumerate(tables):
        code = patterns.codes[:, column]
        seen = code != MISSING
        total[seen] += np.log2(table[:, code[seen]]).T
    return total


def responsibilities(joint: Floats) -> tuple[Floats, Floats]:
    """Posterior of each class (patterns × 3), and the log2 evidence of each pattern."""
    top = joint.max(axis=1, keepdims=True)
    scaled = np.exp2(joint - top)
    whole = scaled.sum(axis=1, keepdims=True)
    return scaled / whole, (top + np.log2(whole))[:, 0]


def level_counts(patterns: Patterns, posterior: Floats, column: int, levels: int) -> Floats:
    """Expected pairs of each class at each level of a column (3 × levels)."""
    code = patterns.codes[:, column]
    seen = code != MISSING
    weights = patterns.counts[seen, None] * posterior[seen]
    return np.vstack(
        [np.bincount(code[seen], weights[:, each], minlength=levels) for each in range(3)]
    )


def _first_look(patterns: Patterns, first: Tables, start: Start) -> Floats:
    """Posterior of each pattern under the starting tables, with the prior that fits the data.

    Unrelated people are strangers drawn at random here; the share of one person is brought into
    line with the pairs it explains, that of a household stays in proportion.
    """
    prior_bits = start.prior_bits
    for _ in range(PRIOR_ROUNDS):
        odds = np.array([prior_bits, prior_bits - start.household_bits, 0.0])
        posterior, _ = responsibilities(log2_joint(patterns, first, odds))
        persons = float(patterns.counts @ posterior[:, PERSON])
        prior_bits = float(np.log2((persons + 1.0) / start.all_pairs))
    return posterior


class _Run:
    """One start on its way."""

    def __init__(self, patterns: Patterns, start: Start, first: Tables, number: int) -> None:
        self._patterns, self._number = patterns, number
        self._posterior = _first_look(patterns, first, start)
        among_blocked = self._counted(UNRELATED, first)
        self._prior = [
            np.vstack(
                [
                    table[PERSON] * PSEUDO[PERSON],
                    table[HOUSEHOLD] * PSEUDO[HOUSEHOLD],
                    blocked * PSEUDO[UNRELATED],
                ]
            )
            for table, blocked in zip(first, among_blocked, strict=True)
        ]
        self._held = {column: first[column][HOUSEHOLD] for column in _held_columns(patterns)}
        self._tables, self._shares = self._maximised()
        self.objective: list[float] = []
        self._converged = False

    @property
    def steps(self) -> int:
        return len(self.objective)

    def advance(self, most: int) -> None:
        """Go on for some iterations, or until nothing is gained any more."""
        for _ in range(most):
            if self._converged:
                return
            joint = log2_joint(self._patterns, self._tables, np.log2(self._shares))
            self._posterior, evidence = responsibilities(joint)
            self.objective.append(self._objective(evidence))
            gained = np.inf if self.steps == 1 else self.objective[-1] - self.objective[-2]
            self._converged = bool(gained < TOLERANCE)
            if not self._converged:
                self._tables, self._shares = self._maximised()

    def result(self, starts: int) -> Fit:
        return Fit(
            self._tables,
            self._shares,
            self._posterior,
            self.objective,
            self._converged,
            self._number,
            starts,
        )

    def _objective(self, evidence: Floats) -> float:
        counts = self._patterns.counts
        told = float(counts @ evidence) * float(np.log(2))
        prior = sum(
            float((weights * np.log(table)).sum())
            for weights, table in zip(self._prior, self._tables, strict=True)
        )
        return (told + prior + float(np.log(self._shares).sum())) / self._patterns.total

    def _maximised(self) -> tuple[Tables, Floats]:
        tables = []
        for column, weights in enumerate(self._prior):
            raw = weights + self._level_counts(column, weights.shape[1])
            tables.append(raw / raw.sum(axis=1, keepdims=True))
        for column, row in self._held.items():
            tables[column][HOUSEHOLD] = row
        mass = self._patterns.counts @ self._posterior + 1.0
        return tables, mass / mass.sum()

    def _level_counts(self, column: int, levels: int) -> Floats:
        return level_counts(self._patterns, self._posterior, column, levels)

    def _counted(self, which: int, first: Tables) -> Tables:
        """Levels of one class as the start sees the pairs, blended with its table."""
        tables = []
        for column, table in enumerate(first):
            raw = self._level_counts(column, table.shape[1])[which] + table[which]
            tables.append(raw / raw.sum())
        return tables
