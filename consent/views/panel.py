"""May we contact this customer? A card of the customer page."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.showing import Action, shows
from consent.contact_table import contact_table
from profiles.access import profile_for

SEE_ANSWER = "consent.view_contact_permission"


@shows(Action.VIEW)
@require_GET
@permission_required(SEE_ANSWER, raise_exception=True)
def panel(request: StaffRequest, profile_id: str) -> HttpResponse:
    """May we contact? A card of the customer page, or a page without JavaScript."""
    profile = profile_for(request.user, profile_id)
    context = {"profile": profile, "table": contact_table(profile)}
    template = "consent/_panel.html" if request.htmx else "consent/panel.html"
    return render(request, template, context)
