"""Whatever happens, in whatever order, what is stored is what the facts say.

A household no machine can tell apart for sure: twins, a father and a son of one name, a shared
mailbox and telephone, typing slips. Hypothesis lets records come, change, go and return, people
decide, split and undo, and workers resolve a little or everything; afterwards the customers are
compared with a recomputation and with a slow, obvious twin.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import combinations, product
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from matching.core.blocking import IDENTIFYING, plain_keys
from matching.core.clustering import Edge, Node
from matching.core.features import Features, features_of
from matching.core.model import MatchModel, default_model
from matching.core.scoring import score
from matching.deciding.decisions import undo
from matching.live import keys_of, with_values
from matching.models import Decision, DirtyRecord, Hold, MatchModelVersion
from matching.refusals import DecisionRefused
from matching.resolving import marks
from matching.resolving.resolve import resolve_batch
from profiles.ingest.records import ReadRow
from profiles.models import Membership, Profile, SourceRecord
from tests.matching import test_clustering as pure
from tests.matching.arrivals import (
    Key,
    Said,
    clusters,
    day,
    deliver,
    everything_off,
    faces,
    holding,
    lock,
    open_cases,
    profile_of,
    resolve,
    row,
    say,
    split,
    unlock,
)
from tests.profiles.customers import make_source
from tests.staff import staff

WORLDS = int(os.environ.get("C360_TEST_WORLDS", "15"))  # more for a long search at night
HOME = {"line1": "2 Mill Lane", "city": "Leeds", "postal_code": "LS1 4AB"}
LANDLINE, MOBILE = "+441132496000", "+447700900111"
FAMILY, HERS = "kowalski.family@example.org", "anna.kowalska@example.org"
PEOPLE: Sequence[dict[str, Any]] = (
    {"given_name": "Anna", "family_name": "Kowalska", "birth_date": "1984-03-02",
     "email": [HERS], "phone": [MOBILE]},
    {"given_name": "Ania", "family_name": "Kowlaska", "email": [HERS, FAMILY]},
    {"given_name": "Anna", "family_name": "Kowalska", "address": HOME, "phone": [LANDLINE]},
    {"given_name": "Maria", "family_name": "Kowalska", "birth_date": "1984-03-02",
     "phone": [LANDLINE], "address": HOME},
    {"given_name": "Maria", "family_name": "Kowalska", "birth_date": "1984-02-03",
     "email": [FAMILY], "identifiers": {"passport": ["P1111111"]}},
    {"given_name": "Anna", "family_name": "Kowalska", "birth_date": "1984-03-02",
     "email": [HERS], "identifiers": {"passport": ["Q7654321"]}},
    {"given_name": "Jan", "family_name": "Kowalski", "birth_date": "1955-07-01",
     "address": HOME, "phone": [LANDLINE]},
    {"given_name": "Jan", "family_name": "Kowalski", "suffix": "Jr", "address": HOME,
     "birth_date": "1984-03-02", "email": [FAMILY]},
    {"given_name": "Jan", "family_name": "Kowalski", "phone": [LANDLINE], "email": [FAMILY]},
    {"email": [FAMILY], "phone": [MOBILE]},
)  # fmt: skip
NAMES: Sequence[Key] = tuple(product(("app", "crm", "shop"), ("1", "2", "3")))
STAGES = {"app": "assist", "crm": "auto", "shop": "auto", "till": "suggest"}

names = st.sampled_from(NAMES)
people = st.integers(0, len(PEOPLE) - 1)
chance = st.integers(0, 10**6)


def small_limits() -> MatchModel:
    """The shipped model, but a value is generic as soon as five share it."""
    spec = default_model().to_spec()
    limits = dict.fromkeys(spec["generic_limits"], 5)
    return MatchModel.from_spec(spec | {"version": "small limits", "generic_limits": limits})


MODEL = small_limits()


def begin() -> None:
    """The sources and the model all examples share."""
    for slug, stage in STAGES.items():
        make_source(slug, stage=stage)
    MatchModelVersion.objects.create(version=MODEL.version, state="live", spec=MODEL.to_spec())


class Household(RuleBasedStateMachine):
    """What happens to the records of a household, on a real database, rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self._rolled_back = transaction.atomic()
        self._rolled_back.__enter__()
        begin()
        self.today = 0
        self.sent: list[tuple[str, list[ReadRow]]] = []
        self.actions: list[UUID] = []

    def teardown(self) -> None:
        try:
            resolve()
            check_everything()
        finally:
            transaction.set_rollback(True)
            self._rolled_back.__exit__(None, None, None)

    @initialize()
    def some_are_there_already(self) -> None:
        self.arrive("crm", [("1", 0), ("2", 3), ("3", 6)])
        self.arrive("shop", [("1", 1), ("2", 4)])

    def arrive(self, source: str, rows: Sequence[tuple[str, int]]) -> None:
        self.today += 1
        self._deliver(
            source, [row(key, updated_at=day(self.today), **PEOPLE[who]) for key, who in rows]
        )

    def _deliver(self, source: str, rows: list[ReadRow]) -> None:
        self.sent.append((source, rows))
        deliver(source, *rows)

    @rule(
        source=st.sampled_from(sorted(STAGES)),
        rows=st.lists(st.tuples(st.sampled_from("1234"), people), min_size=1, max_size=3),
    )
    def a_batch_arrives(self, source: str, rows: list[tuple[str, int]]) -> None:
        self.arrive(source, rows)

    @rule(which=chance)
    def a_batch_arrives_again(self, which: int) -> None:
        source, rows = self.sent[which % len(self.sent)]
        deliver(source, *rows)

    @rule(name=names, who=people, days=st.integers(1, 5))
    def an_older_row_arrives_late(self, name: Key, who: int, days: int) -> None:
        long_ago = day(self.today - days)
        self._deliver(name[0], [row(name[1], updated_at=long_ago, **PEOPLE[who])])

    @rule(name=names)
    def a_record_goes(self, name: Key) -> None:
        self.today += 1
        self._deliver(name[0], [row(name[1], updated_at=day(self.today), deleted=True)])

    @rule(source=st.sampled_from(sorted(STAGES)), stage=st.sampled_from(("suggest", "auto")))
    def a_stage_changes(self, source: str, stage: str) -> None:
        found = make_source(source)
        found.stage = stage
        found.save()

    @rule(which=chance, verdict=st.sampled_from(("same", "different")))
    def a_person_decides(self, which: int, verdict: str) -> None:
        pairs = list(combinations(SourceRecord.objects.live().order_by("pk"), 2))
        if pairs:
            with suppress(DecisionRefused):
                self.actions.append(say(verdict, *pairs[which % len(pairs)]).action)

    @rule(which=chance)
    def a_person_splits(self, which: int) -> None:
        shared = list(Profile.objects.filter(record_count__gt=1).order_by("birth_record"))
        if shared:
            profile = shared[which % len(shared)]
            leaving = SourceRecord.objects.live().filter(membership__profile=profile)
            with suppress(DecisionRefused):
                self.actions.append(split(profile, *leaving.order_by("-pk")[:1]).action)

    @rule(which=chance)
    def a_person_locks(self, which: int) -> None:
        profiles = list(Profile.objects.filter(record_count__gt=0).order_by("birth_record"))
        if profiles:
            with suppress(DecisionRefused):
                self.actions.append(lock(profiles[which % len(profiles)]).action)

    @rule(which=chance)
    def a_person_takes_a_lock_off(self, which: int) -> None:
        locked = Profile.objects.filter(memberships__record__in=holding()).distinct()
        profiles = list(locked.order_by("birth_record"))
        if profiles:
            with suppress(DecisionRefused):
                self.actions.append(unlock(profiles[which % len(profiles)]).action)

    @precondition(lambda self: self.actions)
    @rule(which=chance)
    def a_person_thinks_better_of_it(self, which: int) -> None:
        action = self.actions[which % len(self.actions)]
        with suppress(DecisionRefused):
            undo(action, decided_by=staff("kim"))

    @rule(number=st.integers(1, 3))
    def a_worker_resolves_a_little(self, number: int) -> None:
        resolve_batch(number)

    @rule()
    def all_is_resolved(self) -> None:
        resolve()
        check_everything()


