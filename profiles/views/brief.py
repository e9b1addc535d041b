"""A customer in six lines, to be copied and handed over."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from c360.http import StaffRequest
from c360.showing import Action, shows
from profiles.access import profile_for
from profiles.desk.brief import brief as lines_of
from profiles.desk.values import joined_records

PLAIN = "text/plain"


@shows(Action.VIEW)
@require_GET
@vary_on_headers("Accept")
def brief(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The lines as plain text where that is asked for, else as a page to copy them from."""
    profile = profile_for(request.user, profile_id)
    text = lines_of(request.user, profile, joined_records(profile))
    if request.get_preferred_type(["text/html", PLAIN]) == PLAIN:
        return HttpResponse(text, content_type=f"{PLAIN}; charset=utf-8")
    return render(request, "profiles/brief.html", {"profile": profile, "brief": text})
