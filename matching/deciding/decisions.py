"""What people decide: same, not same, split, undo.

Each runs in one transaction under the component locks of the records concerned, writes its
`Decision` rows, settles the clusters, and is done when it returns.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import User
from c360.sql.prepared import ask
from matching.core.model import MatchModel
from matching.deciding import holds
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
    check,
    fingerprint_in,
    live_members,
    preview_words,
    words_for_different,
    words_for_same,
    words_for_split,
)
from matching.live import live_model
from matching.models import Decision, Hold, ReviewCase
from matching.models.review import NOT_OF_THE_MACHINE
from matching.queueing.disputes import update_disputes
from matching.refusals import AlreadyDecided, DecisionRefused, StaleView
from matching.signals import clusters_settled
from matching.standing import are_in_force
from matching.world import Pair, World
from profiles.models import Profile

LOCK_OPEN = """
SELECT reason FROM matching_reviewcase WHERE id = %s AND settled_at IS NULL FOR UPDATE
"""
SAME, DIFFERENT = Decision.Verdict.SAME, Decision.Verdict.DIFFERENT


@dataclass(frozen=True)
class Answer:
    """What answering a case would say, worked out and not said yet.

    Holds as long as the locks it was worked out under: until the transaction ends.
    """

    case_id: int
    of_the_machine: bool
    ends: Pair
    words: Words
    world: World
    model: MatchModel

    def planned(self) -> Preview:
        """What saying it would do."""
        return preview_words(self.world, self.words, self.model, of=self.ends)


def work_out(case: ReviewCase, *, lo: int, hi: int, verdict: str, seen: str = "") -> Answer:
    """Lock what an answer concerns, and the case, and work out what it says.

    `seen` is the fingerprint of the preview the person looked at; empty skips the comparison.
    Raises a `DecisionRefused` (decided, stale, contradicting, busy). Must run inside the
    transaction in which `say` follows.
    """
    world = open_world([lo, hi])
    reasons = [reason for (reason,) in ask(LOCK_OPEN, [case.pk])]
    if not reasons:
        raise AlreadyDecided
    if seen and seen != fingerprint_in(world, [lo, hi]):
        raise StaleView
    model = live_model()
    if verdict == SAME:
        words = words_for_same(world, lo, hi, model=model)
    else:
        words = words_for_different(world, lo, hi)
    of_the_machine = reasons[0] not in NOT_OF_THE_MACHINE
    return Answer(case.pk, of_the_machine, (lo, hi), words, world, model)


def say(
    answer: Answer, *, decided_by: User, reason: str = "", action: uuid.UUID | None = None
) -> Outcome:
    """Save what was worked out in this transaction, and settle the clusters.

    `action` makes it part of an action with other answers, taken back as one.
    """
    act = Act(Decision.Kind.DECIDE, decided_by, reason, id=action or uuid.uuid4())
    if answer.of_the_machine:  # its own settle as the clusters answer them
        return _say(answer.words, answer.world, answer.model, act)
    asked = ReviewCase.objects.open().filter(pk=answer.case_id)
    asked.update(settled_at=timezone.now())  # before what follows the clusters looks at it
    outcome = _say(answer.words, answer.world, answer.model, act)
    if asked.update(settled_at=timezone.now()):  # a report asks again, of the same pair
        clusters_settled.send(sender=None, profile_ids=(), record_ids=answer.ends)
    return outcome


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

    Raises what `work_out` raises, and saves nothing then.
    """
    answer = work_out(case, lo=lo, hi=hi, verdict=verdict, seen=seen)
    return say(answer, decided_by=decided_by, reason=reason)


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
    world = open_world(live_members(profile))
    own = live_members(profile)
    compare_seen(seen, own)
    words = words_for_split(own, record_ids, held=world.held.values())
    return _say(words, world, live_model(), Act(Decision.Kind.SPLIT, decided_by, reason))


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
    world = open_world(record_ids)
    compare_seen(seen, record_ids)
    words = words_of(world)
    outcome = _say(words, world, live_model(), Act(kind, decided_by, reason))
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
    if Hold.objects.filter(action=action).exists():
        return holds.undo_lock(action, decided_by=decided_by)
    pairs = Decision.objects.filter(action=action).values_list("lo_id", "hi_id")
    world = open_world({pk for pair in pairs for pk in pair})
    rows = list(Decision.objects.filter(action=action).select_related("supersedes"))
    if not rows or rows[0].kind == Decision.Kind.UNDO:
        raise DecisionRefused(_("There is nothing to undo."))
    if problem := _why_not_undone(action, rows):
        raise DecisionRefused(problem)
    verdicts = {(row.lo_id, row.hi_id): _earlier(row) for row in rows}
    holds.ask_unlocked(world, [pair for pair in verdicts if verdicts[pair] != SAME])
    said = Words(
        same=frozenset(pair for pair, verdict in verdicts.items() if verdict == SAME),
        different=frozenset(pair for pair, verdict in verdicts.items() if verdict == DIFFERENT),
    )
    before = world.without_decisions(verdicts)
    check(before, said, newest=next(iter(verdicts)))
    act = Act(Decision.Kind.UNDO, decided_by, undoes=action)
    _write(verdicts, act, mentioned=world.mentioned)
    then = before.with_decisions(same=said.same, different=said.different)
    return _settled(then, live_model(), act, verdicts)


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


def _say(words: Words, world: World, model: MatchModel, act: Act) -> Outcome:
    verdicts = dict.fromkeys(words.same, SAME.value)
    verdicts |= dict.fromkeys(words.different, DIFFERENT.value)
    _write(verdicts, act, mentioned=world.mentioned)
    then = world.with_decisions(same=words.same, different=words.different)
    return _settled(then, model, act, verdicts)


def _settled(then: World, model: MatchModel, act: Act, pairs: Collection[Pair]) -> Outcome:
    """Settle a world of which people have just said something of these pairs.

    Only those that were mentioned before can have been read again.
    """
    outcome = settle_for(act, then, model)
    update_disputes(then.mentioned.intersection(pairs))
    return outcome


def _write(verdicts: dict[Pair, str], act: Act, *, mentioned: Collection[Pair]) -> None:
    """Add one row per pair. Only pairs that were `mentioned` before have one that stands."""
    said = {
        (lo, hi): {"lo_id": lo, "hi_id": hi, "verdict": verdict}
        for (lo, hi), verdict in verdicts.items()
    }
    write_words(Decision, said, _current(verdicts.keys() & set(mentioned)), act)


def _current(pairs: Collection[Pair]) -> dict[Pair, Decision]:
    """The rows that stand now. One query; none where there is no pair."""
    ends = {pk for pair in pairs for pk in pair}
    rows = Decision.objects.current().filter(lo__in=ends, hi__in=ends)
    return {(row.lo_id, row.hi_id): row for row in rows if (row.lo_id, row.hi_id) in pairs}
