"""What is new about a customer whose page is open somewhere."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from c360.http import Gone, Moved, StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import profile_for
from profiles.desk import news as found


@shows(Action.VIEW)
@require_GET
def news(request: StaffRequest, profile_id: str) -> HttpResponse:
    """What changed since the marks in the address, as a bar that moves nothing; 204 if nothing.

    A customer joined into another, or gone, is told in the bar too: the page stays as it is
    until its reader leaves it.
    """
    context: dict[str, object] = {"show": _place(request, profile_id)}
    try:
        profile = profile_for(request.user, profile_id)
        context["items"] = found.news(profile, request.user, request.GET.dict())
    except Moved as moved:
        context["moved"] = moved
    except Gone:
        context["gone"] = True
    else:
        if not context["items"]:
            return HttpResponse(status=204)
        note_access(fields=["news"])
    return render(request, "profiles/_news.html", context)


def _place(request: StaffRequest, profile_id: str) -> str:
    """The page the reader is on, with its filters; else the plain page of the customer."""
    page = reverse("profiles:customer", args=[profile_id])
    at = urlsplit(request.htmx.current_url_abs_path or "")
    return f"{page}?{at.query}" if at.path == page and at.query else page
