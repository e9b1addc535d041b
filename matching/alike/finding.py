"""The pairs that are alike in everything, so that one answer may be given to all of them.

Alike are open questions of one reason and detail, between records of the same two sources, that
reach the same level in every comparison under one version of the model. Each is about two
customers of whom nothing else is asked and nothing was ever said, and joining them is exactly
that: two become one, no second person is needed, and no app objects.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from c360.models import User
from c360.sql.prepared import ask
from matching.alike.objections import objected
from matching.core.model import MatchModel
from matching.deciding.preview import (
    Preview,
    Words,
    changed_groups,
    moved_records,
    preview_words,
    words_for_same,
    world_around,
)
from matching.live import live_model
from matching.models import ReviewCase
from matching.models.review import NOT_OF_THE_MACHINE
from matching.queueing.order import RESERVED
from matching.refusals import DecisionRefused
from matching.review import with_records
from matching.second_person.reading import cautions_for
from matching.world import Pair, World, solve
from profiles.models import Event

MOST = 50

LOOKING_ALIKE = """
SELECT c.id FROM matching_reviewcase asked
JOIN matching_link told ON told.lo_id = asked.lo_id AND told.hi_id = asked.hi_id
JOIN profiles_sourcerecord asked_lo ON asked_lo.id = asked.lo_id
JOIN profiles_sourcerecord asked_hi ON asked_hi.id = asked.hi_id
JOIN matching_reviewcase c ON c.settled_at IS NULL
    AND c.reason = asked.reason AND c.detail = asked.detail
JOIN matching_link own ON own.lo_id = c.lo_id AND own.hi_id = c.hi_id
    AND own.levels = told.levels AND own.model_version_id = told.model_version_id
JOIN profiles_sourcerecord lo ON lo.id = c.lo_id
    AND lo.source_id IN (asked_lo.source_id, asked_hi.source_id)
JOIN profiles_sourcerecord hi ON hi.id = c.hi_id
    AND hi.source_id = asked_lo.source_id + asked_hi.source_id - lo.source_id
JOIN profiles_membership low ON low.record_id = c.lo_id
JOIN profiles_membership high ON high.record_id = c.hi_id
    AND high.profile_id <> low.profile_id
WHERE asked.id = %(case)s AND asked.settled_at IS NULL
AND asked.reason <> ALL(%(looked_at_alone)s::varchar[]) AND told.levels <> '{}'
AND NOT c.has_complaint AND coalesce(c.snoozed_until <= %(now)s, true)
AND (c.assigned_to_id IS NULL OR c.assigned_to_id = %(user)s
    OR c.assigned_at <= %(reserved)s)
AND (coalesce(c.claimed_until <= %(now)s, true) OR c.claimed_by_id = %(user)s)
AND NOT EXISTS (
    SELECT FROM matching_proposal p WHERE p.case_id = c.id AND p.answered_at IS NULL)
AND NOT EXISTS (
    SELECT FROM profiles_membership m
    CROSS JOIN LATERAL (
        SELECT id FROM matching_reviewcase WHERE lo_id = m.record_id AND settled_at IS NULL
        UNION ALL
        SELECT id FROM matching_reviewcase WHERE hi_id = m.record_id AND settled_at IS NULL
    ) other
    WHERE m.profile_id IN (low.profile_id, high.profile_id) AND other.id <> c.id)
