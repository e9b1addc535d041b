"""One answer to many pairs: each decided as any pair is, all of them one action."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from c360.models import User
from matching import review
from matching.alike.finding import alike_to
from matching.models import ReviewCase
from matching.refusals import DecisionRefused
from matching.second_person.proposals import answer


@dataclass(frozen=True)
class Left:
    """A pair that was left as it is, and why."""

    case: ReviewCase
    why: str


@dataclass
class Done:
    """What became of the pairs; `action` takes all answers back."""

    action: UUID = field(default_factory=uuid4)
    answered: list[ReviewCase] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def answer_alike(
    chosen: Mapping[int, str], *, verdict: str, decided_by: User, reason: str = ""
) -> Done:
    """Give one answer to the chosen cases, in their order; `chosen` maps each to its `seen`.

    Each is decided in a transaction of its own, under its own locks. What is settled, changed,
    in other hands or no longer like the others is left.
    """
    done = Done()
    cases = review.with_records(ReviewCase.objects.all()).in_bulk(list(chosen))
    alike = _still_alike([cases[pk] for pk in chosen if pk in cases], decided_by)
    for pk, seen in chosen.items():
        case = cases.get(pk)
        if case is None:
            continue
        if pk not in alike:
            done.left.append(Left(case, _why_not_alike(case, decided_by)))
            continue
        try:
            answer(
                case,
                verdict=verdict,
                decided_by=decided_by,
                reason=reason,
                seen=seen or "not seen",
                action=done.action,
                may_be_drawn=not done.answered,  # one reading for the whole action
            )
        except DecisionRefused as refused:
            done.left.append(Left(case, str(refused)))
        else:
            done.answered.append(case)
    return done


def _still_alike(cases: list[ReviewCase], user: User) -> set[int]:
    """Those like the first that is still open."""
    first = next((case for case in cases if case.settled_at is None), None)
    return {each.case.pk for each in alike_to(first, user)} if first else set()


def _why_not_alike(case: ReviewCase, user: User) -> str:
    if case.settled_at is not None:
        return _("This pair was settled meanwhile.")
    if review.is_held(case) and case.claimed_by_id != user.pk:
        return _("%s is looking at this pair.") % (case.claimed_by or _("Somebody"))
    return _("It is no longer like the others.")