def check_everything() -> None:
    """What must hold whenever nothing waits."""
    assert not DirtyRecord.objects.exists()
    assert everything_off() == []
    assert clusters() == slow_twin()
    live = list(SourceRecord.objects.live().select_related("source", "birth_profile"))
    profile_of = dict(Membership.objects.values_list("record_id", "profile_id"))
    _check_names(live, profile_of)
    _check_words({record.pk for record in live}, profile_of)
    _check_values(live, profile_of)


def _check_names(live: list[SourceRecord], profile_of: Mapping[int, str]) -> None:
    """Each customer answers to the id its oldest record was born with."""
    members: dict[str, list[SourceRecord]] = defaultdict(list)
    for record in live:
        members[profile_of[record.pk]].append(record)
    for profile, records in members.items():
        oldest = min(records, key=lambda r: (r.born_at, r.source.slug, r.external_id))
        assert profile == oldest.birth_profile.pk


def _check_words(live: set[int], profile_of: Mapping[int, str]) -> None:
    for lo, hi, verdict in Decision.objects.binding().values_list("lo_id", "hi_id", "verdict"):
        if {lo, hi} <= live:
            assert (profile_of[lo] == profile_of[hi]) == (verdict == "same")
    for held in _held(live):
        assert len({profile_of[pk] for pk in held}) == 1


