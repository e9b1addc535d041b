"""A group case: all records of customers that hang together, a letter each, one answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, shows
from matching import review
from matching.forms import GroupForm
from matching.groups.deciding import decide_groups, in_order, plan_groups, propose_groups
from matching.groups.gathering import gather, letter_of
from matching.models import Proposal, ReviewCase
from matching.refusals import (
    Contradiction,
    DecisionRefused,
    NeedsSecondPerson,
    StaleView,
)
from matching.second_person.cautions import caution_words
from matching.second_person.proposals import open_proposal
from matching.telling.contradiction import steps_of
from matching.telling.foretelling import foretold
from matching.telling.splitting import parts_of

CONFIRM = "confirm"
SPARE_LETTERS = 4  # for people nobody has a customer for yet


@shows(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def group(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the records of several customers into groups, preview what that does, and say it."""
    case = review.case_for(request.user, pk)
    if case.settled_at is not None:
        messages.info(request, _("This question was answered meanwhile."))
        return redirect("matching:queue")
    if case.is_audit:  # asked blind: who is joined with whom must not be seen beside it
        return redirect("matching:case", case.pk)
    context = _context(request, case)
    if request.method == "GET":
        review.claim(case, request.user)
        return _page(request, context)
    form = _form(request, context)
    if not form.is_valid():
        problem = _("These records changed while you looked. Nothing was saved; look again.")
        return _page(request, {**context, "problem": problem}, status=422)
    context["letters_of"] = {row: form.cleaned_data[f"group-{row}"] for row in form.records}
    if not review.claim(case, request.user):
        problem = _("Another steward is looking at this pair.")
        return _page(request, {**context, "problem": problem}, status=409)
    if request.POST.get("step") == CONFIRM:
        return _confirm(request, case, context, form)
    return _preview(request, context, form)


def _context(request: StaffRequest, case: ReviewCase) -> dict[str, Any]:
    gathering = gather(case)
    letters = [letter_of(number) for number in range(gathering.customers + SPARE_LETTERS)]
    proposal = open_proposal(case)
    letters_of = {row.record.pk: row.letter for row in gathering.rows}
    if (proposed := _as_proposed(proposal, letters)).keys() == letters_of.keys():
        letters_of = proposed  # of other records than now nothing was proposed
    return {
        "case": case,
        "gathering": gathering,
        "letters": letters,
        "letters_of": letters_of,
        "proposal": proposal,
        "is_own_proposal": proposal is not None and proposal.proposed_by_id == request.user.pk,
    }


def _as_proposed(proposal: Proposal | None, letters: list[str]) -> dict[int, str]:
    """The letters that say what somebody has proposed."""
    plan: list[list[int]] = (proposal.plan if proposal else None) or []
    return {pk: letter for letter, own in zip(letters, plan, strict=False) for pk in own}


def _form(request: StaffRequest, context: dict[str, Any]) -> GroupForm:
    rows = [row.record.pk for row in context["gathering"].rows]
    return GroupForm(request.POST, records=rows, letters=context["letters"])


def _page(request: StaffRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    template = "matching/_group_preview.html" if request.htmx else "matching/group.html"
    return render(request, template, context, status=status)


def _preview(request: StaffRequest, context: dict[str, Any], form: GroupForm) -> HttpResponse:
    try:
        plan = plan_groups(form.groups())
    except DecisionRefused as refused:
        return _refused(request, context, refused)
    shown = {
        "plan": plan,
        "parts": foretold(parts_of(plan.preview), request.user, plan.preview, context["case"]),
        "people": len(form.groups()),
        "cautions": [caution_words(code) for code in plan.cautions],
        "agrees": _agrees(context, form),
    }
    return _page(request, {**context, **shown})


def _agrees(context: dict[str, Any], form: GroupForm) -> bool:
    """Whether these groups are what somebody else has proposed."""
    proposal: Proposal | None = context["proposal"]
    if proposal is None or proposal.plan is None or context["is_own_proposal"]:
        return False
    plan: list[list[int]] = proposal.plan
    return in_order(form.groups()) == plan


def _confirm(
    request: StaffRequest, case: ReviewCase, context: dict[str, Any], form: GroupForm
) -> HttpResponse:
    groups, facts = form.groups(), form.cleaned_data
    try:
        decide_groups(
            case,
            groups,
            decided_by=request.user,
            reason=facts["reason"],
            seen=facts["seen"] or "not seen",
        )
    except NeedsSecondPerson:
        return _propose(request, case, context, form)
    except DecisionRefused as refused:
        return _refused(request, context, refused)
    told = ngettext(
        "Said: %d person. You can undo this.",
        "Said: %d people. You can undo this.",
        len(groups),
    )
    messages.success(request, told % len(groups))
    return redirect("matching:queue")


def _propose(
    request: StaffRequest, case: ReviewCase, context: dict[str, Any], form: GroupForm
) -> HttpResponse:
    """Leave the groups to a second person."""
    reason = form.cleaned_data["reason"]
    try:
        propose_groups(case, form.groups(), proposed_by=request.user, reason=reason)
    except DecisionRefused as refused:
        return _refused(request, context, refused)
    messages.success(request, _("Proposed: a second person must agree."))
    return redirect("matching:queue")


def _refused(
    request: StaffRequest, context: dict[str, Any], refused: DecisionRefused
) -> HttpResponse:
    """Say why nothing was saved, with the chain of a contradiction."""
    shown: dict[str, Any] = {"problem": str(refused), "stale": isinstance(refused, StaleView)}
    if isinstance(refused, Contradiction):
        shown["steps"] = steps_of(refused.chain)
    return _page(request, {**context, **shown}, status=409)
