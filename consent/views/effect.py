"""What a decision on a pair would change in what the two customers allow."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.showing import Action, shows
from consent.attention import SEE_ANSWER
from consent.permitting.effect import changes_by, effect_of_same, readers_of
from matching import review
from matching.refusals import DecisionRefused
from matching.telling.casefile import note_records


@shows(Action.REVIEW)
@require_GET
@permission_required(SEE_ANSWER, raise_exception=True)
def effect(request: StaffRequest, pk: int) -> HttpResponse:
    """A part of the page of a case, or a page without JavaScript."""
    case = review.case_for(request.user, pk)
    note_records(case.lo, case.hi)
    context = {"case": case, "changes": [], "refusal": "", "readers": 0}
    try:
        found = effect_of_same(case)
        context |= {"changes": changes_by(found), "readers": readers_of(found)}
    except DecisionRefused as refused:
        context["refusal"] = str(refused)
    template = "consent/_effect.html" if request.htmx else "consent/effect.html"
    return render(request, template, context)
