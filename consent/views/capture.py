"""What a customer says about consent, written down by an agent."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from consent.contact_table import contact_table
from consent.models import Purpose
from consent.policies import newest_published
from consent.stating.capture import NotAsShown, fingerprint, places_of, record_statement
from consent.stating.capture_form import CaptureForm, opened_now
from profiles.access import profile_for
from profiles.desk.values import joined_records
from profiles.models import Profile, SourceRecord

RECORD = "consent.record_statement"


@shows(Action.VIEW)
@require_http_methods(["GET", "POST"])
@permission_required(RECORD, raise_exception=True)
def say(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Show the form for one purpose with its text, or record what was said."""
    profile = profile_for(request.user, profile_id)
    records = joined_records(profile)
    purposes = list(Purpose.objects.asked().order_by("name", "key"))
    asked = request.POST.get("purpose") or request.GET.get("purpose", "")
    purpose = next((each for each in purposes if each.key == asked), None)
    if purpose is None and purposes:
        purpose = purposes[0]
    context = {"profile": profile, "purposes": purposes, "purpose": purpose}
    if purpose is None:
        return _answer(request, context)
    if request.method == "GET":
        return _answer(request, {**context, **_form(purpose, records)})
    return _recorded(request, profile, records, {**context, **_form(purpose, records, request)})


def _form(
    purpose: Purpose, records: Sequence[SourceRecord], request: StaffRequest | None = None
) -> dict[str, Any]:
    texts = newest_published(purpose)
    initial = {"opened": opened_now(), "seen": fingerprint(records), "place": ""}
    if texts:
        initial["text"] = str(texts[0].pk)
    form = CaptureForm(
        request.POST if request else None,
        purpose=purpose,
        places=places_of(records),
        texts=texts,
        initial=initial,
    )
    return {"form": form, "texts": texts}


def _recorded(
    request: StaffRequest,
    profile: Profile,
    records: Sequence[SourceRecord],
    context: dict[str, Any],
) -> HttpResponse:
    form = context["form"]
    if not form.is_valid():
        form.describe()
        return _answer(request, context, status=422)
    note_access(action=Action.CHANGE, records=[each.pk for each in records])
    try:
        record_statement(
            profile,
            form.statement(),
            told_to=request.user,
            seen=form.cleaned_data["seen"],
        )
    except NotAsShown:
        return _answer(request, {**context, "has_changed": True}, status=409)
    told = _("Recorded what the customer said about %s.") % form.purpose
    if request.htmx:
        table = contact_table(profile)
        panel = {"profile": profile, "table": table, "told": told}
        return render(request, "consent/_panel.html", panel)
    messages.success(request, told)
    return redirect("profiles:customer", profile.pk)


def _answer(
    request: StaffRequest, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    template = "consent/_say.html" if request.htmx else "consent/say.html"
    return render(request, template, context, status=status)
