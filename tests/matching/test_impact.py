"""What a decision is said to change is what it changes, whatever the world it is made in."""

from collections import defaultdict
from itertools import combinations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.deciding.decisions import undo
from matching.deciding.impact import Impact, impact_of_different, impact_of_same
from matching.models import ReviewCase
from matching.refusals import DecisionRefused
from profiles.models import CustomerObject, Event, Membership, Profile, SourceRecord
from tests.matching.arrivals import (
    clusters,
    day,
    deliver,
    everything_off,
    faces,
    open_cases,
    resolve,
    row,
    say,
    snapshot_hash,
    split,
)
from tests.matching.test_world_machine import (
    NAMES,
    PEOPLE,
    WORLDS,
    Fact,
    _answer,
    _say_in_order,
    begin,
    chance,
    facts,
)
from tests.profiles.customers import make_event, make_object
from tests.staff import staff

STATES = ("open", "closed", "Solved", "pending")


def live_groups() -> dict[str, frozenset[int]]:
    """The live records of every customer, read from what is stored."""
    found: dict[str, set[int]] = defaultdict(set)
    live = Membership.objects.filter(record__deleted_at=None, record__erased_at=None)
    for profile, record in live.values_list("profile_id", "record_id"):
        found[profile].add(record)
    return {profile: frozenset(records) for profile, records in found.items()}


def asked() -> set[tuple[int, int]]:
    return set(ReviewCase.objects.open().values_list("lo_id", "hi_id"))


def live(facts: list[Fact], words: list[Any]) -> list[SourceRecord]:
    """Let it all arrive and be answered; every record has an order, a ticket and a call."""
    begin()
    for source, each in facts:
        deliver(source, each)
    resolve()
    _say_in_order(words)
    records = list(SourceRecord.objects.live().order_by("pk"))
    for number, record in enumerate(records):
        make_event(record, "call")
        make_object(record, f"O-{record.pk}", "order")
        state = STATES[number % len(STATES)]
        make_object(record, f"T-{record.pk}", "ticket", state=state)
        if number % 2:
            make_object(record, f"S-{record.pk}", "subscription")
    return records


def changes(before: dict[str, frozenset[int]], after: dict[str, frozenset[int]]) -> Impact:
    """What happened, counted from the two states alone."""
    left = {item for item in before.items() if item not in after.items()}
    made = {item for item in after.items() if item not in before.items()}
    home = {pk: profile for profile, records in before.items() for pk in records}
    moved = {pk for profile, records in made for pk in records if home[pk] != profile}
    return Impact(
        before=len(left),
        after=len(made),
        records=sum(len(records) for _profile, records in made),
        moving=tuple(said_of(moved)),
    )


def said_of(moved: set[int]) -> list[str]:
    """The phrases for what these records carry, counted one by one."""
    objects = CustomerObject.objects.filter(record__in=moved)
    tickets = [each.state.lower() for each in objects if each.kind == "ticket"]
    closed = sum(state in ("closed", "solved") for state in tickets)
    numbers = [
        (len(tickets) - closed, "open ticket"),
        (sum(each.kind == "order" for each in objects), "order"),
        (closed, "closed ticket"),
        (sum(each.kind == "subscription" for each in objects), "other case"),
        (sum(event.record_id in moved for event in Event.objects.all()), "event"),
    ]
    return [f"{number} {word}{'s' * (number > 1)}" for number, word in numbers if number]


@pytest.mark.django_db
@given(
    facts=facts(),
    answers=st.lists(chance, max_size=2),
    which=chance,
    verdict=st.sampled_from(("same", "different")),
)
@settings(max_examples=WORLDS)
def test_what_is_foretold_is_what_happens(
    facts: list[Fact], answers: list[int], which: int, verdict: str
) -> None:
    with transaction.atomic():
        records = live(facts, [_answer(facts, number) for number in answers])
        pairs = sorted(asked()) or [
            (one.pk, other.pk) for one, other in combinations(records, 2)
        ]
        if pairs:
            check_pair(*pairs[which % len(pairs)], verdict)
        transaction.set_rollback(True)


def check_pair(lo: int, hi: int, verdict: str) -> None:
    case, _new = ReviewCase.objects.open().get_or_create(
        lo_id=lo, hi_id=hi, defaults={"weight_bits": 0.0}
    )
    others, before = asked() - {(lo, hi)}, live_groups()
    foretold = (impact_of_same if verdict == "same" else impact_of_different)(case)
    try:
        say(verdict, case.lo, case.hi)
    except DecisionRefused:
        assert foretold.refusal
        return
    happened = changes(before, live_groups())
    assert not foretold.refusal
    for fact in ("before", "after", "records", "moving"):
        assert getattr(foretold, fact) == getattr(happened, fact), fact
    assert foretold.settles == len(others - asked())


Move = tuple[str, int, int]
moves = st.lists(
    st.tuples(st.sampled_from(("same", "different", "split", "data")), chance, chance),
    min_size=2,
    max_size=8,
)


@pytest.mark.django_db
@given(facts=facts(), moves=moves)
@settings(max_examples=WORLDS)
def test_undoing_a_walk_restores_what_data_alone_would_have_made(
    facts: list[Fact], moves: list[Move]
) -> None:
    restored = walk(facts, moves)
    untouched = walk(facts, [move for move in moves if move[0] == "data"])

    assert restored == untouched


def walk(facts: list[Fact], moves: list[Move]) -> tuple[Any, ...]:
    """Let people act between deliveries, then take all of it back, newest first.

    Where no data came since an action, taking it back restores every hash, ids included.
    """
    with transaction.atomic():
        begin()
        for source, each in facts:
            deliver(source, each)
        resolve()
        taken: list[tuple[Any, str]] = []
        for kind, one, other in moves:
            before = snapshot_hash()
            if kind == "data":
                new_data(one, other)
                taken = [(action, "") for action, _hash in taken]
            elif action := act(kind, one, other):
                taken.append((action, before))
        for action, before in reversed(taken):
            undo(action, decided_by=staff("kim"))
            assert before in ("", snapshot_hash())
        found = clusters(), faces(), open_cases()
        assert everything_off() == []
        transaction.set_rollback(True)
    return found


def act(kind: str, one: int, other: int) -> Any:
    """One decision or split of a steward; `None` where it is refused or there is nothing."""
    try:
        if kind == "split":
            shared = list(Profile.objects.filter(record_count__gt=1).order_by("pk"))
            if not shared:
                return None
            profile = shared[one % len(shared)]
            members = SourceRecord.objects.live().filter(membership__profile=profile)
            found = list(members.order_by("pk"))
            return split(profile, found[other % len(found)]).action
        pairs = list(combinations(SourceRecord.objects.live().order_by("pk"), 2))
        return say(kind, *pairs[one % len(pairs)]).action if pairs else None
    except DecisionRefused:
        return None


def new_data(one: int, other: int) -> None:
    """A record comes, changes or goes, later than all before."""
    source, key = NAMES[one % len(NAMES)]
    at = day(100 + one + other)
    if other % 4 == 0:
        deliver(source, row(key, updated_at=at, deleted=True))
    else:
        deliver(source, row(key, updated_at=at, **PEOPLE[other % len(PEOPLE)]))
    resolve()
