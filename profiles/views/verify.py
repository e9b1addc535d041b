"""Asking a caller for two facts before masked values are shown."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from c360.attempts import CounterUnavailable, count_caller
from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import profile_for
from profiles.desk.callers import NEEDED, CallerForm, are_right, facts_of
from profiles.desk.values import joined_records
from profiles.desk.verified import remember_verified
from profiles.models import Profile


@shows(Action.VIEW)
@require_http_methods(["GET", "POST"])
def verify(request: StaffRequest, profile_id: str) -> HttpResponse:
    """A form for two facts; whether both are right is all that it says."""
    profile = profile_for(request.user, profile_id)
    if not settings.C360_VERIFY_CALLERS:
        raise Http404
    records = joined_records(profile)
    known = facts_of(profile, records)
    if request.method == "GET":
        return _page(request, profile, CallerForm(names=known))
    form = CallerForm(request.POST, names=known)
    if not form.is_valid():
        return _page(request, profile, form, status=422)
    note_access(fields=form.cleaned_data, stays=True)
    if refused := _refused(request, profile, CallerForm(names=known)):
        return refused
    if are_right(known, form.cleaned_data, records):
        return _passed(request, profile)
    note_access(reason="caller not verified")
    problem = _("Not verified: what the caller said does not fit. Try again, or ask a steward.")
    return _page(request, profile, CallerForm(names=known), problem=problem, status=422)


def _refused(request: StaffRequest, profile: Profile, form: CallerForm) -> HttpResponse | None:
    """The answer to whoever tried too often, or cannot be counted; else nothing."""
    try:
        seconds = count_caller(request.user.pk, profile.pk)
    except CounterUnavailable:
        note_access(reason="refused: tries cannot be counted")
        problem = _("Callers cannot be verified now. Try again in a minute.")
        return _page(request, profile, form, problem=problem, status=409)
    if not seconds:
        return None
    note_access(reason="refused: too many tries to verify a caller")
    minutes = -(-seconds // 60)
    problem = ngettext(
        "Too many tries for this customer. Wait %d minute, or ask a steward.",
        "Too many tries for this customer. Wait %d minutes, or ask a steward.",
        minutes,
    )
    answer = _page(request, profile, form, problem=problem % minutes, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


def _passed(request: StaffRequest, profile: Profile) -> HttpResponse:
    note_access(reason="caller verified")
    remember_verified(request, profile)
    messages.success(request, _("The caller is verified for 15 minutes."))
    if request.htmx:
        return HttpResponseClientRedirect(reverse("profiles:customer", args=[profile.pk]))
    return redirect("profiles:customer", profile.pk)


def _page(
    request: StaffRequest,
    profile: Profile,
    form: CallerForm,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"profile": profile, "form": form, "problem": problem}
    context["is_possible"] = len(form.fields) >= NEEDED
    template = "profiles/_verify.html" if request.htmx else "profiles/verify.html"
    return render(request, template, context, status=status)
