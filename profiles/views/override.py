"""Saying which value of a customer is shown for a while, and taking that back."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import profile_for
from profiles.desk.chosen import afterwards, changes, chosen, offered
from profiles.desk.guard import Guard
from profiles.desk.values import field_of, joined_records
from profiles.forms.overrides import LOOK, OverrideForm
from profiles.models import Override, Profile
from profiles.survivorship.offering import foretell, offers
from profiles.survivorship.overrides import (
    OverrideRefused,
    ask_steward,
    fingerprint,
    say_override,
)
from profiles.survivorship.overrides import take_back as end_override


@shows(Action.CHANGE)
@require_http_methods(["GET", "POST"])
def override(request: StaffRequest, profile_id: str, attribute: str) -> HttpResponse:
    """See what another value would change, and have it shown until some day."""
    ask_steward(request.user)
    profile = profile_for(request.user, profile_id)
    if not offers(profile, attribute):
        raise Http404
    note_access(fields=[attribute])
    if request.method == "GET":
        note_access(action=Action.VIEW)
        form = OverrideForm(initial={"id": uuid4()})
        return _page(request, profile, attribute, form)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return _page(request, profile, attribute, form, status=422)
    if form.cleaned_data["step"] == LOOK:
        note_access(action=Action.VIEW)
        return _page(request, profile, attribute, form)
    return _said(request, profile, attribute, form)


def _said(
    request: StaffRequest, profile: Profile, attribute: str, form: OverrideForm
) -> HttpResponse:
    facts, preferred = form.cleaned_data, form.preferred
    assert preferred is not None  # noqa: S101  # the form is valid
    try:
        say_override(
            profile,
            attribute,
            preferred,
            form=facts["id"],
            seen=facts["seen"],
            reason=facts["reason"],
            day=facts["until"],
            said_by=request.user,
        )
    except OverrideRefused as refused:
        profile.refresh_from_db()
        if not offers(profile, attribute):
            messages.warning(request, str(refused))
            return redirect("profiles:customer", profile.pk)
        return _page(request, profile, attribute, form, problem=str(refused), status=409)
    note_access(records=[preferred.record], stays=True)
    messages.success(request, _("Shown from now on. You can take it back beside the value."))
    return redirect("profiles:customer", profile.pk)


def _page(
    request: StaffRequest,
    profile: Profile,
    attribute: str,
    form: OverrideForm,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, or for htmx what would change alone.

    It carries the fingerprint of what it shows, also after a refusal: what was typed is kept,
    and is said of what the steward has seen by then.
    """
    preferred, foretold = form.preferred, None
    if preferred is not None:
        foretold = foretell(profile, attribute, preferred)
        if foretold is None and not problem:
            problem, status = _("This record no longer says that value."), 409
    context: dict[str, Any] = {
        "profile": profile,
        "field": field_of(profile, attribute),
        "form": form,
        "seen": fingerprint(profile.golden[attribute]),
        "offered": offered(profile, attribute, offers(profile, attribute)),
        "picked": form["value"].value() if foretold else "",
        "foretold": foretold,
        "changes": changes(foretold) if foretold else [],
        "afterwards": afterwards(attribute, foretold) if foretold else "",
        "chosen": chosen(profile, attribute),
        "guard": Guard(joined_records(profile)),
        "problem": problem,
    }
    template = "profiles/_foretold.html" if request.htmx else "profiles/override.html"
    return render(request, template, context, status=status)


@shows(Action.CHANGE)
@require_POST
def take_back(request: StaffRequest, profile_id: str, override_id: UUID) -> HttpResponse:
    """Let the rules choose a value again."""
    ask_steward(request.user)
    profile = profile_for(request.user, profile_id)
    rows = Override.objects.filter(pk=override_id, record__membership__profile=profile)
    found = rows.first()
    if found is None:
        raise Http404
    try:
        end_override(found, by=request.user)
    except OverrideRefused as refused:
        messages.warning(request, str(refused))
    else:
        note_access(fields=[found.attribute], records=[found.record_id], stays=True)
        messages.success(request, _("Taken back: the rules choose again."))
    return redirect("profiles:customer", profile.pk)
