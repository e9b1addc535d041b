"""Locking a customer as it is, and taking the lock off with a preview of what then happens."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from c360.http import StaffRequest
from c360.models import User
from c360.showing import Action, shows
from matching import review
from matching.deciding.holds import (
    cautions_of_unlock,
    held_among,
    lock_customer,
    locks_on,
    preview_unlock,
    unlock_customer,
)
from matching.deciding.preview import fingerprint
from matching.forms import LockForm
from matching.models import Hold
from matching.refusals import Contradiction, DecisionRefused, StaleView
from matching.second_person.cautions import caution_words
from matching.telling.casefile import note_records
from matching.telling.contradiction import steps_of
from matching.telling.foretelling import foretold
from matching.telling.splitting import parts_of
from profiles.access import profile_for
from profiles.desk.values import joined_records
from profiles.models import Membership, Profile, SourceRecord


@shows(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def lock(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Whether a customer is locked, by whom and why; lock it, or take the lock off."""
    review.ask_permission(request.user)
    profile = profile_for(request.user, profile_id)
    if request.method == "GET":
        return _page(request, profile)
    form = LockForm(request.POST)
    if not form.is_valid():
        return _page(request, profile, status=422, problem=form.problem)
    try:
        return _say(request, profile, form.cleaned_data)
    except DecisionRefused as refused:
        return _refused(request, profile, refused)


def _say(request: StaffRequest, profile: Profile, facts: dict[str, str]) -> HttpResponse:
    """Do what was pressed and return to the history, where it can be undone."""
    reason, seen, who = facts["reason"], facts["seen"], request.user
    staying = joined_records(profile)
    if facts["step"] == Hold.Kind.LOCK:
        lock_customer(profile, reason=reason, decided_by=who, seen=seen)
        told = _("Locked: nothing joins or leaves by itself. You can undo this here.")
    else:
        unlock_customer(profile, reason=reason, decided_by=who, seen=seen)
        told = _("The lock is off. You can undo this here.")
    messages.success(request, told)
    return redirect("matching:history", _home_of(staying, profile))


def _home_of(records: list[SourceRecord], profile: Profile) -> str:
    """The profile the oldest record answers to now."""
    for record in records[:1]:
        return Membership.objects.get(record=record).profile_id
    return profile.pk


def _refused(request: StaffRequest, profile: Profile, refused: DecisionRefused) -> HttpResponse:
    chain = refused.chain if isinstance(refused, Contradiction) else []
    return _page(
        request,
        profile,
        status=409,
        problem=str(refused),
        stale=isinstance(refused, StaleView),
        steps=steps_of(chain) if chain else [],
    )


def _page(
    request: StaffRequest, profile: Profile, *, status: int = 200, **more: Any
) -> HttpResponse:
    records = joined_records(profile)
    note_records(*records)
    ids = [record.pk for record in records]
    locks = locks_on(ids)
    context = {
        "profile": profile,
        "records": records,
        "locks": locks,
        "held": held_among(ids),
        "seen": fingerprint(ids),
        **(_after(profile, request.user) if locks else {}),
        **more,
    }
    return render(request, "matching/lock.html", context, status=status)


def _after(profile: Profile, reader: User) -> dict[str, Any]:
    """What taking the lock off would do."""
    try:
        planned = preview_unlock(profile)
    except DecisionRefused:  # somebody has just done it
        return {}
    cautions = [caution_words(code) for code in cautions_of_unlock(planned)]
    parts = foretold(parts_of(planned), reader, planned)
    return {"planned": planned, "parts": parts, "cautions": cautions}
