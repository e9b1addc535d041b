"""Several workers at the same queue, on connections of their own and rows really committed."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from threading import Event as ThreadEvent
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from matching.deciding.decisions import record_decision, undo
from matching.models import Decision, GenericKey, Link, MatchModelVersion, ReviewCase
from matching.refusals import DecisionRefused
from matching.resolving import links, marks, queue
from matching.resolving.links import Written
from matching.resolving.resolve import resolve_batch, resolve_waiting
from profiles.ingest.records import ReadRow
from profiles.locking import ComponentsKeepMoving
from profiles.models import Membership, Profile, Source, SourceRecord
from tests.committed import committed_rows
from tests.matching.anna import publish
from tests.matching.arrivals import (
    Said,
    are_together,
    arrive,
    clusters,
    day,
    deliver,
    depart,
    everything_off,
    faces,
    open_cases,
    record,
    resolve,
    row,
    say,
    split,
    words,
)
from tests.matching.crew import FORK, Crew
from tests.matching.pairs import make_link
from tests.staff import staff

TABLES = (
    "matching_reviewcase", "matching_hold", "matching_decision", "matching_mergeevent",
    "matching_link",
    "matching_dirtyrecord", "matching_generickey", "matching_blockkey",
    "matching_keyedrecord", "matching_publication", "matching_matchmodelversion",
    "profiles_membership",
    "profiles_profile", "profiles_identifier", "profiles_recordversion",
    "profiles_sourcerecord", "profiles_source", "c360_user_groups", "c360_user",
)  # fmt: skip


def forget_everything() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names from above


rows_are_committed = committed_rows(forget_everything)


CARD = {"card": ["70001"]}
BORN: dict[str, Any] = {"birth_date": "1981-02-14"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Kowalska", "identifiers": CARD}


def cross_the_limit() -> None:
    """Eleven more customers with the card: now it says nothing any more."""
    names = (f"{letter * 4}o" for letter in "bcdefghijkl")
    rows = (row(f"T-{name}", given_name=name, identifiers=CARD) for name in names)
    deliver("till", *rows)


def only_suggest() -> None:
    source = Source.objects.get(slug="shop")
    source.stage = "suggest"
    source.save()


def publish_a_stricter_model() -> None:
    live = MatchModelVersion.objects.get(state="live")
    spec = live.spec | {"version": "strict", "thresholds": {"join_bits": 90, "review_bits": -3}}
    with transaction.atomic():
        MatchModelVersion.objects.update(state="retired")
        MatchModelVersion.objects.create(version="strict", state="live", spec=spec)
        marks.mark_all_dirty()


MEANWHILE: dict[str, Callable[[], Any]] = {
    "the card has become generic": cross_the_limit,
    "the shop may only suggest": only_suggest,
    "a stricter model was published": publish_a_stricter_model,
    "the other record has changed": lambda: arrive("shop", "S-1", given_name="Boris"),
    "the other record has gone": lambda: depart("shop", "S-1"),
    "a person told them apart": lambda: say(
        "different", record("crm", "A-1"), record("shop", "S-1")
    ),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_a_slow_worker_does_not_bring_back_what_is_over(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive("crm", "A-0", given_name="Zoe", identifiers=CARD)
    arrive("shop", "S-1", **ANNA)
    resolve()
    crm = arrive("crm", "A-1", **ANNA)
    at_the_failpoint("after_score", also_resolving(MEANWHILE[what]), monkeypatch)

    resolve_batch()
    resolve()

    assert everything_off() == []
    assert not are_together(crm, record("shop", "S-1"))


def test_a_link_that_appears_meanwhile_is_judged_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stranger = arrive("shop", "S-1", given_name="Boris")
    resolve()
    anna = arrive("crm", "A-1", **ANNA)
    by_rules_that_are_over = partial(make_link, stranger, anna, joins=True, weight_bits=9.0)
    at_the_failpoint("after_score", by_rules_that_are_over, monkeypatch)

    resolve_batch()
    resolve()

    assert everything_off() == []
    assert not are_together(anna, stranger)


def test_a_pair_parts_that_a_slow_worker_ties_by_a_birthday_another_finds_common(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish("curious", review_bits=-30.0)
    Source.objects.create(slug="till", name="Till", stage="observe")
    names = [f"{letter * 4}o" for letter in "bcdefg"]
    deliver("till", *(row(f"T-{name}", given_name=name, **BORN) for name in names))
    boris = arrive("shop", "S-1", given_name="Boris", **BORN)
    resolve()
    anna = arrive("crm", "A-1", given_name="Anna", **BORN)
    one_too_many = partial(arrive, "till", "T-99", given_name="Zoe", **BORN)
    at_the_failpoint("after_score", one_too_many, monkeypatch)
    other = until_it_has_marked_others(monkeypatch)

    resolve_batch()

    other.join()
    assert GenericKey.objects.filter(kind="date").count() == 1
    assert Link.objects.filter(lo=boris, hi=anna).exists()
    resolve()
    assert not Link.objects.exists()


def until_it_has_marked_others(monkeypatch: pytest.MonkeyPatch) -> Thread:
    """A worker that resolves a batch while the first one, its links written, waits for it.

    It waits no longer than until other records are marked: then the second waits for the first.
    """
    has_marked = ThreadEvent()

    def mark(*arguments: Any, **named: Any) -> None:
        marks.mark_met_dirty(*arguments, **named)
        has_marked.set()

    def resolve_one_batch() -> None:
        try:
            resolve_batch()
        finally:
            connections.close_all()

    other = Thread(target=resolve_one_batch)

    def write_links(*arguments: Any) -> Written:
        written = links.write_links(*arguments)
        if not other.ident:
            other.start()
            assert has_marked.wait(30)
        return written

    monkeypatch.setattr("matching.resolving.resolve.mark_met_dirty", mark)
    monkeypatch.setattr("matching.resolving.applying.write_links", write_links)
    return other


def also_resolving(act: Callable[[], Any]) -> Callable[[], None]:
    def everything() -> None:
        act()
        resolve_waiting()

    return everything


def at_the_failpoint(
    place: str, act: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let something happen on another connection, once, while the first worker stands there."""
    happened: list[str] = []

    def on_a_connection_of_its_own() -> None:
        try:
            act()
        finally:
            connections.close_all()

    def failpoint(name: str) -> None:
        if name == place and not happened:
            happened.append(name)
            other = Thread(target=on_a_connection_of_its_own)
            other.start()
            other.join()

    monkeypatch.setattr("matching.resolving.resolve.failpoint", failpoint)


