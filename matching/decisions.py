"""What people decide: same, not same, split, undo.

Each runs in one transaction under the component locks of the records concerned, writes its
`Decision` rows, settles the clusters, and is done when it returns.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import User
from matching.live import live_model
from matching.models import Decision, ReviewCase
from matching.models.review import NOT_OF_THE_MACHINE
from matching.preview import (
    Words,
    check,
    fingerprint,
    live_members,
    words_for_different,
    words_for_same,
    words_for_split,
)
from matching.queueing.disputes import update_disputes
from matching.receipts import Cause
from matching.refusals import AlreadyDecided, Busy, DecisionRefused, StaleView
from matching.settle import settle
from matching.signals import clusters_settled
from matching.standing import are_in_force
from matching.world import Pair, World, load_world
from profiles.locking import ComponentsKeepMoving, lock_components
from profiles.models import Profile

SAME, DIFFERENT = Decision.Verdict.SAME, Decision.Verdict.DIFFERENT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision did; `action` is what undoes it."""

    action: uuid.UUID
    receipts: int


@dataclass(frozen=True, slots=True)
class _Act:
    """One action of one person, as its rows have it."""

    kind: Decision.Kind
    decided_by: User
    reason: str = ""
    undoes: uuid.UUID | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)


@transaction.atomic
def record_decision(
    case: ReviewCase,
    *,
    lo: int,
    hi: int,
    verdict: str,
    decided_by: User,
    reason: str = "",
    seen: str = "",
) -> Outcome:
    """Answer a review case: its two records are, or are not, the same person.

    `seen` is the fingerprint of the preview the person looked at; empty skips the comparison.
    Raises a `DecisionRefused` (decided, stale, contradicting, busy) and saves nothing then.
    """
    members = _lock([lo, hi])
    if not ReviewCase.objects.open().select_for_update().filter(pk=case.pk).exists():
        raise AlreadyDecided
    _compare(seen, [lo, hi])
    world = load_world(members)
    if verdict == SAME:
        words = words_for_same(world, lo, hi, model=live_model())
    else:
        words = words_for_different(world, lo, hi)
    outcome = _say(words, members, _Act(Decision.Kind.DECIDE, decided_by, reason))
    reported = ReviewCase.objects.open().filter(pk=case.pk, reason__in=NOT_OF_THE_MACHINE)
    # The others settle as the clusters answer them.
    if reported.update(settled_at=timezone.now()):
        clusters_settled.send(sender=None, profile_ids=(), record_ids=(lo, hi))
    return outcome


@transaction.atomic
def split_records(
    profile: Profile,
    record_ids: Collection[int],
    *,
    reason: str,
    decided_by: User,
    seen: str = "",
) -> Outcome:
    """Take records out of a profile: they are another person than those that stay.

    Raises `StaleView` or `DecisionRefused`, and saves nothing then.
    """
    members = _lock(live_members(profile))
    own = live_members(profile)
    _compare(seen, own)
    words = words_for_split(own, record_ids)
    return _say(words, members, _Act(Decision.Kind.SPLIT, decided_by, reason))


@transaction.atomic
def record_words(
    record_ids: Collection[int],
    words_of: Callable[[World], Words],
    *,
    decided_by: User,
    reason: str = "",
    seen: str = "",
    kind: Decision.Kind = Decision.Kind.DECIDE,
) -> Outcome:
    """Say several things of some records as one action; `words_of` says what, under the locks.

    Open reports between these records count as answered. Raises a `DecisionRefused` (stale,
    busy, and what `words_of` raises) and saves nothing then.
    """
    members = _lock(record_ids)
    _compare(seen, record_ids)
    words = words_of(load_world(members))
    outcome = _say(words, members, _Act(kind, decided_by, reason))
    reported = ReviewCase.objects.open().filter(
        reason=ReviewCase.Reason.REPORTED, lo__in=record_ids, hi__in=record_ids
    )
    if reported.update(settled_at=timezone.now()):
        clusters_settled.send(sender=None, profile_ids=(), record_ids=record_ids)
    return outcome


