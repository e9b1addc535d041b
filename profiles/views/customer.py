"""The customer page and the parts of it that change: its timeline and its joined records."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, shows
from profiles.access import profile_for
from profiles.desk import timeline as history
from profiles.desk import values as facts
from profiles.desk.figures import figures
from profiles.desk.panels import panels
from profiles.forms import TimelineForm
from profiles.models import Profile, SourceRecord

RECENT = 8


@shows(Action.VIEW)
@require_GET
def customer(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Everything about one customer."""
    profile = profile_for(request.user, profile_id)
    _remember(request, profile)
    return _customer_page(request, profile, TimelineForm(request.GET))


def _customer_page(request: StaffRequest, profile: Profile, form: TimelineForm) -> HttpResponse:
    records = facts.joined_records(profile)
    context = {
        "profile": profile,
        "records": records,
        "freshness": facts.freshness(records),
        "fields": facts.fields(profile),
        "figures": figures([record.pk for record in records]),
        "panels": panels(request, profile),
        **_timeline(profile, records, form),
    }
    return render(request, "profiles/customer.html", context)


def _timeline(
    profile: Profile, records: list[SourceRecord], form: TimelineForm
) -> dict[str, Any]:
    """Context of `_timeline.html`."""
    chips, sources = history.chips(records, form.filters)
    page = history.page(records, filters=form.filters, before=form.cursor)
    query = urlencode([*form.filters.parameters(), ("before", page.older)])
    return {
        "profile": profile,
        "chips": chips,
        "sources": sources,
        "filters": form.filters,
        "page": page,
        "is_first_page": form.cursor is None,
        "older_query": query if page.older else "",
    }


def _remember(request: StaffRequest, profile: Profile) -> None:
    """Note the id, nothing else, for the list of recent customers."""
    known = request.session.get("recent", [])
    recent = [profile.pk, *(pk for pk in known if pk != profile.pk)][:RECENT]
    if recent != known:  # storing the session costs a write
        request.session["recent"] = recent


@shows(Action.VIEW)
@require_http_methods(["GET", "POST"])
def timeline(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The timeline alone; posted when words are looked for, so that no log holds them."""
    profile = profile_for(request.user, profile_id)
    form = TimelineForm(request.POST if request.method == "POST" else request.GET)
    if not request.htmx:
        return _customer_page(request, profile, form)
    context = _timeline(profile, facts.joined_records(profile), form)
    if request.htmx.target == "older":
        return render(request, "profiles/_timeline_days.html", context)
    return render(request, "profiles/_timeline.html", context)


@shows(Action.VIEW)
@require_GET
def records(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The joined records, as the card of the customer page."""
    profile = profile_for(request.user, profile_id)
    context = {"profile": profile, "records": facts.joined_records(profile)}
    return render(request, "profiles/_records.html", context)
