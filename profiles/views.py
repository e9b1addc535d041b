"""Pages about customers: search, the customer page and its fragments."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles import customer as facts
from profiles import search as finder
from profiles import timeline as history
from profiles.access import SEARCH, profile_for
from profiles.figures import figures
from profiles.forms import SearchForm, TimelineForm
from profiles.models import Profile, SourceRecord

SUGGESTIONS = 8
RECENT = 8


def _typed(request: StaffRequest) -> str:
    form = SearchForm(request.POST)
    return str(form.cleaned_data["q"]) if form.is_valid() else ""


@shows(Action.SEARCH)
@require_http_methods(["GET", "POST"])
@permission_required(SEARCH, raise_exception=True)
def search(request: StaffRequest) -> HttpResponse:
    """Find customers. What was typed is posted, so that no address or log holds it."""
    if request.method == "GET":
        note_access(action=Action.LIST)
        recent = finder.recent(request.session.get("recent", []))
        return render(request, "profiles/search.html", {"recent": recent})
    results = finder.search(_typed(request))
    if results.sole_exact is not None:
        place = reverse("profiles:customer", args=[results.sole_exact.pk])
        return HttpResponseClientRedirect(place) if request.htmx else redirect(place)
    context = {"results": results, "query": results.question.text}
    return render(request, "profiles/search.html", context)


@shows(Action.SEARCH)
@require_POST
@permission_required(SEARCH, raise_exception=True)
def suggest(request: StaffRequest) -> HttpResponse:
    """The first hits while typing, as options of the search box."""
    results = finder.search(_typed(request), limit=SUGGESTIONS)
    return render(request, "profiles/_suggestions.html", {"results": results})


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
def field(request: StaffRequest, profile_id: str, attribute: str) -> HttpResponse:
    """Where one golden value comes from, as a popover, or as a page without JavaScript."""
    profile = profile_for(request.user, profile_id)
    try:
        provenance = facts.provenance(profile, attribute)
    except KeyError:
        raise Http404 from None
    note_access(fields=[attribute])
    template = "profiles/_field.html" if request.htmx else "profiles/field.html"
    return render(request, template, {"profile": profile, "provenance": provenance})


@shows(Action.VIEW)
@require_GET
def records(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The joined records, as the card of the customer page."""
    profile = profile_for(request.user, profile_id)
    context = {"profile": profile, "records": facts.joined_records(profile)}
    return render(request, "profiles/_records.html", context)
