"""What customers said, statement by statement: of one, and of all."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from consent.models import LedgerEntry, Purpose
from consent.permitting.permissions import may_contact
from consent.stating import corrections, entries
from consent.stating.ledger_forms import CorrectionForm, LedgerFilters
from profiles.access import profile_for
from profiles.models import Profile, SourceRecord

SEE_LEDGER = "consent.view_ledgerentry"
RECORD = "consent.record_statement"


@shows(Action.VIEW)
@require_GET
@permission_required(SEE_LEDGER, raise_exception=True)
def ledger(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Every statement on the joined records, newest first, and what held on a day."""
    profile = profile_for(request.user, profile_id)
    before = entries.Cursor.parse(request.GET.get("before", ""))
    context: dict[str, Any] = {"profile": profile, "page": entries.page(profile, before=before)}
    context["is_first_page"] = before is None
    day = _day(request.GET.get("at", ""))
    if day is not None:
        context |= {"at": day, "answers": _answers(profile, day)}
    return render(request, "consent/ledger.html", context)


def _day(typed: str) -> datetime | None:
    """The end of a day as typed; `None` for what is no day."""
    try:
        day = parse_date(typed)
    except ValueError:
        return None
    if day is None:
        return None
    return datetime.combine(day, time.max, timezone.get_current_timezone())


def _answers(profile: Profile, at: datetime) -> list[tuple[Purpose, list[tuple[str, Any]]]]:
    """Every purpose with the answer of each channel at that moment."""
    channels = LedgerEntry.Channel
    return [
        (
            purpose,
            [
                (str(each.label), may_contact(profile, purpose.key, each, at=at))
                for each in channels
            ],
        )
        for purpose in Purpose.objects.order_by("name", "key")
    ]


@shows(Action.LIST)
@require_GET
@permission_required(SEE_LEDGER, raise_exception=True)
def whole_ledger(request: StaffRequest) -> HttpResponse:
    """Statements of all customers, newest recorded first."""
    form = LedgerFilters(request.GET)
    context: dict[str, Any] = {"form": form}
    if not form.is_valid():
        form.describe()
        return render(request, "consent/entries.html", context, status=422)
    page = entries.whole_ledger(form.cleaned_data, before=form.cleaned_data["before"])
    note_access(records={each.record_id for each in page.entries}, results=len(page.entries))
    kept = {
        key: value for key, value in request.GET.dict().items() if value and key != "before"
    }
    context |= {
        "page": page,
        "is_first_page": form.cleaned_data["before"] is None,
        "is_filtered": bool(kept),
        "older": urlencode({**kept, "before": page.older}),
        "newest": urlencode(kept),
    }
    return render(request, "consent/entries.html", context)


@shows(Action.CHANGE)
@require_http_methods(["GET", "POST"])
@permission_required([SEE_LEDGER, RECORD], raise_exception=True)
def correct(request: StaffRequest, entry_id: Any) -> HttpResponse:
    """Say that an entry does not stand, and for which of its records; a new entry does so."""
    found = LedgerEntry.objects.select_related("record__source", "purpose")
    entry = get_object_or_404(found, entry_id=entry_id)
    about = corrections.records_of(entry)
    records = list(SourceRecord.objects.filter(pk__in=about).select_related("source"))
    note_access(records=about, action=Action.VIEW if request.method == "GET" else None)
    sent = request.POST if request.method == "POST" else None
    form = CorrectionForm(sent, records=records, entry=entry)
    context = {"entry": entry, "form": form, "can": corrections.how(entry)}
    if not form.is_valid():
        form.describe()
        status = 422 if form.is_bound else 200
        return render(request, "consent/correct.html", context, status=status)
    try:
        corrections.correct(
            entry,
            records=form.cleaned_data["records"],
            why=form.cleaned_data["why"],
            by=request.user,
            at=form.cleaned_data["opened"],
        )
    except corrections.CannotCorrect:
        return render(request, "consent/correct.html", {**context, "can": None}, status=409)
    messages.success(request, _("Corrected by a new line. The old one stays."))
    return redirect(f"{reverse('consent:entries')}?record={entry.record_id}")
