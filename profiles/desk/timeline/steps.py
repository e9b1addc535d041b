"""One row opened: everything that happened to an order, a ticket or a return, in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from profiles.desk.timeline.filters import Cursor
from profiles.desk.timeline.parts import about, parts
from profiles.desk.timeline.reading import whole_things
from profiles.desk.timeline.rows import Item, is_late
from profiles.desk.timeline.things import Thing, object_key
from profiles.models import Event, SourceRecord

MOST = 200  # steps shown at once; the newest where there are more


@dataclass(frozen=True)
class Opened:
    """A thing with its steps, oldest first; `left_out` older ones are not among them."""

    thing: Thing
    steps: list[Item]

    @property
    def left_out(self) -> int:
        return self.thing.all_steps - len(self.steps)


def opened(records: Sequence[SourceRecord], place: Cursor) -> Opened | None:
    """The thing whose event stands at `place`, with all that is part of it. Four queries.

    `None` where no joined record has such an event, or where it tells of no thing.
    """
    ids = [record.pk for record in records]
    of_records = Event.objects.filter(record_id__in=ids).defer("properties", "identifiers")
    head = of_records.filter(occurred_at=place.occurred_at, id=place.id).first()
    key = object_key(head) if head else None
    if head is None or key is None:
        return None
    folded = parts(tuple(ids))
    steps_of = of_records.exclude(object_id="").filter(about(folded.members(key)))
    newest_first = steps_of.select_related("source").order_by("-occurred_at", "-id")[:MOST]
    by_id: dict[int | None, SourceRecord] = {record.pk: record for record in records}
    steps = [_step(event, by_id[event.record_id]) for event in newest_first]
    return Opened(whole_things(records, [head], folded)[key], steps[::-1])


def _step(event: Event, record: SourceRecord) -> Item:
    return Item(event, event.source, is_late=is_late(event, record))
