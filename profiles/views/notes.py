"""Notes about a customer: read, written, taken back."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import profile_for
from profiles.desk.guard import guard_of
from profiles.desk.notes import (
    TAKEN_BACK,
    Note,
    close_note,
    notes_of,
    write_note,
)
from profiles.desk.own_source import NotKept
from profiles.desk.values import joined_records
from profiles.forms.pages import CloseNoteForm, NoteForm
from profiles.models import Profile, SourceRecord


def notes_card(request: StaffRequest, records: list[SourceRecord]) -> dict[str, Any]:
    """What `_notes.html` needs, with a new key for the note that is written next."""
    guard, notes = guard_of(records), notes_of(records)
    mine: list[Note] = [each for each in notes if each.may_take_back(request.user)]
    card = {"notes": notes, "mine": mine, "guard": guard}
    return {**card, "note_key": uuid4(), "note_text": ""}


@shows(Action.VIEW)
@require_http_methods(["GET", "POST"])
def notes(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The newest notes and a form for another one, or what was written in it."""
    profile = profile_for(request.user, profile_id)
    records = joined_records(profile)
    if request.method == "GET":
        return _answer(request, profile, records)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _unsaved(request, profile, records, _("Write the note first."), status=422)
    note_access(action=Action.CHANGE, records=[records[0].pk])
    text, key = form.cleaned_data["text"], form.cleaned_data["key"]
    try:
        write_note(records, text, by=request.user, key=key)
    except NotKept as refusal:
        return _unsaved(request, profile, records, str(refusal), status=409)
    return _saved(request, profile, records, _("Note saved."))


@shows(Action.CHANGE)
@require_POST
def close(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Take one's own note back, or say that a note is mistaken."""
    profile = profile_for(request.user, profile_id)
    records = joined_records(profile)
    form = CloseNoteForm(request.POST)
    if not form.is_valid():
        return _unsaved(request, profile, records, _("Choose a note first."), status=422)
    how = form.cleaned_data["how"]
    try:
        close_note(records, form.cleaned_data["key"], by=request.user, how=how)
    except LookupError:
        gone = _("This note is no longer on this customer.")
        return _unsaved(request, profile, records, gone, status=409)
    except NotKept as refusal:
        return _unsaved(request, profile, records, str(refusal), status=409)
    told = _("Note taken back.") if how == TAKEN_BACK else _("Note marked as mistaken.")
    return _saved(request, profile, records, told)


def _saved(
    request: StaffRequest, profile: Profile, records: list[SourceRecord], told: str
) -> HttpResponse:
    if request.htmx:
        return _answer(request, profile, records, note_told=told)
    messages.success(request, told)
    return redirect("profiles:customer", profile.pk)


def _unsaved(
    request: StaffRequest,
    profile: Profile,
    records: list[SourceRecord],
    problem: str,
    *,
    status: int,
) -> HttpResponse:
    """What was typed stays in the form."""
    typed = {"problem": problem, "note_text": request.POST.get("text", "")}
    return _answer(request, profile, records, status=status, **typed)


def _answer(
    request: StaffRequest,
    profile: Profile,
    records: list[SourceRecord],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    template = "profiles/_notes.html" if request.htmx else "profiles/notes.html"
    context = {"profile": profile, **notes_card(request, records), **more}
    return render(request, template, context, status=status)
