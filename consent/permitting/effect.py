"""What a decision would change in what customers allow, worked out before it is made.

Computed by the same rule, and from the same solution of clusters and open questions, as the
permissions that follow the decision.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

from django.db.models import Count
from django.utils import timezone

from c360.showing import Action
from consent.models import AccessEntry, LedgerEntry, Purpose
from consent.permitting.evidence import customers_of, rules_now, with_statements
from consent.permitting.facts import Answer, Customer, Held, Rules
from consent.permitting.fold import effective
from matching.cases import pairs_asked
from matching.deciding.preview import (
    Preview,
    changed_groups,
    ordered,
    preview_words,
    words_for_same,
    world_around,
)
from matching.live import live_model
from matching.models import ReviewCase
from matching.models.review import NOT_OF_THE_MACHINE
from matching.world import Pair, Solution, World
from profiles.models import Membership

Customers = dict[str, Customer]
LATELY = timedelta(days=90)
OPENED = (Action.VIEW, Action.REVEAL, Action.CHANGE)


@dataclass(frozen=True, slots=True)
class Change:
    """One purpose and channel that a decision would change for either side."""

    purpose: Purpose
    channel: LedgerEntry.Channel
    left: Answer
    right: Answer
    after: Answer


@dataclass(frozen=True, slots=True)
class Effect:
    """The customers a decision touches, by profile id, as they are and as they would be."""

    before: dict[str, Customer]
    after: dict[str, Customer]
    left: str
    right: str
    joined: str


def effect_of_same(case: ReviewCase) -> Effect:
    """What saying that the two records of a case are one person would do.

    Raises `DecisionRefused` where it cannot be said. Reads without locks, writes nothing.
    """
    ends, model = (case.lo_id, case.hi_id), live_model()
    world = world_around(ends)
    said = words_for_same(world, *ends, model=model)
    planned = preview_words(world, said, model, of=ends)
    before, after = worlds_of(planned, case=case)
    return Effect(
        before=before,
        after=after,
        left=world.members[case.lo_id].stands[0],
        right=world.members[case.hi_id].stands[0],
        joined=planned.solution.profile_of[case.lo_id],
    )


def pairs_that_change(pairs: Collection[Pair], then: World, solution: Solution) -> set[Pair]:
    """Those of some pairs whose joining would change an answer for either of the two.

    `then` is the world in which all of them are the same, and `solution` what it comes to. A
    constant number of queries.
    """
    if not pairs:
        return set()
    now = then.profiles_now()
    before = customers_of({*now.values(), *solution.profile_of.values()})
    after = _after(before, then, solution)
    asked, rules = list(Purpose.objects.asked()), rules_now()
    effects = {
        (lo, hi): Effect(before, after, now[lo], now[hi], solution.profile_of[lo])
        for lo, hi in pairs
    }
    moment = timezone.now()
    return {pair for pair, each in effects.items() if _changes(each, asked, rules, moment)}


def worlds_of(
    planned: Preview, *, case: ReviewCase | None = None
) -> tuple[Customers, Customers]:
    """The customers a plan touches as they are and as they would be, by profile id.

    `case` is the question that is answered by it, if one is. Twelve queries at most.
    """
    then, solution = planned.then, planned.solution
    now = {member.stands[0] for member in then.members.values()}
    before = customers_of({*now, *solution.profile_of.values()})
    return before, _after(before, then, solution, case)


@dataclass(frozen=True, slots=True)
class Permission:
    """One purpose and channel of a customer a plan would leave: the answer then, and those of
    now of the customers its records come from."""

    purpose: Purpose
    channel: LedgerEntry.Channel
    before: tuple[Answer, ...]
    after: Answer

    @property
    def changes(self) -> bool:
        """Some of its records were under another answer."""
        return any(each.allowed != self.after.allowed for each in self.before)

    @property
    def was_allowed(self) -> bool:
        """It was allowed for some of its records."""
        return any(each.allowed for each in self.before)


def permissions_after(
    planned: Preview, *, case: ReviewCase | None = None, at: datetime | None = None
) -> dict[str, list[Permission]]:
    """What each customer that a plan changes or makes would allow, by profile id.

    Only what is allowed then, or was for some of its records.
    """
    before, after = worlds_of(planned, case=case)
    rules, moment = rules_now(), at or timezone.now()
    asked = list(product(Purpose.objects.asked().order_by("name", "key"), LedgerEntry.Channel))
    home = {pk: member.stands[0] for pk, member in planned.then.members.items()}

    def found(profile: str, origins: Collection[str]) -> Iterator[Permission]:
        for purpose, channel in asked:
            answers = [
                _ask(customer, purpose.key, channel, moment, rules)
                for customer in (*map(before.get, origins), after.get(profile))
            ]
            each = Permission(purpose, channel, tuple(answers[:-1]), answers[-1])
            if each.after.allowed or each.was_allowed:
                yield each

    _gone, left = changed_groups(planned)
    return {
        group.profile_id: list(
            found(group.profile_id, sorted({home[pk] for pk in group.record_ids}))
        )
        for group in left
    }


def changes_by(effect: Effect, *, at: datetime | None = None) -> list[Change]:
    """Purposes and channels whose answer would be another for either of the two. Queries: 3."""
    purposes = Purpose.objects.asked().order_by("name", "key")
    return _changes(effect, purposes, rules_now(), at or timezone.now())


def _changes(
    effect: Effect, purposes: Iterable[Purpose], rules: Rules, moment: datetime
) -> list[Change]:
    found = []
    for purpose in purposes:
        for channel in LedgerEntry.Channel:
            left, right, after = (
                _ask(customer, purpose.key, channel, moment, rules)
                for customer in (
                    effect.before.get(effect.left),
                    effect.before.get(effect.right),
                    effect.after.get(effect.joined),
                )
            )
            if {left.allowed, right.allowed} != {after.allowed}:
                found.append(Change(purpose, channel, left, right, after))
    return found


def readers_of(effect: Effect) -> int:
    """How many people lately opened one of the customers that would become one. One query.

    Each of them may see what the others have once they are joined.
    """
    records = set(effect.after[effect.joined].joined)
    joining = [pk for pk, each in effect.before.items() if records & set(each.joined)]
    opened = AccessEntry.objects.filter(
        profiles__overlap=joining, action__in=OPENED, at__gt=timezone.now() - LATELY
    )
    found = opened.exclude(actor=None).aggregate(n=Count("actor", distinct=True))
    return int(found["n"])


def _ask(
    customer: Customer | None, purpose: str, channel: str, at: datetime, rules: Rules
) -> Answer:
    nobody = customer or Customer(joined={}, held={})
    return effective(nobody, purpose=purpose, channel=channel, at=at, rules=rules)


def _after(
    before: Mapping[str, Customer],
    then: World,
    solution: Solution,
    case: ReviewCase | None = None,
) -> dict[str, Customer]:
    """The customers as they would be: records dealt out anew, with the ties that would stay.

    A `case` that a person opened is answered by the decision; the machine's settle themselves.
    """
    groups = solution.groups()
    tied = _ties(_open_then(then, solution, case), solution, groups)
    dealt = {
        profile: replace(_dealt(before.values(), records), tied=frozenset(tied[profile]))
        for profile, records in groups.items()
    }
    confirmed = {
        profile: [pair for pair in then.same if set(pair) <= set(records)]
        for profile, records in groups.items()
    }
    return {
        profile: replace(customer, confirmed=confirmed[profile])
        for profile, customer in with_statements(dealt).items()
    }


def _dealt(customers: Iterable[Customer], records: Collection[int]) -> Customer:
    """A customer of these records, with what each of them has."""
    joined: dict[int, bool] = {}
    held: dict = {}
    own = set(records)
    for customer in customers:
        joined |= {pk: is_live for pk, is_live in customer.joined.items() if pk in own}
        for point, each in customer.held.items():
            if kept := each.records & own:
                had = held.get(point)
                held[point] = Held(each.kind, kept | (had.records if had else frozenset()))
    return Customer(joined=joined, held=held)


def _open_then(then: World, solution: Solution, case: ReviewCase | None) -> set[Pair]:
    """Pairs of records that people would still be asked about.

    A report asks only as long as its two records are together.
    """
    ends = set(then.members)
    reported = ReviewCase.objects.open().filter(reason__in=NOT_OF_THE_MACHINE)
    reported = reported.exclude(reason=ReviewCase.Reason.REPORTED, lo__in=ends, hi__in=ends)
    if case is not None:
        reported = reported.exclude(pk=case.pk)
    told = {
        ordered(lo, hi)
        for side in ("lo__in", "hi__in")
        for lo, hi in reported.filter(**{side: ends}).values_list("lo_id", "hi_id")
    }
    return pairs_asked(then, solution) | told


def _ties(
    pairs: Collection[Pair], solution: Solution, groups: Mapping[str, Collection[int]]
) -> defaultdict[str, set[int]]:
    """Profile to the records of others that open questions would tie to it. Two queries."""
    outside = {pk for pair in pairs for pk in pair if pk not in solution.profile_of}
    home = dict(
        Membership.objects.filter(record__in=outside).values_list("record_id", "profile_id")
    )
    siblings: dict[str, set[int]] = {profile: set(ids) for profile, ids in groups.items()}
    others = Membership.objects.filter(profile__in=set(home.values()))
    for record, profile in others.values_list("record_id", "profile_id"):
        siblings.setdefault(profile, set()).add(record)
    at = {**home, **solution.profile_of}
    tied: defaultdict[str, set[int]] = defaultdict(set)
    for lo, hi in pairs:
        if at[lo] != at[hi]:
            tied[at[lo]] |= siblings[at[hi]]
            tied[at[hi]] |= siblings[at[lo]]
    return tied