ORDER BY c.id <> asked.id, c.weight_bits DESC, c.id
LIMIT %(most)s
"""


@dataclass(frozen=True)
class Alike:
    """One of the pairs. `seen` is the fingerprint of its world; `moving` change customer."""

    case: ReviewCase
    seen: str
    records: int
    moving: tuple[int, ...]


def looking_alike(case: ReviewCase, user: User) -> list[int]:
    """Cases with the evidence of this one, itself first; not yet proven alike. One query."""
    now = timezone.now()
    parameters = {
        "case": case.pk,
        "user": user.pk,
        "now": now,
        "reserved": now - RESERVED,
        "looked_at_alone": [reason.value for reason in NOT_OF_THE_MACHINE],
        "most": MOST,
    }
    return [pk for (pk,) in ask(LOOKING_ALIKE, parameters)]


def alike_to(case: ReviewCase, user: User) -> list[Alike]:
    """The pairs that are provably alike, this one first; none where it stands alone.

    At most `MOST` of them, in a constant number of queries.
    """
    ids = looking_alike(case, user)
    if len(ids) < 2 or ids[0] != case.pk:
        return []
    cases = with_records(ReviewCase.objects.all()).in_bulk(ids)
    found = _proven([cases[pk] for pk in ids if pk in cases])
    return found if len(found) > 1 and found[0].case.pk == case.pk else []


def _proven(cases: Sequence[ReviewCase]) -> list[Alike]:
    pairs = {(case.lo_id, case.hi_id): case for case in cases}
    world, model = world_around([pk for pair in pairs for pk in pair]), live_model()
    apart = _by_component(world)
    events = _events_of(world.members)
    plans = {
        pair: plan
        for pair in pairs
        if (plan := _plan(_around(pair, world, apart), pair, model))
        and not cautions_for(plan, events=lambda ids: sum(events.get(pk, 0) for pk in ids))
    }
    then = world.with_decisions(same=plans)
    refused = objected(plans.keys(), then, solve(then, model))
    return [_alike(pairs[pair], plan) for pair, plan in plans.items() if pair not in refused]


def _by_component(world: World) -> Mapping[int, list[int]]:
    members: dict[int, list[int]] = defaultdict(list)
    for pk, member in world.members.items():
        members[member.stands[1]].append(pk)
    return members


def _around(pair: Pair, world: World, members: Mapping[int, list[int]]) -> World:
    """The part of a world that hangs together with a pair."""
    components = {world.members[pk].stands[1] for pk in pair}
    own = {pk for component in components for pk in members[component]}
    return World(
        members={pk: world.members[pk] for pk in sorted(own)},
        edges=[edge for edge in world.edges if edge.lo in own],
        same={each for each in world.same if each[0] in own},
        different={each for each in world.different if each[0] in own},
        mentioned=frozenset(each for each in world.mentioned if each[0] in own),
        held={lock: each & own for lock, each in world.held.items() if each & own},
    )


def _plan(world: World, pair: Pair, model: MatchModel) -> Preview | None:
    """What joining a pair would do; nothing where it is more than joining these two."""
    if not all(pk in world.live_nodes() for pk in pair):
        return None
    if _was_mentioned(world, pair) or _is_locked(world, pair):
        return None
    try:
        words = words_for_same(world, *pair, model=model)
    except DecisionRefused:
        return None
    if words != Words(same=frozenset([pair])):
        return None
    planned = preview_words(world, words, model, of=pair)
    before, after = changed_groups(planned)
    return planned if (len(before), len(after)) == (2, 1) else None


def _was_mentioned(world: World, pair: Pair) -> bool:
    """Whether people have ever said anything across the two customers."""
    profiles = world.profiles_now()
    own = {profiles[pk] for pk in pair}
    return any({profiles[lo], profiles[hi]} == own for lo, hi in world.mentioned)


def _is_locked(world: World, pair: Pair) -> bool:
    """Whether somebody has locked one of the two customers: then it is looked at alone."""
    profiles = world.profiles_now()
    own = {profiles[pk] for pk in pair}
    return any(profiles[pk] in own for each in world.held.values() for pk in each)


def _events_of(record_ids: Iterable[int]) -> dict[int, int]:
    """The number of events of each record that has any. One query."""
    rows = Event.objects.filter(record__in=list(record_ids)).values_list("record_id")
    return dict(rows.annotate(n=Count("pk")).order_by())


def _alike(case: ReviewCase, plan: Preview) -> Alike:
    before, after = changed_groups(plan)
    return Alike(
        case=case,
        seen=plan.fingerprint,
        records=sum(len(group.record_ids) for group in after),
        moving=tuple(moved_records(before, after)),
    )