@transaction.atomic
def undo(action: uuid.UUID, *, decided_by: User) -> Outcome:
    """Take an action back: each of its pairs gets the verdict it had before.

    Raises `DecisionRefused` where there is nothing to take back, where a later decision stands
    on one of the pairs, or where the earlier verdict contradicts what was said since.
    """
    pairs = Decision.objects.filter(action=action).values_list("lo_id", "hi_id")
    members = _lock({pk for pair in pairs for pk in pair})
    rows = list(Decision.objects.filter(action=action).select_related("supersedes"))
    if not rows or rows[0].kind == Decision.Kind.UNDO:
        raise DecisionRefused(_("There is nothing to undo."))
    if problem := _why_not_undone(action, rows):
        raise DecisionRefused(problem)
    verdicts = {(row.lo_id, row.hi_id): _earlier(row) for row in rows}
    world = load_world(members)
    said = Words(
        same=frozenset(pair for pair, verdict in verdicts.items() if verdict == SAME),
        different=frozenset(pair for pair, verdict in verdicts.items() if verdict == DIFFERENT),
    )
    check(world.without_decisions(verdicts), said, newest=next(iter(verdicts)))
    act = _Act(Decision.Kind.UNDO, decided_by, undoes=action)
    _write(verdicts, act)
    receipts = _settle(members, act)
    update_disputes(verdicts)
    return Outcome(act.id, receipts)


def _why_not_undone(action: uuid.UUID, rows: Sequence[Decision]) -> str:
    """Why an action cannot be taken back now; empty where it can. At most two queries."""
    if all(row.superseded_at is None for row in rows):
        return ""
    if Decision.objects.filter(undoes=action).exists():
        return _("This was undone already.")
    if are_in_force(rows):
        return ""
    return _("A later decision on these records replaced this one. Undo that one first.")


def _earlier(row: Decision) -> str:
    return row.supersedes.verdict if row.supersedes else Decision.Verdict.NONE


def _lock(record_ids: Collection[int]) -> dict[int, int]:
    try:
        return lock_components(record_ids)
    except ComponentsKeepMoving as error:
        raise Busy from error


def _compare(seen: str, record_ids: Collection[int]) -> None:
    if seen and seen != fingerprint(record_ids):
        raise StaleView


def _say(words: Words, members: Collection[int], act: _Act) -> Outcome:
    verdicts = dict.fromkeys(words.same, SAME.value)
    verdicts |= dict.fromkeys(words.different, DIFFERENT.value)
    _write(verdicts, act)
    receipts = _settle(members, act)
    update_disputes(verdicts)
    return Outcome(act.id, receipts)


def _write(verdicts: dict[Pair, str], act: _Act) -> None:
    """Add one row per pair; the row that stood before is superseded, never edited away."""
    ends = {pk for pair in verdicts for pk in pair}
    current = {
        (row.lo_id, row.hi_id): row
        for row in Decision.objects.current().filter(lo__in=ends, hi__in=ends)
        if (row.lo_id, row.hi_id) in verdicts
    }
    now = timezone.now()
    ids = [row.pk for row in current.values()]
    Decision.objects.filter(pk__in=ids).update(superseded_at=now)
    Decision.objects.bulk_create(
        [
            Decision(
                lo_id=lo,
                hi_id=hi,
                verdict=verdict,
                action=act.id,
                kind=act.kind,
                undoes=act.undoes,
                reason=act.reason,
                decided_by=act.decided_by,
                decided_at=now,
                supersedes=current.get((lo, hi)),
            )
            for (lo, hi), verdict in sorted(verdicts.items())
        ]
    )


def _settle(members: Collection[int], act: _Act) -> int:
    cause = Cause(action=act.id, actor=act.decided_by)
    return settle(members, model=live_model(), cause=cause)
