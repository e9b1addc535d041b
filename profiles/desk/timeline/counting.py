"""Counts the events of a customer in cells, in one statement that reads no JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from profiles.desk.guard import Guard
from profiles.desk.timeline.filters import PERIODS, Filters
from profiles.desk.timeline.kinds import GROUP_OF, RESOLVED_STATES
from profiles.desk.timeline.words import parameters, says_sql
from profiles.models import SourceRecord

# Periods lie within each other, so a cell holds the shortest an event lies in, 0 for none.
CELLS = """
WITH thing AS MATERIALIZED (
    SELECT namespace, object_id,
        CASE WHEN lower(state) = ANY (%(resolved)s) THEN 'resolved' ELSE 'open' END AS state
    FROM profiles_customerobject WHERE record_id = ANY (%(records)s)
)
SELECT counted.kind, source.slug, source.name, counted.state, period, number, newest
FROM (
SELECT event.kind, event.source_id, coalesce(thing.state, '') AS state,
    width_bucket(event.occurred_at, %(periods)s::timestamptz[]) AS period,
    count(*) AS number, max(event.id) AS newest
FROM profiles_event AS event
LEFT JOIN thing ON event.object_id <> ''
    AND event.object_namespace = thing.namespace AND event.object_id = thing.object_id
WHERE event.record_id = ANY (%(records)s) {and_says}
GROUP BY 1, 2, 3, 4
) AS counted JOIN profiles_source AS source ON source.id = counted.source_id
"""
BY_LENGTH = sorted(PERIODS, key=lambda period: PERIODS[period][1], reverse=True)


@dataclass(frozen=True)
class Cell:
    """How many events are of one kind, source, state and period; `newest` is their last id."""

    kind: str
    source: str  # its short name
    source_name: str
    state: str
    period: int
    count: int
    newest: int

    @property
    def group(self) -> str:
        return GROUP_OF[self.kind]

    def lies_in(self, period: str) -> bool:
        return self.period > BY_LENGTH.index(period)


def cells(records: Sequence[SourceRecord], find: str) -> list[Cell]:
    """All events of the records that say `find`, counted. One query."""
    now, guard = timezone.now(), Guard(records)
    says = f"AND {says_sql(guard)}" if find else ""
    asked: dict[str, Any] = {
        "records": [record.pk for record in records],
        "resolved": list(RESOLVED_STATES),
        "periods": [now - PERIODS[period][1] for period in BY_LENGTH],
        **(parameters(find, guard) if find else {}),
    }
    with connection.cursor() as cursor:
        cursor.execute(CELLS.format(and_says=says), asked)
        return [Cell(*row) for row in cursor.fetchall()]


def passes(cell: Cell, filters: Filters, *, but: str) -> bool:
    """True when a cell fits all filters, that of the facet `but` left out."""
    return (
        (but == "kind" or not filters.groups or cell.group in filters.groups)
        and (but == "source" or not filters.source or cell.source == filters.source)
        and (but == "state" or not filters.state or cell.state == filters.state)
        and (but == "period" or not filters.period or cell.lies_in(filters.period))
    )
