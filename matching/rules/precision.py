"""How right automatic joins are, by the audits that people have answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from matching.core.model_report import Z95, wilson

YEAR = timedelta(days=365)

# An answer is the word that stands on the pair: one that was undone does not count.
ANSWERS = """
SELECT least(s1.slug, s2.slug) AS one, greatest(s1.slug, s2.slug) AS other,
    count(*) AS drawn, count(d.id) AS answered, count(d.id) FILTER (WHERE d.verdict = 'same')
FROM matching_audit a
JOIN profiles_sourcerecord r1 ON r1.id = a.lo_id
JOIN profiles_sourcerecord r2 ON r2.id = a.hi_id
JOIN profiles_source s1 ON s1.id = r1.source_id
JOIN profiles_source s2 ON s2.id = r2.source_id
LEFT JOIN matching_decision d ON d.lo_id = a.lo_id AND d.hi_id = a.hi_id
    AND d.superseded_at IS NULL AND d.verdict <> 'none' AND d.decided_at >= %(since)s
WHERE a.drawn_at >= %(year)s
    AND (%(source)s::varchar IS NULL OR %(source)s IN (s1.slug, s2.slug))
GROUP BY 1, 2 ORDER BY 1, 2
"""
# Of a source that joins nothing by itself yet: pairs strong enough to, that people answered.
WOULD_JOIN = """
SELECT count(*), count(*) FILTER (WHERE d.verdict = 'same')
FROM matching_decision d
JOIN matching_link l ON l.lo_id = d.lo_id AND l.hi_id = d.hi_id
JOIN profiles_sourcerecord r1 ON r1.id = d.lo_id
JOIN profiles_sourcerecord r2 ON r2.id = d.hi_id
WHERE d.superseded_at IS NULL AND d.verdict <> 'none' AND d.decided_at >= %(since)s
    AND l.weight_bits >= %(join_bits)s
    AND %(source)s IN (r1.source_id, r2.source_id)
"""
LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True, slots=True)
class Right:
    """Of the answered ones, how many are right; `drawn` counts those not answered too."""

    name: str
    answered: int
    right: int
    drawn: int = 0

    @property
    def share(self) -> float | None:
        return self.right / self.answered if self.answered else None

    @property
    def low(self) -> float:
        return wilson(self.right, self.answered)[0]

    @property
    def high(self) -> float:
        return wilson(self.right, self.answered)[1]

    @property
    def is_enough(self) -> bool:
        """As many are answered as a faultless record needs to reach the floor."""
        return self.answered >= fewest()

    @property
    def holds(self) -> bool:
        """We are 95 % sure that the floor is reached."""
        return self.low >= settings.C360_PRECISION_FLOOR

    @property
    def has_fallen(self) -> bool:
        """Enough answers and not sure any more, or sure of the opposite."""
        floor = settings.C360_PRECISION_FLOOR
        return (self.is_enough and self.low < floor) or self.high < floor

    def as_json(self) -> dict[str, Any]:
        return {
            "answered": self.answered,
            "right": self.right,
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "floor": settings.C360_PRECISION_FLOOR,
        }


def fewest() -> int:
    """How many answers, all right, put the lower end of the interval at the floor.

    Wilson's lower end for n of n is n / (n + z²).
    """
    floor = settings.C360_PRECISION_FLOOR
    return ceil(Z95 * Z95 * floor / (1 - floor))


def by_pair(*, source: str | None = None, since: datetime = LONG_AGO) -> list[Right]:
    """For each two sources whose joins were drawn within a year. One query."""
    parameters = {"since": since, "year": timezone.now() - YEAR, "source": source}
    return [
        Right(f"{one} – {other}", answered, right, drawn)
        for one, other, drawn, answered, right in _rows(ANSWERS, parameters)
    ]


def of_source(slug: str, *, since: datetime = LONG_AGO) -> Right:
    """All joins of one source that were drawn and answered since. One query."""
    parts = by_pair(source=slug, since=since)
    return Right(
        slug,
        sum(part.answered for part in parts),
        sum(part.right for part in parts),
        sum(part.drawn for part in parts),
    )


def would_join(source_id: int, *, join_bits: float, since: datetime = LONG_AGO) -> Right:
    """Pairs of one source that are strong enough to join and that people answered."""
    parameters = {"since": since, "join_bits": join_bits, "source": source_id}
    [(answered, right)] = _rows(WOULD_JOIN, parameters)
    return Right("", answered, right, answered)


def _rows(query: str, parameters: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
