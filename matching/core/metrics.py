"""How good a clustering is, measured against the truth: pairwise and B-cubed."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
E = TypeVar("E", bound=Hashable)
C = TypeVar("C", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision, recall and their harmonic mean, each 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def as_dict(self) -> dict[str, float]:
        """Return the three figures, rounded to five digits."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {name: round(value, 5) for name, value in figures.items()}


def pairwise(truth: Mapping[K, E], clusters: Mapping[K, C]) -> Quality:
    """Compare pairs of records: claimed together against truly together.

    Counts the records of `truth`; one that `clusters` lacks stands alone. Where nothing is
    claimed precision is 1, where nothing is true recall is 1.
    """
    cells, entities, groups = _counts(truth, clusters)
    right, claimed = _pairs(cells), _pairs(groups)
    true = _pairs(entities)
    return Quality(right / claimed if claimed else 1.0, right / true if true else 1.0)


def b_cubed(truth: Mapping[K, E], clusters: Mapping[K, C]) -> Quality:
    """Average over records: the share of its cluster, and of its person, that it is with.

    Source: Bagga and Baldwin (1998). Records that `clusters` lacks stand alone.
    """
    cells, entities, groups = _counts(truth, clusters)
    if not truth:
        return Quality(1.0, 1.0)
    precision = sum(n * n / groups[group] for (_, group), n in cells.items())
    recall = sum(n * n / entities[entity] for (entity, _), n in cells.items())
    return Quality(precision / len(truth), recall / len(truth))


def _counts(
    truth: Mapping[K, E], clusters: Mapping[K, C]
) -> tuple[Counter[tuple[E, Hashable]], Counter[E], Counter[Hashable]]:
    """Sizes of person × cluster, of persons and of clusters."""
    where: dict[K, Hashable] = {
        record: ("in", clusters[record]) if record in clusters else ("alone", record)
        for record in truth
    }
    cells = Counter((truth[record], group) for record, group in where.items())
    return cells, Counter(truth.values()), Counter(where.values())


def _pairs(sizes: Mapping[Hashable, int] | Counter) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())
