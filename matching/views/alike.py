"""Pairs that are alike in everything: all of them on one page, one answer, one undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, shows, shows_no_customer_data
from matching import review
from matching.alike.deciding import Done, answer_alike
from matching.alike.finding import MOST, Alike, alike_to
from matching.deciding.impact import what_moves
from matching.forms import AlikeForm
from matching.models import ReviewCase
from matching.telling.casefile import rows_of, short_reason

CONFIRM = "confirm"


@shows_no_customer_data
@require_GET
def offer(request: StaffRequest, pk: int) -> HttpResponse:
    """How many further pairs are like this one; nothing where none is."""
    case = review.case_for(request.user, pk)
    further = len(alike_to(case, request.user)) - 1
    return render(request, "matching/_alike_offer.html", {"case": case, "further": further})


@shows(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def alike(request: StaffRequest, pk: int) -> HttpResponse:
    """Look at all of them, confirm one answer for the ticked ones, and give it."""
    case = review.case_for(request.user, pk)
    if request.method == "GET":
        return _page(request, case)
    form = AlikeForm(request.POST, ticked=request.POST.getlist("cases")[:MOST])
    if not form.is_valid():
        return _page(request, case, problem=form.problem, status=422)
    if request.POST.get("step") == CONFIRM:
        return _answer(request, case, form)
    return _ask_to_confirm(request, case, form)


def _page(
    request: StaffRequest, case: ReviewCase, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The pairs with their values side by side; a pair that stands alone has none."""
    found = alike_to(case, request.user)
    if not found:
        messages.info(request, _("No other pair is like this one in everything."))
        return redirect("matching:case", case.pk) if case.settled_at is None else _to_queue()
    review.claim(case, request.user)
    context = {
        "case": case,
        "reason": short_reason(case),
        "pairs": [{"alike": each, "rows": rows_of(each.case)} for each in found],
        "problem": problem,
    }
    return render(request, "matching/alike.html", context, status=status)


def _to_queue() -> HttpResponse:
    return redirect("matching:queue")


def _ask_to_confirm(request: StaffRequest, case: ReviewCase, form: AlikeForm) -> HttpResponse:
    """What the answer would change, counted over the ticked pairs."""
    chosen = form.chosen
    found = [each for each in alike_to(case, request.user) if each.case.pk in chosen]
    if not found:
        return _page(request, case, problem=_("Tick the pairs to answer."), status=422)
    context = {
        "case": case,
        "verdict": form.cleaned_data["verdict"],
        "reason": form.cleaned_data["reason"],
        "chosen": {each.case.pk: chosen[each.case.pk] for each in found},
        "changed": len(chosen) - len(found),
        **_totals(found),
    }
    return render(request, "matching/alike_confirm.html", context)


def _totals(found: list[Alike]) -> dict[str, Any]:
    moving = [pk for each in found for pk in each.moving]
    return {
        "number": len(found),
        "customers": 2 * len(found),
        "records": sum(each.records for each in found),
        "moving": what_moves(moving),
    }


def _answer(request: StaffRequest, case: ReviewCase, form: AlikeForm) -> HttpResponse:
    verdict, said = form.cleaned_data["verdict"], form.cleaned_data["reason"]
    words = _("One of %d pairs alike, answered together.") % len(form.chosen)
    done = answer_alike(
        form.chosen,
        verdict=verdict,
        decided_by=request.user,
        reason=f"{said} ({words})" if said else words,
    )
    text = _told(done, verdict)
    if not done.left:
        messages.success(request, text)
        return _to_queue()
    for each in done.left:
        rows_of(each.case)  # notes that they are shown
    context = {"done": done, "text": text}
    return render(request, "matching/alike_done.html", context)


def _told(done: Done, verdict: str) -> str:
    """What was said of how many pairs."""
    number = len(done.answered)
    if verdict == "same":
        told = ngettext("%d pair marked as same.", "%d pairs marked as same.", number)
    else:
        told = ngettext("%d pair marked as not same.", "%d pairs marked as not same.", number)
    return told % number
