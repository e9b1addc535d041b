"""The banner of a customer alone, when something has changed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.showing import Action, shows
from profiles.access import profile_for
from profiles.desk.attention.banner import attention as banner
from profiles.desk.values import joined_records


@shows(Action.VIEW)
@require_GET
def attention(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The banner as the customer page has it."""
    profile = profile_for(request.user, profile_id)
    items = banner(request.user, profile, joined_records(profile))
    return render(request, "profiles/_attention.html", {"profile": profile, "items": items})
