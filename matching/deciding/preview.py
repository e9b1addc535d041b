"""What a decision would do, worked out before it is made.

Preview and decision plan with the same functions, so what was shown is what happens.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from c360.sql.arrays import id_array
from c360.sql.prepared import ask
from matching.core.clustering import contradiction
from matching.core.model import MatchModel
from matching.live import live_model
from matching.refusals import Contradiction, DecisionRefused
from matching.world import Pair, Solution, World, load_world, solve
from profiles.models import Membership, Profile

MOST_SPLIT_PAIRS = 2500  # decisions one split may write


@dataclass(frozen=True, slots=True)
class Group:
    """Live records of one profile, ascending."""

    profile_id: str
    record_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The groups of the records concerned, now and after; `fingerprint` is of now.

    `then` is the world with what would be said, `solution` what it comes to.
    """

    before: list[Group]
    after: list[Group]
    fingerprint: str
    then: World
    solution: Solution
    model: MatchModel


@dataclass(frozen=True, slots=True)
class Words:
    """What a decision says of pairs `(lo, hi)`."""

    same: frozenset[Pair] = frozenset()
    different: frozenset[Pair] = frozenset()


def ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def preview(*, same: Collection[Pair]) -> Preview:
    """What saying that these pairs are the same would do. Raises `Contradiction`."""
    ends = {pk for pair in same for pk in pair}
    world, model = world_around(ends), live_model()
    words = [words_for_same(world, lo, hi, model=model) for lo, hi in same]
    said = Words(same=frozenset(pair for each in words for pair in each.same))
    return preview_words(world, said, model, of=ends)


def preview_different(lo: int, hi: int) -> Preview:
    """What saying that two records are not the same would do. Raises `Contradiction`."""
    world = world_around([lo, hi])
    words = words_for_different(world, lo, hi)
    return preview_words(world, words, live_model(), of=[lo, hi])


def preview_split(profile: Profile, record_ids: Collection[int]) -> Preview:
    """What taking records out of a profile would do. Raises `DecisionRefused`."""
    members = live_members(profile)
    world, model = world_around(members), live_model()
    words = words_for_split(members, record_ids, held=world.held.values())
    return preview_words(world, words, model, of=members)


def preview_words(
    world: World, words: Words, model: MatchModel, *, of: Collection[int]
) -> Preview:
    """What saying these words would do, seen from the records `of`."""
    then = world.with_decisions(same=words.same, different=words.different)
    solution = solve(then, model)
    return Preview(
        before=_groups(world, world.profiles_now()),
        after=_groups(world, solution.profile_of),
        fingerprint=fingerprint_in(world, of),
        then=then,
        solution=solution,
        model=model,
    )


def changed_groups(planned: Preview) -> tuple[list[Group], list[Group]]:
    """The groups that differ between before and after; the same records on both sides."""
    before = [group for group in planned.before if group not in planned.after]
    after = [group for group in planned.after if group not in planned.before]
    return before, after


def moved_records(before: Iterable[Group], after: Iterable[Group]) -> list[int]:
    """Records that will answer to another profile."""
    old = {pk: group.profile_id for group in before for pk in group.record_ids}
    return [pk for group in after for pk in group.record_ids if old.get(pk) != group.profile_id]


# An array, so that rows are looked up by their index however many are expected.
AROUND = """
SELECT record_id FROM profiles_membership WHERE component = ANY(ARRAY(
    SELECT component FROM profiles_membership WHERE record_id = ANY(%s::bigint[])
))
"""


def world_around(record_ids: Collection[int]) -> World:
    """The complete components of these records, read without locks."""
    return load_world([pk for (pk,) in ask(AROUND, [id_array(record_ids)])])


def live_members(profile: Profile) -> list[int]:
    """The live records of a profile, ascending. One query."""
    rows = profile.memberships.filter(record__deleted_at=None, record__erased_at=None)
    return list(rows.order_by("record_id").values_list("record_id", flat=True))


def _groups(world: World, profile_of: dict[int, str]) -> list[Group]:
    groups: dict[str, list[int]] = {}
    for record_id in sorted(world.live_nodes()):
        groups.setdefault(profile_of[record_id], []).append(record_id)
    return [Group(profile, tuple(ids)) for profile, ids in sorted(groups.items())]


