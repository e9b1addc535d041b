"""Saying that a value is wrong, proposing a better one, and taking that back."""

from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import profile_for
from profiles.corrections import (
    CorrectionRefused,
    may_withdraw,
    propose_correction,
    region_of,
    value_hash,
)
from profiles.corrections import withdraw as take_back
from profiles.desk.guard import Guard
from profiles.desk.proposed import proposed
from profiles.desk.values import joined_records, provenance
from profiles.forms.corrections import ELSE, CorrectionForm
from profiles.models import CorrectionProposal, Profile, SourceRecord


class _About(NamedTuple):
    """What a form is about."""

    attribute: str
    region: str
    needs_value: bool


@shows(Action.CHANGE)
@require_http_methods(["GET", "POST"])
def wrong(request: StaffRequest, profile_id: str, attribute: str) -> HttpResponse:
    """Say that a value is wrong; a better one may be known."""
    return _ask(request, profile_id, attribute, needs_value=False)


@shows(Action.CHANGE)
@require_http_methods(["GET", "POST"])
def correct(request: StaffRequest, profile_id: str, attribute: str) -> HttpResponse:
    """Propose what a value should be."""
    return _ask(request, profile_id, attribute, needs_value=True)


def _ask(
    request: StaffRequest, profile_id: str, attribute: str, *, needs_value: bool
) -> HttpResponse:
    profile = profile_for(request.user, profile_id)
    golden = profile.golden.get(attribute, {})
    record = SourceRecord.objects.select_related("source").filter(pk=golden.get("record"))
    winner = record.first() if golden.get("record") else None
    if winner is None:
        raise Http404
    note_access(fields=[attribute], records=[winner.pk])
    about = _About(attribute, region_of(winner), needs_value)
    if request.method == "GET":
        note_access(action=Action.VIEW)
        seen = value_hash(attribute, golden)
        form = CorrectionForm(initial={"id": uuid4(), "seen": seen}, **about._asdict())
        return _page(request, profile, form)
    form = CorrectionForm(request.POST, **about._asdict())
    if not form.is_valid():
        return _page(request, profile, form, status=422)
    if form.cleaned_data["why"] == ELSE:
        named = urlencode({"record": winner.pk, "why": "person"})
        return redirect(f"{reverse('matching:report', args=[profile.pk])}?{named}")
    return _stored(request, profile, form)


def _stored(request: StaffRequest, profile: Profile, form: CorrectionForm) -> HttpResponse:
    facts = form.cleaned_data
    try:
        propose_correction(
            profile,
            form.attribute,
            form=facts["id"],
            seen=facts["seen"],
            proposed_by=request.user,
            **{name: facts[name] for name in ("value", "why", "said_by", "words")},
        )
    except CorrectionRefused as refused:
        return _page(request, profile, form, problem=str(refused), status=409)
    note_access(stays=True)
    messages.success(request, _("Noted. The value stays as it is; others see what you said."))
    return redirect("profiles:customer", profile.pk)


def _page(
    request: StaffRequest,
    profile: Profile,
    form: CorrectionForm,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "profile": profile,
        "provenance": provenance(profile, form.attribute),
        "form": form,
        "guard": Guard(joined_records(profile)),
        "problem": problem,
        "proposals": proposed(profile, request.user, form.attribute),
    }
    return render(request, "profiles/correct.html", context, status=status)


@shows(Action.CHANGE)
@require_POST
def withdraw(request: StaffRequest, profile_id: str, proposal_id: UUID) -> HttpResponse:
    """Take a proposal back: its author, or a steward."""
    profile = profile_for(request.user, profile_id)
    standing = CorrectionProposal.objects.standing()
    found = standing.filter(pk=proposal_id, record__membership__profile=profile).first()
    if found is None:
        raise Http404
    if not may_withdraw(request.user, found):
        messages.warning(request, _("Only who proposed it or a steward may take it back."))
        return redirect("profiles:customer", profile.pk)
    take_back(found, by=request.user)
    note_access(fields=[found.attribute], records=[found.record_id], stays=True)
    messages.success(request, _("Taken back."))
    return redirect("profiles:customer", profile.pk)