def _check_values(live: list[SourceRecord], profile_of: Mapping[int, str]) -> None:
    """Golden values and searched names come from the records joined and from no other."""
    for profile in Profile.objects.all():
        own = [record for record in live if profile_of[record.pk] == profile.pk]
        assert profile.record_count == len(own)
        said = " ".join(map(repr, (record.attributes for record in own)))
        for entry in profile.golden.values():
            for value in (entry, *entry["losers"]):
                assert value["record"] in {record.pk for record in own}
        assert all(word in said.lower() for word in profile.search_name.split())


def slow_twin() -> set[frozenset[Key]]:
    """Who is one person, from the facts alone: every pair looked at, nothing remembered."""
    live = {
        pk: ((source, key), stage, features_of(attributes))
        for pk, source, key, stage, attributes in SourceRecord.objects.live().values_list(
            "pk", "source__slug", "external_id", "source__stage", "attributes"
        )
    }
    features = _without_what_too_many_share({pk: each for pk, (_, _, each) in live.items()})
    joining = {pk for pk, (_, stage, _) in live.items() if stage in ("assist", "auto")}
    edges = [
        Edge(lo, hi, weight)
        for lo, hi in _pairs_that_meet({pk: each for pk, (_, _, each) in live.items()})
        if {lo, hi} <= joining
        and (weight := score(MODEL, features[lo], features[hi]).weight_bits) >= MODEL.join_bits
    ]
    said = Decision.objects.binding().filter(lo__in=live, hi__in=live)
    world = pure.World(
        nodes={pk: Node(pk, key, features[pk]) for pk, (key, _, _) in live.items()},
        edges=edges,
        same=list(said.filter(verdict="same").values_list("lo_id", "hi_id")),
        different=list(said.filter(verdict="different").values_list("lo_id", "hi_id")),
        held=_held(live),
    )
    return pure.slow_twin(world)


def _held(live: Collection[int]) -> list[frozenset[int]]:
    locks: dict[UUID | None, set[int]] = defaultdict(set)
    for each in Hold.objects.binding().filter(record__in=live):
        locks[each.lock].add(each.record_id)
    return [frozenset(records) for records in locks.values()]


def _without_what_too_many_share(features: Mapping[int, Features]) -> dict[int, Features]:
    """Identifiers, e-mails, phones and houses of too many records prove nothing."""
    shared = Counter(key for each in features.values() for key in keys_of(each))
    generic = {
        key
        for (kind, key), records in shared.items()
        if kind in IDENTIFYING and records > MODEL.generic_limit(kind)
    }
    return {pk: with_values(each).telling(generic) for pk, each in features.items()}