SOURCES = ("app", "crm", "shop", "till")
HOUSEHOLDS = 70
HOTLINE = "+441132496000"  # typed in for many customers; generic from twenty on
Fact = tuple[str, ReadRow]


def household_facts() -> list[Fact]:
    """Rows about families that share mailboxes and telephones; some change, some leave."""
    dice = Random(7)
    found: list[Fact] = []
    for number in range(HOUSEHOLDS):
        for person in range(dice.randint(1, 3)):
            for source in dice.sample(SOURCES, k=dice.randint(1, 4)):
                key = f"{source}-{number}-{person}"
                for version in range(dice.choice((1, 1, 2, 3))):
                    when = day(len(found))
                    if version and dice.random() < 0.2:
                        found.append((source, row(key, updated_at=when, deleted=True)))
                    else:
                        said = _somebody(number, person, dice)
                        found.append((source, row(key, updated_at=when, **said)))
    return found


GIVEN = ("Anna", "Ania", "Maria", "Jan", "Jon", "Karol", "Zofia")
FAMILY = ("Kowalska", "Kowlaska", "Nowak", "Nowack", "Lis", "Wójcik", "Wojcik")


def _somebody(number: int, person: int, dice: Random) -> dict[str, Any]:
    """One reading of a member of a household, with gaps and slips."""
    phone = HOTLINE if dice.random() < 0.08 else f"+4477009{number:05}"
    possible: dict[str, Any] = {
        "given_name": GIVEN[(number + person + (dice.random() < 0.2)) % len(GIVEN)],
        "family_name": FAMILY[(number + (dice.random() < 0.2)) % len(FAMILY)],
        "birth_date": f"19{50 + number % 40}-0{1 + person}-1{number % 10}",
        "email": [f"household{number}@example.org"],
        "phone": [phone],
        "identifiers": {
            "loyalty_card": [f"LC{number:04}{person if dice.random() < 0.8 else 9}"]
        },
    }
    kept = dice.sample(sorted(possible), k=dice.randint(3, 5))
    return {name: possible[name] for name in kept}


