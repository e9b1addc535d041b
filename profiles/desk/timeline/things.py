"""Where orders, tickets and their kin stand, as far as the joined records tell.

Read from the events of the joined records, not from `CustomerObject`: that may have its state
from a record that belongs to somebody else. The newest event speaks by the rule of
`profiles.ingest.objects`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from c360.sql.arrays import id_array
from c360.sql.prepared import ask
from profiles.ingest.objects import NEWEST, OWN_KIND
from profiles.models import Event, SourceRecord
from profiles.money import format_minor

THINGS = f"""
SELECT event.object_namespace, event.object_id, coalesce(object.kind, min(event.kind)),
    count(*), max(event.occurred_at),
    (array_agg(event.object_state ORDER BY event.object_state <> '' DESC, {NEWEST}))[1],
    (array_agg(event.amount_minor ORDER BY event.amount_minor IS NOT NULL DESC, {OWN_KIND},
        {NEWEST}))[1],
    (array_agg(event.currency ORDER BY event.amount_minor IS NOT NULL DESC, {OWN_KIND},
        {NEWEST}))[1],
    bool_or(event.kind = 'refund')
FROM unnest(%s::varchar[], %s::varchar[]) AS asked (namespace, object_id)
LEFT JOIN profiles_customerobject AS object USING (namespace, object_id)
JOIN profiles_event AS event
    ON event.object_namespace = asked.namespace AND event.object_id = asked.object_id
    AND event.object_id <> ''  -- or the index of things cannot be used
WHERE event.record_id = ANY (%s::bigint[])
GROUP BY event.object_namespace, event.object_id, object.kind
"""  # noqa: S608 - only the orders are filled in

ObjectKey = tuple[str, str]  # namespace, id


@dataclass(frozen=True)
class Thing:
    """An order, ticket, return or subscription: what it is, how it stands, since when.

    `parts` are the returns, refunds and deliveries that stand in its row.
    """

    namespace: str
    id: str
    kind: str
    steps: int
    changed_at: datetime
    state: str
    amount_minor: int | None
    currency: str
    is_refunded: bool = False  # some of it at least
    parts: tuple["Thing", ...] = ()

    @property
    def all_steps(self) -> int:
        return self.steps + sum(part.steps for part in self.parts)

    @property
    def amount(self) -> str:
        if self.amount_minor is None:
            return ""
        return format_minor(self.amount_minor, self.currency)


def object_key(event: Event) -> ObjectKey | None:
    """The thing an event tells of; `None` where it tells of none."""
    return (event.object_namespace, event.object_id) if event.object_id else None


def things(
    records: Iterable[SourceRecord], asked: Iterable[ObjectKey]
) -> dict[ObjectKey, Thing]:
    """The things the records tell of among those asked for. One query, whatever they are."""
    keys = sorted(set(asked))
    rows = ask(THINGS, [*_columns(keys), id_array(record.pk for record in records)])
    found = [Thing(*row) for row in rows]
    return {(thing.namespace, thing.id): thing for thing in found}


def _columns(keys: Sequence[ObjectKey]) -> tuple[list[str], list[str]]:
    return [namespace for namespace, _id in keys], [object_id for _namespace, object_id in keys]
