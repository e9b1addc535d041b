"""Asks the database for one page of a timeline."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from profiles.desk.timeline.filters import PERIODS, Cursor, Filters
from profiles.desk.timeline.finding import Matches, matches
from profiles.desk.timeline.kinds import RESOLVED_STATES
from profiles.desk.timeline.parts import Parts, not_heads, parts
from profiles.desk.timeline.rows import Page, days
from profiles.desk.timeline.things import ObjectKey, Thing, object_key, things
from profiles.models import CustomerObject, Event, Source, SourceRecord

PAGE = 25


def page(
    records: Sequence[SourceRecord],
    *,
    filters: Filters,
    before: Cursor | None,
    matching: Matches | None = None,
) -> Page:
    """The next 25 rows before the cursor, by day. Three queries.

    One more where words are given, and one where returns stand in the rows of their orders.
    `records` are the joined records, with their sources loaded; `matching` are the events that
    say the words of the filters, where that is known already.
    """
    matching = matching or matches(records, filters.find)
    folded = Parts() if filters.each else parts(tuple(record.pk for record in records))
    found = list(heads(records, filters, before, matching, folded)[: PAGE + 1])
    shown = found[:PAGE]
    older = str(Cursor(shown[-1].occurred_at, shown[-1].id)) if len(found) > PAGE else ""
    told = whole_things(records, [] if filters.each else shown, folded)
    return Page(days(shown, told, records), older)


def whole_things(
    records: Sequence[SourceRecord], shown: Iterable[Event], folded: Parts
) -> Mapping[ObjectKey, Thing]:
    """The things in whose rows the events stand, by what the events tell of. One query."""
    keys = {key for event in shown if (key := object_key(event))}
    members = {key: folded.members(key) for key in keys}
    told = things(records, (each for row in members.values() for each in row))
    return {
        key: replace(told[top], parts=tuple(told[part] for part in its_parts if part in told))
        for key, (top, *its_parts) in members.items()
    }


def heads(
    records: Collection[SourceRecord],
    filters: Filters,
    before: Cursor | None,
    matching: Matches | None,
    folded: Parts,
) -> QuerySet[Event]:
    """The newest event of every row, newest first, from the cursor on."""
    passing = events_passing(records, filters, matching)
    found = passing if filters.each else passing.exclude(_has_newer(passing))
    if behind := not_heads(passing, folded):
        found = found.exclude(id__in=behind)
    if before is not None:
        at, last_id = before
        found = found.filter(occurred_at__lte=at)
        found = found.filter(Q(occurred_at__lt=at) | Q(id__lt=last_id))
    return (
        found.select_related("source")
        .defer("properties", "identifiers")
        .order_by("-occurred_at", "-id")
    )


def _has_newer(passing: QuerySet[Event]) -> Q:
    """True of an event of a thing of which a newer event passes too; older pages have shown it.

    `occurred_at >=` stands alone so that months before the event are not even looked at.
    """
    newer = passing.exclude(object_id="").filter(  # which lets the index of things be used
        Q(occurred_at__gt=OuterRef("occurred_at")) | Q(id__gt=OuterRef("id")),
        occurred_at__gte=OuterRef("occurred_at"),
        object_namespace=OuterRef("object_namespace"),
        object_id=OuterRef("object_id"),
    )
    return ~Q(object_id="") & Q(Exists(newer))


def events_passing(
    records: Collection[SourceRecord], filters: Filters, matching: Matches | None = None
) -> QuerySet[Event]:
    """All events of the records that the reader wants to see, in no order.

    `matching` are those that say the words of the filters.
    """
    ids = [record.pk for record in records]
    passing = Event.objects.filter(record_id__in=ids)
    if filters.groups:
        passing = passing.filter(kind__in=filters.kinds)
    if filters.source:
        source = Source.objects.filter(slug=filters.source).values("pk")
        passing = passing.filter(source_id=Subquery(source))  # looked up once, before the rest
    if filters.state:
        passing = passing.filter(in_state(ids, filters.state))
    if filters.period:
        _label, span = PERIODS[filters.period]
        passing = passing.filter(occurred_at__gte=timezone.now() - span)
    return passing.filter(matching.condition) if matching else passing


def in_state(record_ids: Sequence[int], state: str) -> Q:
    """True of events about a thing that is open, or resolved, as joined records tell it."""
    told = CustomerObject.objects.filter(
        record_id__in=record_ids,
        namespace=OuterRef("object_namespace"),
        object_id=OuterRef("object_id"),
    )
    told = told.annotate(said=Lower("state"))
    resolved = Q(said__in=RESOLVED_STATES)
    found = told.filter(resolved if state == "resolved" else ~resolved)
    return ~Q(object_id="") & Q(Exists(found))
