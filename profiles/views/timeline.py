"""The timeline of a customer: all of it, older pages, and one row opened."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, shows
from profiles.access import profile_for
from profiles.desk import values as facts
from profiles.desk.guard import guard_of
from profiles.desk.timeline.filters import Cursor
from profiles.desk.timeline.shown import some_days, whole_timeline
from profiles.desk.timeline.steps import opened
from profiles.forms.pages import TimelineForm
from profiles.views.customer import customer_page


@shows(Action.VIEW)
@require_http_methods(["GET", "POST"])
def timeline(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The timeline alone; posted when words are looked for, so that no log holds them."""
    profile = profile_for(request.user, profile_id)
    form = TimelineForm.of(request)
    if not request.htmx:
        return customer_page(request, profile, form)
    records = facts.joined_records(profile)
    if request.htmx.target == "older":
        days = some_days(profile, records, form.filters, form.cursor, form.loaded + 1)
        return render(request, "profiles/_timeline_days.html", days)
    whole = whole_timeline(profile, records, form.filters, form.cursor)
    return render(request, "profiles/_timeline.html", whole)


@shows(Action.VIEW)
@require_GET
def steps(request: StaffRequest, profile_id: str, place: str) -> HttpResponse:
    """What happened to the order or ticket at a place of the timeline; a page without htmx."""
    profile = profile_for(request.user, profile_id)
    cursor = Cursor.parse(place)
    records = facts.joined_records(profile)
    found = opened(records, cursor) if cursor else None
    if found is None:
        raise Http404
    context = {"profile": profile, "opened": found, "guard": guard_of(records)}
    template = "profiles/_timeline_steps.html" if request.htmx else "profiles/steps.html"
    return render(request, template, context)
