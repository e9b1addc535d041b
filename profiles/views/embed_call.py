"""Frames that know a number and no customer: one is shown, several are listed."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import SEARCH
from profiles.embedding import may_be_framed
from profiles.finding import search as finder
from profiles.finding.called import carriers, who_rings
from profiles.finding.pace import TooMany
from profiles.forms.pages import PopForm

CALLED = "called_in_a_frame"  # in the session, from a call to the list it leads to
MOST = 25


@shows(Action.SEARCH)
@login_not_required
@require_GET
def embed_call(request: StaffRequest) -> HttpResponse:
    """Lead to the panel of the one customer with `?phone=` or its kin, else to a list.

    As `/pop/` does, it only leads on: the number waits in the session for the next request,
    which takes it out and has no number in its address.
    """
    if not settings.C360_EMBED_ORIGINS:
        raise Http404
    if not request.user.has_perm(SEARCH):
        raise PermissionDenied
    note_access(reason="in a frame")
    form = PopForm(request.GET)
    return _listed(request) if form.asked is None else _lead_on(request, *form.asked)


def _lead_on(request: StaffRequest, namespace: str, value: str) -> HttpResponse:
    try:
        found = who_rings(request.user.pk, namespace, value)
    except TooMany as wait:
        messages.warning(request, wait.words)
        return redirect("profiles:embed-call")
    if len(found) == 1:
        return redirect("profiles:embed", found[0])
    request.session[CALLED] = [namespace, value]
    return redirect("profiles:embed-call")


def _listed(request: StaffRequest) -> HttpResponse:
    """Names and ids of those who may be meant; whoever is opened is shown as any panel is."""
    called = request.session.pop(CALLED, None)
    found = carriers(*called) if called else []
    if called:
        note_access(terms=[called[1]])
    context = {
        "is_called": called is not None,
        "hits": finder.recent(found[:MOST]) if found else [],
        "more": len(found[MOST:]),
    }
    response = render(request, "profiles/embed_call.html", context)
    return may_be_framed(response, settings.C360_EMBED_ORIGINS)
