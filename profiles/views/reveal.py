"""Showing a masked value on demand, in its row of the page or in its popover."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import profile_for
from profiles.desk import values as facts
from profiles.desk.chosen import chosen
from profiles.desk.guard import Guard
from profiles.desk.proposed import proposed
from profiles.desk.reveal import (
    ReasonForm,
    is_still_shown,
    reason_of,
    remember_reason,
    shown_until,
)
from profiles.desk.suspects import suspects
from profiles.desk.verified import caller_of
from profiles.models import Profile

UNVERIFIED = "refused: caller not verified"
TEMPLATES = {"row": "profiles/_detail.html", "field": "profiles/_field.html"}


@shows(Action.REVEAL)
@require_http_methods(["GET", "POST"])
def reveal(request: StaffRequest, profile_id: str, attribute: str) -> HttpResponse:
    """Show one value on a POST with a reason, or ask for the reason; a GET only ever masks.

    What is shown asks again and again by GET: the answer is 204 until its time is over, then
    the masked value, which takes its place.
    """
    profile = profile_for(request.user, profile_id)
    if attribute not in profile.golden:
        raise Http404
    if request.method == "GET":
        note_access(action=Action.VIEW)
        if is_still_shown(request.GET):
            return HttpResponse(status=204)
        return _answer(request, profile, attribute)
    return _asked(request, profile, attribute)


def _asked(request: StaffRequest, profile: Profile, attribute: str) -> HttpResponse:
    if not caller_of(request, profile).may_show:
        note_access(action=Action.VIEW, fields=[attribute], reason=UNVERIFIED, stays=True)
        return _answer(request, profile, attribute, status=409)
    reason = reason_of(request, profile)
    if not reason:
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            note_access(action=Action.VIEW)
            status = 422 if form.is_bound else 200
            return _answer(request, profile, attribute, form=form, status=status)
        reason = form.told
        remember_reason(request, profile, reason)
    note_access(fields=[attribute], reason=reason)
    return _answer(request, profile, attribute, shown=frozenset({attribute}))


def _answer(
    request: StaffRequest,
    profile: Profile,
    attribute: str,
    *,
    shown: frozenset[str] = frozenset(),
    form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    place = asked.get("place") if asked.get("place") in TEMPLATES else "row"
    context: dict[str, Any] = {
        "profile": profile,
        "field": facts.field_of(profile, attribute),
        "guard": Guard(facts.joined_records(profile), shown),
        "suspects": suspects(profile),
        "proposals": proposed(profile, request.user, attribute),
        "place": place,
        "form": form,
        "refused": status == 409,
        "until": shown_until() if shown else None,
        "seconds": settings.C360_SHOW_SECONDS,
    }
    if place == "field":
        context["provenance"] = facts.provenance(profile, attribute)
        context["chosen"] = chosen(profile, attribute)
    if request.htmx:
        return render(request, TEMPLATES[str(place)], context, status=status)
    answer = render(request, "profiles/reveal.html", context, status=status)
    if shown:
        home = reverse("profiles:customer", args=[profile.pk])
        answer["Refresh"] = f"{settings.C360_SHOW_SECONDS}; url={home}"
    return answer