def words_for_same(world: World, lo: int, hi: int, *, model: MatchModel) -> Words:
    """What "same" says: these two, and whoever would otherwise be left behind.

    A guard that keeps the two apart would, once they are joined by a person's word, throw out
    the records on either side that it objects to. "These two customers are one" is what the
    person meant, so those records are held by the same word. Raises `Contradiction`.
    """
    wanted = ordered(lo, hi)
    check(world, Words(same=frozenset([wanted])), newest=wanted)
    now, kept = solve(world, model), {wanted}
    while True:
        then = solve(world.with_decisions(same=kept), model)
        lost = {*_left_behind(now, then, lo), *_left_behind(now, then, hi)} - kept
        if not lost:
            return Words(same=frozenset(kept))
        if _chain_against(world, Words(same=frozenset(kept | lost))):
            return Words(same=frozenset([wanted]))  # a person told some apart: so be it
        kept |= lost


def _left_behind(now: Solution, then: Solution, record_id: int) -> Iterable[Pair]:
    return [
        ordered(record_id, other)
        for other, profile in now.profile_of.items()
        if profile == now.profile_of[record_id]
        and then.profile_of[other] != then.profile_of[record_id]
    ]


def words_for_different(world: World, lo: int, hi: int) -> Words:
    """What "not same" says: these two. Raises `Contradiction`."""
    words = Words(different=frozenset([ordered(lo, hi)]))
    check(world, words, newest=ordered(lo, hi))
    return words


def words_for_split(
    members: Collection[int],
    leaving: Collection[int],
    *,
    held: Iterable[Collection[int]] = (),
) -> Words:
    """What a split says: each record that leaves is not the person of those that stay.

    Earlier words of "same" between the two sides are replaced. Raises `DecisionRefused`; a
    `Contradiction` where some of `held`, records locked together, would leave and some stay.
    """
    stay, leave = set(members) - set(leaving), set(leaving)
    if not leave or not leave <= set(members):
        raise DecisionRefused(_("These records are no longer part of this customer."))
    if not stay:
        raise DecisionRefused(_("At least one record must stay."))
    if len(stay) * len(leave) > MOST_SPLIT_PAIRS:
        raise DecisionRefused(_("Too many records for one split. Take fewer out at a time."))
    for each in held:
        if not leave.isdisjoint(each) and not stay.isdisjoint(each):
            raise Contradiction([min(leave & set(each)), min(stay & set(each))])
    return Words(different=frozenset(ordered(a, b) for a in leave for b in stay))


def check(world: World, words: Words, *, newest: Pair) -> None:
    """Raise `Contradiction` where words cannot be true beside those of the world."""
    chain = _chain_against(world, words)
    if chain:
        raise Contradiction(_from_end_to_end(chain, newest))


def _chain_against(world: World, words: Words) -> list[int] | None:
    said = world.with_decisions(same=words.same, different=words.different)
    return contradiction(said.same, said.different, said.held.values())


def _from_end_to_end(chain: list[int], newest: Pair) -> list[int]:
    """Turn a chain that leads over the new word into one that leads around it."""
    for place in range(len(chain) - 1):
        if ordered(chain[place], chain[place + 1]) == newest:
            return chain[place::-1] + chain[:place:-1]
    return chain


def fingerprint(record_ids: Collection[int]) -> str:
    """A hash of who is in the profiles of these records, and in which version. One query."""
    profiles = Membership.objects.filter(record__in=record_ids).values("profile")
    rows = Membership.objects.filter(profile__in=profiles).order_by("record_id")
    return _hashed(rows.values_list("record_id", "profile_id", "record__version"))


def fingerprint_in(world: World, record_ids: Collection[int]) -> str:
    """The same hash of what a world holds: all records of a profile are in one component."""
    profiles = {world.members[pk].stands[0] for pk in record_ids if pk in world.members}
    return _hashed(
        (pk, member.stands[0], member.version)
        for pk, member in sorted(world.members.items())
        if member.stands[0] in profiles
    )


def _hashed(seen: Iterable[tuple[int, str, int]]) -> str:
    return hashlib.sha256(repr(list(seen)).encode()).hexdigest()[:32]