def _pairs_that_meet(features: Mapping[int, Features]) -> Iterator[tuple[int, int]]:
    under: dict[tuple[str, str], set[int]] = defaultdict(set)
    for pk, each in features.items():
        for key in plain_keys(each):
            under[key].add(pk)
    small = [ids for (kind, _), ids in under.items() if len(ids) <= MODEL.generic_limit(kind)]
    for lo, hi in combinations(sorted(features), 2):
        if any(lo in ids and hi in ids for ids in small):
            yield lo, hi


@pytest.mark.django_db
def test_what_is_stored_is_what_the_facts_say_after_whatever_happens() -> None:
    run_state_machine_as_test(
        Household, settings=settings(max_examples=WORLDS, stateful_step_count=20)
    )


Fact = tuple[str, ReadRow]


def facts() -> st.SearchStrategy[list[Fact]]:
    """Versions of records, each at a time of its own; some are the last word of a source."""
    one = st.tuples(names, st.one_of(people, st.none()))
    return st.lists(one, min_size=4, max_size=12).map(
        lambda drawn: [
            (source, _version(key, number, who))
            for number, ((source, key), who) in enumerate(drawn)
        ]
    )


def _version(key: str, number: int, who: int | None) -> ReadRow:
    if who is None:
        return row(key, updated_at=day(number), deleted=True)
    return row(key, updated_at=day(number), **PEOPLE[who])


@pytest.mark.django_db
@given(
    facts=facts(), dice=st.randoms(use_true_random=False), answers=st.lists(chance, max_size=3)
)
@settings(max_examples=WORLDS)
def test_the_same_facts_in_another_order_and_batching_give_the_same_customers(
    facts: list[Fact], dice: Random, answers: list[int]
) -> None:
    words = [_answer(facts, number) for number in answers]

    in_order = _outcome([[fact] for fact in facts], words, Random(0))
    repeated = facts + dice.sample(facts, k=dice.randint(0, len(facts)))
    mixed = _outcome(_batches(repeated, dice), words, dice)

    assert mixed == in_order


def _answer(facts: Sequence[Fact], number: int) -> Said:
    """A verdict on two of the records, or a lock; which ones, `number` says."""
    known = sorted({(source, each.read.external_id) for source, each in facts})
    pairs = list(combinations(known, 2)) or [(known[0], known[0])]
    return frozenset(pairs[number % len(pairs)]), ("same", "different", "lock")[number % 3]


def _batches(facts: Sequence[Fact], dice: Random) -> list[list[Fact]]:
    """The facts shuffled, then cut into batches."""
    shuffled = dice.sample(facts, k=len(facts))
    cuts = sorted(dice.sample(range(1, len(shuffled)), k=dice.randint(0, len(shuffled) - 1)))
    return [
        shuffled[start:end]
        for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)
    ]


def _outcome(batches: list[list[Fact]], words: list[Said], dice: Random) -> tuple[Any, ...]:
    """Let it all happen, workers resolving now and then; return what is stored, rolled back."""
    with transaction.atomic():
        begin()
        for batch in batches:
            for source in sorted({source for source, _ in batch}):
                deliver(source, *(each for owner, each in batch if owner == source))
            if dice.random() < 0.5:
                resolve_batch(dice.randint(1, 4))
        resolve()
        _say_in_order(words)
        marks.mark_all_dirty()
        resolve()
        found = clusters(), faces(), open_cases()
        assert everything_off() == []
        transaction.set_rollback(True)
    return found


def _say_in_order(words: list[Said]) -> None:
    """People answer one after the other; what contradicts is refused alike in any world."""
    for pair, verdict in words:
        found = [
            SourceRecord.objects.get(source__slug=source, external_id=key)
            for source, key in sorted(pair)
        ]
        with suppress(DecisionRefused):
            if verdict == "lock" and found:
                lock(profile_of(found[0]))
            elif len(found) == 2:
                say(verdict, found[0], found[1])
