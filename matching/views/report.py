"""Reporting that records do not belong to a customer, and seeing what became of it."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from matching.forms import ReportForm
from matching.models import Report
from matching.refusals import DecisionRefused
from matching.reports.making import report_records
from matching.reports.page import ReportPage, report_page
from matching.reports.story import Told, of_reporter, on_page_of
from profiles.access import SEARCH, profile_for
from profiles.desk.guard import Guard
from profiles.models import Profile


def reports_panel(request: StaffRequest, profile: Profile) -> str:
    """What is under review of a customer, and what became of the reader's own reports."""
    found = on_page_of(profile, request.user)
    context = {"profile": profile, "reports": found, "guard": _guard_of(found)}
    return render_to_string("matching/_reports.html", context, request)


def _guard_of(reports: Iterable[Told]) -> Guard:
    return Guard([line.record for told in reports for line in told.lines])


@shows(Action.CHANGE)
@require_http_methods(["GET", "POST"])
def report(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Ask what looks wrong, or store the answer and go back to the customer."""
    profile = profile_for(request.user, profile_id)
    page = report_page(profile)
    note_access(records=page.members)
    if request.method == "GET":
        note_access(action=Action.VIEW)
        form = ReportForm(page=page, initial=_asked(request, page))
        return _answer(request, profile, form)
    form = ReportForm(request.POST, page=page)
    if not form.is_valid():
        again = _sent_before(request, form)
        return (
            redirect("profiles:customer", again) if again else _refused(request, profile, form)
        )
    return _stored(request, profile, form)


def _asked(request: StaffRequest, page: ReportPage) -> dict[str, Any]:
    """A new form, with the records ticked that the address names."""
    ticked = [int(each) for each in request.GET.getlist("record") if each.isdecimal()]
    why = request.GET.get("why", "")
    return {"id": uuid4(), "seen": page.seen, "records": ticked, "why": why}


def _sent_before(request: StaffRequest, form: ReportForm) -> str | None:
    """The customer of a report this form has made already; a split changes what it lists."""
    known = form.cleaned_data.get("id")
    if known is None:
        return None
    mine = Report.objects.filter(pk=known, reported_by=request.user)
    return mine.values_list("profile", flat=True).first()


def _stored(request: StaffRequest, profile: Profile, form: ReportForm) -> HttpResponse:
    facts = form.cleaned_data
    try:
        report_records(
            profile,
            facts["reported"],
            form=facts["id"],
            why=facts["why"],
            words=facts["words"],
            seen=facts["seen"],
            reported_by=request.user,
        )
    except DecisionRefused as refused:
        page = form.page
        fresh = {**facts, "seen": page.seen, "id": uuid4()}
        again = ReportForm(page=page, initial=fresh)
        return _answer(request, profile, again, problem=str(refused), status=409)
    note_access(stays=True)
    messages.success(request, _("Reported. A steward looks at it next; nothing was split yet."))
    return redirect("profiles:customer", profile.pk)


def _refused(request: StaffRequest, profile: Profile, form: ReportForm) -> HttpResponse:
    return _answer(request, profile, form, status=422)


def _answer(
    request: StaffRequest,
    profile: Profile,
    form: ReportForm,
    *,
    status: int = 200,
    problem: str = "",
) -> HttpResponse:
    ticked = {name: _numbers(form[name].value()) for name in ("records", "events")}
    guard = Guard([each.record for each in form.page.candidates])
    context = {"profile": profile, "page": form.page, "form": form, "ticked": ticked}
    context["guard"] = guard
    return render(
        request, "matching/report.html", {**context, "problem": problem}, status=status
    )


def _numbers(values: Any) -> set[int]:
    return {int(each) for each in values or () if str(each).isdecimal()}


@shows(Action.LIST)
@require_GET
@permission_required(SEARCH, raise_exception=True)
def reports(request: StaffRequest) -> HttpResponse:
    """What the reader reported, and what became of each."""
    mine = of_reporter(request.user)
    note_access(
        profiles={line.profile_id for told in mine for line in told.lines},
        records={line.record.pk for told in mine for line in told.lines},
    )
    return render(request, "matching/reports.html", {"reports": mine, "guard": _guard_of(mine)})
