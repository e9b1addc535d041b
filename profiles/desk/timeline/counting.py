"""Counts the events of a customer in cells, in one statement answered from an index alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from c360.once import once
from c360.sql.arrays import id_array
from c360.sql.prepared import ask
from profiles.desk.timeline.filters import PERIODS, Filters
from profiles.desk.timeline.finding import Matches
from profiles.desk.timeline.kinds import GROUP_OF, RESOLVED_STATES
from profiles.models import SourceRecord

BY_LENGTH = sorted(PERIODS, key=lambda period: PERIODS[period][1], reverse=True)
# Periods lie within each other, so a cell holds the shortest an event lies in, 0 for none.
PERIOD = " + ".join(f"(event.occurred_at >= %({period})s)::int" for period in BY_LENGTH)
# Events of no thing are counted by themselves: they are most, and need not be joined.
CELLS = f"""
WITH thing AS MATERIALIZED (
    SELECT namespace, object_id,
        CASE WHEN lower(state) = ANY (%(resolved)s) THEN 'resolved' ELSE 'open' END AS state
    FROM profiles_customerobject WHERE record_id = ANY (%(records)s::bigint[])
), counted AS (
    SELECT event.kind, event.source_id, '' AS state, {PERIOD} AS period,
        count(*) AS number, max(event.id) AS newest,
        max(event.occurred_at) AS last_at
    FROM profiles_event AS event
    WHERE event.record_id = ANY (%(records)s::bigint[])
        AND event.object_id = '' {{and_matching}}
    GROUP BY event.kind, event.source_id, period
    UNION ALL
    SELECT event.kind, event.source_id, coalesce(thing.state, '') AS state, {PERIOD} AS period,
        count(*) AS number, max(event.id) AS newest,
        max(event.occurred_at) AS last_at
    FROM profiles_event AS event
    LEFT JOIN thing ON event.object_namespace = thing.namespace
        AND event.object_id = thing.object_id
    WHERE event.record_id = ANY (%(records)s::bigint[])
        AND event.object_id <> '' {{and_matching}}
    GROUP BY event.kind, event.source_id, coalesce(thing.state, ''), period
)
SELECT counted.kind, source.slug, source.name, counted.state, period, number, newest, last_at
FROM counted JOIN profiles_source AS source ON source.id = counted.source_id
"""  # noqa: S608 - the periods are our own
AND_MATCHING = "AND event.occurred_at >= %(since)s AND event.id = ANY (%(ids)s)"
ALL_CELLS, MATCHING_CELLS = (CELLS.format(and_matching=each) for each in ("", AND_MATCHING))


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
    last_at: datetime

    @property
    def group(self) -> str:
        return GROUP_OF[self.kind]

    def lies_in(self, period: str) -> bool:
        return self.period > BY_LENGTH.index(period)


def cells(records: Sequence[SourceRecord], matches: Matches | None = None) -> list[Cell]:
    """All events of the records, or those that match, counted. One query."""
    record_ids = tuple(record.pk for record in records)
    return _counted(record_ids, matches) if matches else all_cells(record_ids)


@once
def all_cells(record_ids: tuple[int, ...]) -> list[Cell]:
    """All events of the records, counted. One query."""
    return _counted(record_ids, None)


def _counted(record_ids: Sequence[int], matches: Matches | None) -> list[Cell]:
    now = timezone.now()
    asked: dict[str, Any] = {
        "records": id_array(record_ids),
        "resolved": list(RESOLVED_STATES),
        **{period: now - span for period, (_label, span) in PERIODS.items()},
        **({"since": matches.since, "ids": matches.ids} if matches else {}),
    }
    if matches is None:
        return [Cell(*row) for row in ask(ALL_CELLS, asked)]
    with connection.cursor() as cursor:  # ids of a thousand events are worth a plan of theirs
        cursor.execute(MATCHING_CELLS, asked)
        return [Cell(*row) for row in cursor.fetchall()]


def passes(cell: Cell, filters: Filters, *, but: str) -> bool:
    """True when a cell fits all filters, that of the facet `but` left out."""
    return (
        (but == "kind" or not filters.groups or cell.group in filters.groups)
        and (but == "source" or not filters.source or cell.source == filters.source)
        and (but == "state" or not filters.state or cell.state == filters.state)
        and (but == "period" or not filters.period or cell.lies_in(filters.period))
    )
