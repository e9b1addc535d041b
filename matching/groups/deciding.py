"""Putting records into groups: worked out first, then done as one action that can be undone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from c360.models import User
from matching.deciding.acts import Outcome
from matching.deciding.decisions import record_words
from matching.deciding.preview import Preview, Words, check, preview_words, world_around
from matching.groups.words import words_for_groups
from matching.live import live_model
from matching.models import Proposal, ReviewCase
from matching.refusals import NeedsSecondPerson, StaleView
from matching.second_person.proposals import (
    close_with_decision,
    open_proposal,
    propose,
)
from matching.second_person.reading import cautions_for
from matching.world import World

Groups = Sequence[Collection[int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What putting records into groups would say and do; `cautions` ask for a second person."""

    words: Words
    preview: Preview
    cautions: tuple[str, ...]


def plan_groups(groups: Groups) -> Plan:
    """Work out the decisions and what they do. Raises `DecisionRefused`, saves nothing."""
    rows = [pk for group in groups for pk in group]
    world = world_around(rows)
    words = _words(world, groups)
    planned = preview_words(world, words, live_model(), of=rows)
    cautions = tuple(cautions_for(planned)) if settings.C360_FOUR_EYES else ()
    return Plan(words, planned, cautions)


def _words(world: World, groups: Groups) -> Words:
    """The words for the groups. Raises `Contradiction` where others, that stand, deny them."""
    live = world.live_nodes().keys()
    if not live >= {pk for group in groups for pk in group}:
        raise StaleView
    words = words_for_groups(groups, same=world.same, different=world.different)
    for newest in sorted(words.same | words.different)[:1]:
        check(world, words, newest=newest)
    return words


@transaction.atomic
def decide_groups(
    case: ReviewCase, groups: Groups, *, decided_by: User, reason: str = "", seen: str
) -> Outcome:
    """Say that each group is one person and no two are, as one action.

    Raises `NeedsSecondPerson` where the joins ask for one and nobody else has proposed these
    very groups, and any `DecisionRefused` of a stale, settled or contradicting answer; nothing
    is saved then.
    """
    rows = [pk for group in groups for pk in group]
    proposal = open_proposal(case)
    agrees = (
        proposal is not None
        and proposal.verdict == Proposal.Verdict.GROUPS
        and proposal.proposed_by_id != decided_by.pk
        and in_order(proposal.plan or ()) == in_order(groups)
    )
    if not agrees:
        planned = plan_groups(groups)
        if planned.preview.fingerprint != seen:
            raise StaleView
        if planned.cautions:
            raise NeedsSecondPerson(list(planned.cautions))
    outcome = record_words(
        rows,
        lambda world: _words(world, groups),
        decided_by=decided_by,
        reason=reason,
        seen=seen,
    )
    close_with_decision(case, proposal, decided_by, outcome, agrees=agrees)
    return outcome


def propose_groups(
    case: ReviewCase, groups: Groups, *, proposed_by: User, reason: str = ""
) -> Proposal:
    """Ask a second person to agree to these groups. Raises `DecisionRefused`."""
    plan = plan_groups(groups)
    return propose(
        case,
        verdict=Proposal.Verdict.GROUPS,
        proposed_by=proposed_by,
        reason=reason,
        plan=in_order(groups),
        cautions=list(plan.cautions),
    )


def in_order(groups: Iterable[Collection[int]]) -> list[list[int]]:
    """The same groups always written alike."""
    return sorted(sorted(group) for group in groups if group)
