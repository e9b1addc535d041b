"""Where a value of a customer comes from."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import profile_for
from profiles.desk import values as facts
from profiles.desk.chosen import chosen
from profiles.desk.guard import Guard
from profiles.desk.proposed import proposed


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
    context = {
        "profile": profile,
        "field": provenance.field,
        "provenance": provenance,
        "chosen": chosen(profile, attribute),
        "proposals": proposed(profile, request.user, attribute),
        "guard": Guard(facts.joined_records(profile)),
    }
    return render(request, template, context)
