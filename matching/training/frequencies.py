"""How common names are, counted over the records and frozen into a version."""

from collections import Counter
from collections.abc import Sequence

from matching.core.features import Features
from matching.core.model import NAMED_VALUES, Frequencies, MatchModel

MOST = 1000  # values kept of each kind; the others share one figure
SHRINKAGE = 1000.0  # people that the starting table counts for
DISCOUNT = 0.75  # of every count: who is seen once is mostly rarer than that


def count_frequencies(records: Sequence[Features], start: MatchModel) -> dict[str, Frequencies]:
    """Count the values of every kind that the starting model weighs by frequency.

    People are counted, not records: those alike in names and birth year count once. Shares are
    shrunk towards the starting table, which counts for 1,000 people.
    """
    people = {(each.given, each.family, each.birth[0]): each for each in records}
    ordered = [people[key] for key in sorted(people)]
    return {
        kind: _counted([NAMED_VALUES[kind](each) for each in ordered], table)
        for kind, table in start.frequencies.items()
    }


def _counted(values: Sequence[str], start: Frequencies) -> Frequencies:
    counts = Counter(value for value in values if len(value) > 1)
    whole = counts.total() + SHRINKAGE
    known = set(start.values)

    def share(value: str) -> float:
        counted = max(counts[value] - DISCOUNT, 0.0) + SHRINKAGE * start.of(value)
        return max(counted / whole, 1e-9)

    ranked = sorted(known | set(counts), key=lambda value: (-share(value), value))
    common, others = ranked[:MOST], ranked[MOST:]
    squares = sum(share(value) ** 2 for value in others)
    total = sum(share(value) for value in others)
    rare = squares / total if total else SHRINKAGE * start.rare / whole
    return Frequencies(
        rare=max(rare, 1e-9), values={value: share(value) for value in sorted(common)}
    )
