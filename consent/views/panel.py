"""May we contact this customer? A card of the customer page."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.showing import Action, shows
from consent.attention import SEE_ANSWER
from consent.contact_table import contact_table
from profiles.access import profile_for
from profiles.models import Profile


def contact_panel(request: StaffRequest, profile: Profile) -> str:
    """May we contact? The card of the customer page, for those who may know."""
    if not request.user.has_perm(SEE_ANSWER):
        return ""
    return render_to_string("consent/_panel.html", _context(profile), request)


def contact_to_read(request: StaffRequest, profile: Profile) -> str:
    """The card without its buttons and links, for frames of other desks."""
    if not request.user.has_perm(SEE_ANSWER):
        return ""
    context = _context(profile) | {"is_read_only": True}
    return render_to_string("consent/_panel.html", context, request)


def _context(profile: Profile) -> dict[str, Any]:
    return {"profile": profile, "table": contact_table(profile)}


@shows(Action.VIEW)
@require_GET
@permission_required(SEE_ANSWER, raise_exception=True)
def panel(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The card alone, when it has changed, or as a page of its own without JavaScript."""
    profile = profile_for(request.user, profile_id)
    template = "consent/_panel.html" if request.htmx else "consent/panel.html"
    return render(request, template, _context(profile))
