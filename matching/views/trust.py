"""How right joins are: the riskiest changes of a version, and the stages of sources."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from c360.http import StaffRequest
from c360.showing import Action, shows, shows_no_customer_data
from matching.review import ask_permission
from matching.rules import page, stages
from matching.rules.cases_as_pairs import risky
from profiles.models import Source


@shows(Action.REVIEW)
@require_GET
def risky_pair(request: StaffRequest, version: str, number: int) -> HttpResponse:
    """One of the riskiest changes as a pair to look at; nothing can be answered here."""
    found = page.version_for(request.user, version)
    shown = risky(found, number)
    context = {"version": found, "risky": shown, "file": shown.file}
    return render(request, "matching/rules/risky.html", context)


@shows_no_customer_data
@require_GET
def badge(request: StaffRequest) -> HttpResponse:
    """How many sources stepped back lately; empty for none. Fragment of the menu."""
    ask_permission(request.user)
    fallen = stages.fallen_lately()
    if not fallen:
        return HttpResponse("")
    words = _("sources stepped back")
    return render(request, "matching/rules/_badge.html", {"number": fallen, "words": words})


@shows_no_customer_data
@require_POST
def move_source(request: StaffRequest, slug: str) -> HttpResponse:
    """Let a source climb or step down by one stage."""
    ask_permission(request.user)
    source = Source.objects.filter(slug=slug).first()
    if source is None:
        raise Http404
    try:
        change = stages.move(source, to=request.POST.get("to", ""), by=request.user)
    except stages.StageRefused as refused:
        messages.error(request, str(refused))
    else:
        words = _("%(source)s: %(stage)s.")
        stage = change.get_after_display()
        messages.success(request, words % {"source": source.name, "stage": stage})
    return redirect("matching:rules")
