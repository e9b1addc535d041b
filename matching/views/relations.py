"""Who stands beside a customer: asked for when it is wanted, names and links only."""

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from matching.telling.relations import EMAIL, HOUSE, PHONE, relations_of
from profiles.access import profile_for
from profiles.models import Profile

WORDS = {
    HOUSE: _("lives at the same address"),
    PHONE: _("shares a phone number"),
    EMAIL: _("shares an e-mail address"),
}


def relations_panel(request: StaffRequest, profile: Profile) -> str:
    """The way to them; nobody is named before somebody asks."""
    return render_to_string("matching/_relations_ask.html", {"profile": profile}, request)


@shows(Action.LIST)
@require_GET
def relations(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Other customers by name: a part of the customer's page, or a page without JavaScript."""
    profile = profile_for(request.user, profile_id)
    found = relations_of(profile)
    note_access(profiles=[each.profile_id for each in found], results=len(found))
    related = [(each, [WORDS[kind] for kind in each.shares]) for each in found]
    context = {"profile": profile, "related": related}
    template = "matching/_relations.html" if request.htmx else "matching/relations.html"
    return render(request, template, context)
