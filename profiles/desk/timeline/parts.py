"""What belongs into the row of an order: its returns, refunds and deliveries.

Read from events of the joined records alone. A return names its order; it stands in the row of
that order where the joined records tell of the order themselves, and in a row of its own else.
So joining and splitting decide it anew, and an order of somebody else is never named.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from c360.once import once
from c360.sql.arrays import id_array
from c360.sql.prepared import ask
from profiles.desk.timeline.things import ObjectKey
from profiles.ingest.objects import NEWEST
from profiles.models import Event

MOST = 500  # events that name a whole are read, the newest; older parts have rows of their own
STATED = f"""
SELECT DISTINCT ON (event.object_namespace, event.object_id)
    event.object_namespace, event.object_id, event.part_of_namespace, event.part_of_id
FROM (
    SELECT * FROM profiles_event
    WHERE record_id = ANY (%(records)s::bigint[]) AND part_of_id <> '' AND object_id <> ''
    ORDER BY occurred_at DESC, id DESC LIMIT {MOST}
) AS event
WHERE EXISTS (
    SELECT FROM profiles_event AS whole
    WHERE whole.record_id = ANY (%(records)s::bigint[]) AND whole.object_id <> ''
        AND whole.object_namespace = event.part_of_namespace
        AND whole.object_id = event.part_of_id
)
ORDER BY event.object_namespace, event.object_id, {NEWEST}
"""  # noqa: S608 - only the order and a number are filled in


@dataclass(frozen=True)
class Parts:
    """Which things stand in the row of another. `whole_of` leads from a part to the top."""

    whole_of: Mapping[ObjectKey, ObjectKey] = field(default_factory=dict)

    def members(self, key: ObjectKey) -> list[ObjectKey]:
        """All things in the row of this one, the whole first."""
        top = self.whole_of.get(key, key)
        return [top, *(part for part, whole in self.whole_of.items() if whole == top)]

    @property
    def all_keys(self) -> set[ObjectKey]:
        return {*self.whole_of, *self.whole_of.values()}


@once
def parts(record_ids: tuple[int, ...]) -> Parts:
    """What the joined records say is part of what else they tell of. One query."""
    rows = ask(STATED, {"records": id_array(record_ids)})
    stated = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    return Parts({part: top for part in stated if (top := _top(part, stated)) != part})


def _top(part: ObjectKey, stated: Mapping[ObjectKey, ObjectKey]) -> ObjectKey:
    """The last whole on the way up; the part itself where the way leads back to it."""
    seen, at = {part}, part
    while at in stated:
        at = stated[at]
        if at in seen:
            return part
        seen.add(at)
    return at


def about(keys: Iterable[ObjectKey]) -> Q:
    """True of events that tell of one of these things."""
    by_namespace: dict[str, list[str]] = defaultdict(list)
    for namespace, object_id in keys:
        by_namespace[namespace].append(object_id)
    found = Q()
    for namespace, ids in by_namespace.items():
        found |= Q(object_namespace=namespace, object_id__in=ids)
    return found


def not_heads(passing: QuerySet[Event], folded: Parts) -> Collection[int]:
    """Ids of events that stand in the row of a newer one. One query, or none."""
    if not folded.whole_of:
        return ()
    rows = (
        passing.filter(about(folded.all_keys))
        .exclude(object_id="")  # or the index of things cannot be used
        .order_by("-occurred_at", "-id")
        .values_list("object_namespace", "object_id", "id")
    )
    return _behind_the_first(list(rows), folded)


def _behind_the_first(rows: Sequence[tuple[str, str, int]], folded: Parts) -> list[int]:
    seen: set[ObjectKey] = set()
    behind = []
    for namespace, object_id, event_id in rows:
        key = (namespace, object_id)
        top = folded.whole_of.get(key, key)
        if top in seen:
            behind.append(event_id)
        seen.add(top)
    return behind