def deliver_all(facts: Sequence[Fact], seed: int) -> None:
    """Let all facts arrive, shuffled, in batches, a third of them twice."""
    dice = Random(seed)
    todo = dice.sample(facts, k=len(facts)) + dice.sample(facts, k=len(facts) // 3)
    while todo:
        source = todo[0][0]
        batch = [fact for fact in todo[: dice.randint(1, 25)] if fact[0] == source]
        deliver(source, *(each for _, each in batch))
        todo = [fact for fact in todo if not any(fact is taken for taken in batch)]


def decide_now_and_then(seed: int, enough: Event) -> None:
    """Answer cases, split customers and undo, much faster than people do."""
    dice, sol = Random(seed), staff("sol")
    actions: list[UUID] = []
    while not enough.is_set():
        time.sleep(0.05)
        with suppress(DecisionRefused, ComponentsKeepMoving):
            if actions and dice.random() < 0.3:
                undo(dice.choice(actions), decided_by=sol)
            elif dice.random() < 0.2:
                profile = Profile.objects.filter(record_count__gt=1).order_by("?").first()
                if profile:
                    some = SourceRecord.objects.live().filter(membership__profile=profile)
                    actions.append(split(profile, *some.order_by("?")[:1]).action)
            elif case := ReviewCase.objects.open().order_by("?").first():
                verdict = dice.choice(("same", "different"))
                said = record_decision(
                    case, lo=case.lo_id, hi=case.hi_id, verdict=verdict, decided_by=sol
                )
                actions.append(said.action)


def resolve_until(enough: Event) -> None:
    """A worker: batches small enough that several work on one household at a time."""
    while True:
        if resolve_batch(20) is None:
            if enough.is_set():
                return
            time.sleep(0.02)


DEADLY = ("after_score", "after_lock", "before_commit")


def everybody_at_once(seed: int, crew: Crew) -> None:
    """Importers, workers and a steward together; workers are killed, others take over."""
    dice, facts, enough = Random(seed), household_facts(), FORK.Event()
    staff("sol")
    for place in DEADLY:
        crew.start(resolve_until, enough, failpoint=f"{place}=kill")
    importers = [crew.start(deliver_all, facts, seed + number) for number in range(2)]
    crew.start(decide_now_and_then, seed, enough)
    crew.start(resolve_until, enough, failpoint="after_lock=sleep")
    workers = [crew.start(resolve_until, enough) for _ in range(2)]
    while any(each.is_alive() for each in importers):
        time.sleep(0.3)
        if dice.random() < 0.5:
            crew.kill_some(dice, workers)
            workers.append(crew.start(resolve_until, enough))
    enough.set()
    crew.finish(seconds=40)


@pytest.mark.faults
@pytest.mark.parametrize("seed", [1, 2])
def test_many_processes_and_sudden_deaths_end_as_one_process_would(
    seed: int, tmp_path: Path
) -> None:
    crew = Crew(tmp_path)

    everybody_at_once(seed, crew)
    queue.try_again()
    resolve()

    assert crew.killed() >= len(DEADLY)
    assert not crew.failed(), crew.said()
    assert "deadlock" not in crew.said()
    assert everything_off() == []
    together, asked, shown, told = clusters(), open_cases(), faces(), words()
    assert told
    forget_everything()
    alone(told)
    assert clusters() == together
    assert open_cases() == asked
    assert faces() == shown


@pytest.mark.faults
def test_without_locks_the_same_would_end_in_differences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_waits(record_ids: Collection[int]) -> dict[int, int]:
        parts = Membership.objects.filter(record__in=record_ids).values("component")
        return dict(
            Membership.objects.filter(component__in=parts).values_list("pk", "component")
        )

    for module in ("matching.resolving.applying", "matching.deciding.acts"):
        monkeypatch.setattr(f"{module}.lock_components", nobody_waits)

    assert any(_ends_in_differences(seed, tmp_path) for seed in (1, 2, 3))


def _ends_in_differences(seed: int, logs: Path) -> bool:
    forget_everything()
    everybody_at_once(seed, Crew(logs))
    queue.try_again()
    resolve_waiting()
    return everything_off() != []


def alone(told: set[Said]) -> None:
    """One process, nobody beside it: all facts in order, what was said, then resolving."""
    for source in SOURCES:
        deliver(source, *(fact for owner, fact in household_facts() if owner == source))
    for pair, verdict in told:
        lo, hi = sorted(record(*key).pk for key in pair)
        Decision.objects.create(
            lo_id=lo, hi_id=hi, verdict=verdict, kind="decide", decided_by=staff("sol")
        )
    queue.try_again()
    marks.mark_all_dirty()
    resolve()
