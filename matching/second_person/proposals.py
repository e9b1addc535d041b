"""Two people, one decision: proposing an answer, agreeing to it, overruling it, taking it back.

`answer` is the way of everybody who decides: it refuses a risky "same" of one person alone, so
no page can forget to ask.
"""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.live import announce
from c360.models import User
from c360.sql.prepared import ask
from matching.deciding.acts import Outcome
from matching.deciding.decisions import Answer, say, work_out
from matching.deciding.preview import preview
from matching.models import Proposal, ReviewCase
from matching.queueing.readings import draw
from matching.refusals import (
    AlreadyDecided,
    DecisionRefused,
    NeedsSecondPerson,
    StaleView,
)
from matching.review import QUEUE
from matching.second_person.reading import cautions_for

SAME = Proposal.Verdict.SAME


@transaction.atomic
def answer(
    case: ReviewCase,
    *,
    verdict: str,
    decided_by: User,
    reason: str = "",
    seen: str = "",
    action: UUID | None = None,
    may_be_drawn: bool = True,
) -> Outcome:
    """Answer a case, as a second person where one has proposed an answer.

    `action` makes it part of an action with other answers, of which one `may_be_drawn` to be
    read again. Raises `NeedsSecondPerson` for a risky "same" that nobody else has proposed, and
    what `work_out` raises; nothing is saved then.
    """
    worked_out = work_out(case, lo=case.lo_id, hi=case.hi_id, verdict=verdict, seen=seen)
    proposal = open_proposal(case)  # comes and goes under the lock of the case
    agrees = proposal is not None and _agrees(proposal, verdict, decided_by)
    if verdict == SAME and not agrees:
        _check_one_is_enough(worked_out)
    outcome = say(worked_out, decided_by=decided_by, reason=reason, action=action)
    if proposal is not None:
        _close(proposal, _answered(proposal, decided_by, agrees=agrees), decided_by, outcome)
    if may_be_drawn and not agrees:  # else two people have said it already
        draw(case, outcome.action, verdict=verdict, decided_by=decided_by)
    return outcome


def close_with_decision(
    case: ReviewCase, proposal: Proposal | None, user: User, outcome: Outcome, *, agrees: bool
) -> None:
    """Close the proposal a decision answered. Raises `StaleView` where it is another one now.

    After the decision, which has locked the case: proposals come and go under that lock.
    """
    now = Proposal.objects.select_for_update().filter(case=case, answered_at=None).first()
    if now != proposal:
        raise StaleView
    if now is not None:
        _close(now, _answered(now, user, agrees=agrees), user, outcome)


def _agrees(proposal: Proposal, verdict: str, user: User) -> bool:
    return proposal.verdict == verdict and proposal.proposed_by_id != user.pk


def _answered(proposal: Proposal, user: User, *, agrees: bool) -> Proposal.Answer:
    if agrees:
        return Proposal.Answer.AGREED
    own = proposal.proposed_by_id == user.pk
    return Proposal.Answer.WITHDRAWN if own else Proposal.Answer.OVERRULED


def _check_one_is_enough(same: Answer) -> None:
    """Raise `NeedsSecondPerson` where one person alone may not say this."""
    if settings.C360_FOUR_EYES and (cautions := cautions_for(same.planned())):
        raise NeedsSecondPerson(cautions)


def _close(
    proposal: Proposal, answer: Proposal.Answer, user: User, outcome: Outcome | None = None
) -> None:
    proposal.answer, proposal.answered_by = answer, user
    proposal.answered_at = timezone.now()
    proposal.action = outcome.action if outcome else None
    proposal.save(update_fields=["answer", "answered_by", "answered_at", "action"])


def propose(
    case: ReviewCase,
    *,
    verdict: str,
    proposed_by: User,
    reason: str = "",
    plan: list[list[int]] | None = None,
    cautions: Collection[str] = (),
) -> Proposal:
    """Ask a second person, saying what one would answer oneself (or `unsure`).

    The case is free for others at once; a proposal that stood is replaced. Groups come with
    their `plan` and its `cautions`. Raises `AlreadyDecided`, and `Contradiction` for a "same"
    that cannot be said.
    """
    if verdict == SAME:
        cautions = cautions_for(preview(same=[(case.lo_id, case.hi_id)]))
    with transaction.atomic():
        locked = ReviewCase.objects.open().select_for_update().filter(pk=case.pk)
        if not locked.exists():
            raise AlreadyDecided
        earlier = open_proposal(case)
        if earlier is not None:
            _close(earlier, _answered(earlier, proposed_by, agrees=False), proposed_by)
        locked.update(claimed_by=None, claimed_until=None, snoozed_until=None)
        announce([QUEUE])
        return Proposal.objects.create(
            case=case,
            verdict=verdict,
            cautions=list(cautions),
            reason=reason,
            plan=plan,
            proposed_by=proposed_by,
        )


@transaction.atomic
def withdraw(case: ReviewCase, *, by: User) -> None:
    """Take one's own proposal back; the case is asked again. Raises `DecisionRefused`."""
    ReviewCase.objects.select_for_update().get(pk=case.pk)
    proposal = open_proposal(case)
    if proposal is None or proposal.proposed_by_id != by.pk:
        raise DecisionRefused(_("There is no proposal of yours to take back."))
    _close(proposal, Proposal.Answer.WITHDRAWN, by)
    announce([QUEUE])


WAITS = "SELECT id FROM matching_proposal WHERE case_id = %s AND answered_at IS NULL"


def open_proposal(case: ReviewCase) -> Proposal | None:
    """What somebody has proposed for a case, if it still waits. Two queries where it does."""
    found = ask(WAITS, [case.pk])
    proposals = Proposal.objects.select_related("proposed_by")
    return proposals.get(pk=found[0][0]) if found else None


def proposers_of(actions: Collection[UUID]) -> dict[UUID, User]:
    """Who proposed what a second person agreed to, by the decision that followed. One query."""
    agreed = Proposal.objects.filter(action__in=actions, answer=Proposal.Answer.AGREED)
    rows = agreed.select_related("proposed_by")
    return {row.action: row.proposed_by for row in rows if row.action is not None}
