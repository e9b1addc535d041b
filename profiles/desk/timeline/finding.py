"""Which events of a customer say some words: looked through once for all of a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from profiles.desk.guard import guard_of
from profiles.desk.timeline.words import says
from profiles.models import Event, SourceRecord

MOST = 1_000  # what more events say tells none of them apart
NEWEST = 5_000  # are looked through first; common words need no others
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Matches:
    """The newest events that say the words; `are_all` where no other one does."""

    since: datetime  # no match is older
    ids: list[int]
    are_all: bool
    said: Q  # true of every event that says the words

    @property
    def condition(self) -> Q:
        """True of every event that says the words, in the cheapest way.

        Few are found by their ids in the index of the timeline; of many a page is soon full.
        """
        few = Q(occurred_at__gte=self.since, id__in=self.ids)
        return few if self.are_all else self.said


def matches(records: Sequence[SourceRecord], words: str) -> Matches | None:
    """Events of the records that say the words, at most a thousand; `None` for no words.

    One query, or two. Words that few events say make it read all of them.
    """
    if not words:
        return None
    said = says(words, guard_of(records))
    events = Event.objects.filter(record_id__in=[record.pk for record in records])
    edge = Subquery(events.order_by("-occurred_at").values("occurred_at")[NEWEST:][:1])
    found = _newest(events.filter(said, occurred_at__gte=Coalesce(edge, LONG_AGO)))
    if len(found) <= MOST:
        found += _newest(events.filter(said, occurred_at__lt=edge))
    since = found[:MOST][-1][0] if found else LONG_AGO
    ids = [pk for _at, pk in found[:MOST]]
    return Matches(since, ids, len(found) <= MOST, said)


def _newest(events: QuerySet[Event]) -> list[tuple[datetime, int]]:
    found = events.order_by("-occurred_at", "-id").values_list("occurred_at", "id")
    return list(found[: MOST + 1])
