"""Orders and tickets as one row each: every event in exactly one row, whatever is filtered."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
import time_machine

from profiles.desk.timeline.facets import Chip, facets
from profiles.desk.timeline.filters import PERIODS, Filters
from profiles.desk.timeline.finding import matches
from profiles.desk.timeline.kinds import GROUPS, RESOLVED_STATES
from profiles.desk.timeline.reading import events_passing
from profiles.models import CustomerObject, Event, SourceRecord
from tests.profiles.customers import make_event, make_object, make_record
from tests.profiles.timelines import all_rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
KINDS = ("order", "payment", "delivery", "refund", "ticket", "call", "visit", "note")
CHOICES = [
    Filters(),
    Filters(each=True),
    *(
        Filters(frozenset(groups), source, state, period, find)
        for groups, source, state, period, find in product(
            ((), ("orders",), ("tickets", "calls")),
            ("", "crm"),
            ("", "open", "resolved"),
            ("", "month"),
            ("", "CoAt"),
        )
    ),
]


def made_history(dice: random.Random) -> list[SourceRecord]:
    """A hundred events of three records: many at one moment, many about few things."""
    records = [make_record(source, given_name="Anna") for source in ("shop", "crm", "crm")]
    things = ["", "", "A", "B", "C", "D_%"]
    for thing in things[2:]:
        make_object(
            dice.choice(records),
            thing,
            state=dice.choice(("placed", "Delivered", "closed")),
            namespace="all:order",
        )
    moments = [NOW - timedelta(days=dice.randrange(70)) for _ in range(25)]
    for _ in range(100):
        make_event(
            dice.choice(records),
            dice.choice(KINDS),
            occurred_at=dice.choice(moments),
            object_namespace="all:order",
            object_id=dice.choice(things),
            text=dice.choice(("about the coat", "nothing", "")),
        )
    return records


def passing(records: Sequence[SourceRecord], filters: Filters) -> list[Event]:
    """What the filters mean, said slowly: events that pass, newest first."""
    states = {thing.object_id: thing.state.lower() for thing in CustomerObject.objects.all()}
    sources = {record.pk: record.source.slug for record in records}

    def fits(event: Event) -> bool:
        resolved = states.get(event.object_id) in RESOLVED_STATES
        words = (event.text, event.name, event.object_id)
        return (
            (not filters.groups or event.kind in filters.kinds)
            and filters.source in ("", sources[event.record_id or 0])
            and (not filters.state or bool(event.object_id))
            and (not filters.state or resolved is (filters.state == "resolved"))
            and (not filters.period or event.occurred_at >= NOW - PERIODS[filters.period][1])
            and any(filters.find.lower() in text.lower() for text in words)
        )

    events = Event.objects.filter(record__in=records).order_by("-occurred_at", "-id")
    return [event for event in events if fits(event)]


def folded(events: Iterable[Event], filters: Filters) -> list[list[int]]:
    """The rule, said slowly: ids of the events of every row, newest first."""
    made: list[list[int]] = []
    of_thing: dict[str, list[int]] = {}
    for event in events:
        if event.object_id in of_thing:
            of_thing[event.object_id].append(event.id)
            continue
        made.append([event.id])
        if event.object_id and not filters.each:
            of_thing[event.object_id] = made[-1]
    return made


def shown(records: Sequence[SourceRecord], filters: Filters) -> list[list[int]]:
    """Ids of the events of every row as the pages have them, visits in a row taken apart."""
    found: list[list[int]] = []
    said = matches(records, filters.find)
    told = list(events_passing(records, filters, said).order_by("-occurred_at", "-id"))
    for row in all_rows(records, filters):
        if row.event.object_id and not filters.each:
            thing = row.event.object_id
            found.append([each.id for each in told if each.object_id == thing])
        else:
            found += [[event.id] for event in (row.event, *row.more)]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_each_event_is_in_exactly_one_row_whatever_is_filtered(seed: int) -> None:
    dice = random.Random(seed)
    records = made_history(dice)

    with time_machine.travel(NOW, tick=False):
        for filters in [*CHOICES[:2], *dice.sample(CHOICES[2:], 15)]:
            expected = folded(passing(records, filters), filters)
            assert shown(records, filters) == expected, filters


def chips(records: Sequence[SourceRecord], filters: Filters) -> list[Chip]:
    found = facets(records, filters)
    return [*found.groups, *(chip for facet in found.more for chip in facet.chips)]


def test_a_filter_counts_what_it_would_show_beside_the_others() -> None:
    records = made_history(random.Random(7))
    switched_on = 0

    with time_machine.travel(NOW, tick=False):
        for filters in random.Random(7).sample(CHOICES[2:], 10):
            for chip in chips(records, filters):
                alone = chip.filters.groups - filters.groups
                chosen = replace(chip.filters, groups=alone or chip.filters.groups)
                if chip.count is None or chip.is_on:
                    continue
                switched_on += 1
                assert chip.count == len(passing(records, chosen)), (filters, chip)
    assert switched_on > 50


def test_every_group_has_kinds_of_its_own() -> None:
    kinds = [kind for _label, kinds in GROUPS.values() for kind in kinds]

    assert len(kinds) == len(set(kinds))


def test_a_thing_told_on_an_older_page_does_not_come_again() -> None:
    record = make_record(given_name="Anna")
    for hour in range(60):
        make_event(
            record, "call", occurred_at=NOW - timedelta(hours=hour), object_id=f"T-{hour % 30}"
        )

    read = [row.event.object_id for row in all_rows([record], Filters())]

    assert read == [f"T-{hour}" for hour in range(30)]


def test_what_other_peoples_records_tell_of_a_thing_stays_with_them() -> None:
    mine, other = make_record("shop", given_name="Anna"), make_record("shop", given_name="Bob")
    make_object(other, "HP-1", state="stolen by Bob")
    order = {"object_namespace": "shop:order", "object_id": "HP-1"}
    make_event(mine, object_state="placed", **order)
    make_event(mine, "payment", **order)
    make_event(other, "delivery", object_state="stolen by Bob", **order)

    (row,) = all_rows([mine], Filters())

    assert row.thing is not None
    assert (row.state, row.thing.steps) == ("placed", 2)
