"""Locking a customer as it is: what a steward says, takes off, and takes back.

Nothing joins a locked customer and nothing leaves it by itself. People still decide: what they
mark as the same person joins it; what they would tell apart inside is refused until the lock is
off.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from c360.models import User
from matching.core.clustering import contradiction
from matching.deciding.acts import (
    Act,
    Outcome,
    compare_seen,
    open_world,
    settle_for,
    write_words,
)
from matching.deciding.preview import (
    Preview,
    Words,
    live_members,
    ordered,
    preview_words,
    world_around,
)
from matching.live import live_model
from matching.models import Hold
from matching.refusals import Contradiction, DecisionRefused, NeedsSecondPerson
from matching.second_person.reading import cautions_for
from matching.standing import left_standing
from matching.world import Pair, World
from profiles.models import Profile

LockOf = Mapping[int, str]  # record to the lock that holds it; empty for none


@transaction.atomic
def lock_customer(
    profile: Profile, *, reason: str, decided_by: User, seen: str = ""
) -> Outcome:
    """Hold the live records of a profile together, and everybody else out.

    A lock that held some of them before is replaced. Raises `DecisionRefused` (stale, busy,
    no reason, locked already) and `Contradiction` where people told some of them apart, also
    through records that are gone; saves nothing then.
    """
    world, lock = open_world(live_members(profile)), str(uuid.uuid4())
    own = live_members(profile)
    compare_seen(seen, own)
    _ask_lockable(world, own, reason)
    held = [pk for old in locks_of(world, own) for pk in world.held[old]]
    said = dict.fromkeys(held, "") | dict.fromkeys(own, lock)
    check_held(world.with_holds(said), lock)
    return _say(said, world, Act(Hold.Kind.LOCK, decided_by, reason))


def _ask_lockable(world: World, own: Collection[int], reason: str) -> None:
    if not own:
        raise DecisionRefused(_("This customer has no records any more."))
    if not reason.strip():
        raise DecisionRefused(_("Say why: the reason is kept with the lock."))
    if any(set(own) <= held for held in world.held.values()):
        raise DecisionRefused(_("This customer is locked already."))


@transaction.atomic
def unlock_customer(
    profile: Profile, *, decided_by: User, reason: str = "", seen: str = ""
) -> Outcome:
    """Take every lock off a profile: links join and part its records again.

    Raises `DecisionRefused` (stale, busy, not locked), and `NeedsSecondPerson` where what would
    join by itself then is what one person alone may not join.
    """
    world = open_world(live_members(profile))
    own = live_members(profile)
    compare_seen(seen, own)
    said = _taken_off(world, own)
    _ask_cautions(preview_words(world.with_holds(said), Words(), live_model(), of=own))
    return _say(said, world, Act(Hold.Kind.UNLOCK, decided_by, reason))


def preview_unlock(profile: Profile) -> Preview:
    """What taking the locks off a profile would do. Raises `DecisionRefused`."""
    own = live_members(profile)
    world = world_around(own)
    then = world.with_holds(_taken_off(world, own))
    return preview_words(then, Words(), live_model(), of=own)


def cautions_of_unlock(planned: Preview) -> list[str]:
    """Why one person alone may not bring about what a lock held off; empty where none."""
    return cautions_for(planned) if settings.C360_FOUR_EYES else []


@transaction.atomic
def undo_lock(action: uuid.UUID, *, decided_by: User) -> Outcome:
    """Take a lock, or its end, back: each record is held by what held it before.

    Raises `DecisionRefused` where there is nothing to take back, where something later stands
    on one of the records, and where that contradicts what was said since.
    """
    ids = Hold.objects.filter(action=action).values_list("record_id", flat=True)
    world = open_world(set(ids))
    rows = list(Hold.objects.filter(action=action).select_related("supersedes"))
    if rows[0].kind == Hold.Kind.UNDO:
        raise DecisionRefused(_("There is nothing to undo."))
    if problem := _why_not_undone(action, rows):
        raise DecisionRefused(problem)
    said = {row.record_id: str((row.supersedes and row.supersedes.lock) or "") for row in rows}
    then = world.with_holds(said)
    for lock in {*said.values()} - {""}:
        check_held(then, lock)
    _ask_cautions(preview_words(then, Words(), live_model(), of=list(said)))
    return _say(said, world, Act(Hold.Kind.UNDO, decided_by, undoes=action))


def _why_not_undone(action: uuid.UUID, rows: Sequence[Hold]) -> str:
    """Why it cannot be taken back now; empty where it can. At most two queries."""
    if all(row.superseded_at is None for row in rows):
        return ""
    if Hold.objects.filter(undoes=action).exists():
        return _("This was undone already.")
    first = {row.record_id: row.pk for row in rows}
    since: dict[int, list[Hold]] = {}
    for row in Hold.objects.filter(record__in=first, pk__gt=min(first.values())).order_by("pk"):
        if row.pk > first[row.record_id]:
            since.setdefault(row.record_id, []).append(row)
    if not any(left_standing(each) for each in since.values()):
        return ""
    return _("A later decision on these records replaced this one. Undo that one first.")


def locks_on(record_ids: Collection[int]) -> list[Hold]:
    """The words that locked some of these records and still hold them, oldest first. One
    query; of each lock its first row."""
    held = Hold.objects.binding().filter(record__in=record_ids).values("lock")
    words = Hold.objects.filter(kind=Hold.Kind.LOCK, lock__in=held).order_by("lock", "pk")
    found = words.distinct("lock").select_related("decided_by")
    return sorted(found, key=lambda row: row.pk)


def held_among(record_ids: Collection[int]) -> set[int]:
    """Of these records those that a lock holds. One query."""
    rows = Hold.objects.binding().filter(record__in=record_ids)
    return set(rows.values_list("record_id", flat=True))


def locks_of(world: World, record_ids: Collection[int]) -> list[str]:
    """The locks that hold some of these records."""
    return sorted(lock for lock, held in world.held.items() if held & set(record_ids))


def check_held(world: World, lock: str) -> None:
    """Raise `Contradiction` where the records of a lock cannot all be one customer."""
    chain = contradiction(world.same, world.different, world.held.values())
    if chain is None:
        return
    held = world.held[lock]
    for place, (one, other) in enumerate(pairwise(chain)):
        if {one, other} <= held and ordered(one, other) not in world.same:
            raise Contradiction(chain[place::-1] + chain[:place:-1])
    raise Contradiction(chain)


def ask_unlocked(world: World, pairs: Collection[Pair]) -> None:
    """Refuse to take back a "same" that a later lock has made part of its customer."""
    for lo, hi in sorted(pairs):
        if (lo, hi) in world.same and any({lo, hi} <= held for held in world.held.values()):
            raise DecisionRefused(
                _("This customer was locked since. Take the lock off before you undo this.")
            )


def _taken_off(world: World, own: Collection[int]) -> LockOf:
    """Nothing for every record of the locks of a customer. Raises `DecisionRefused`."""
    locks = locks_of(world, own)
    if not locks:
        raise DecisionRefused(_("This customer is not locked any more."))
    return dict.fromkeys(sorted({pk for lock in locks for pk in world.held[lock]}), "")


def _ask_cautions(planned: Preview) -> None:
    if cautions := cautions_of_unlock(planned):
        raise NeedsSecondPerson(cautions)


def _say(said: LockOf, world: World, act: Act) -> Outcome:
    """Add one row for each record, and settle."""
    current = {row.record_id: row for row in Hold.objects.current().filter(record__in=said)}
    locks = {pk: {"record_id": pk, "lock": lock or None} for pk, lock in said.items()}
    write_words(Hold, locks, current, act)
    return settle_for(act, world.with_holds(said), live_model())
