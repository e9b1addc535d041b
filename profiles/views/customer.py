"""The customer page, and its joined records alone."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.once import reading_once
from c360.showing import Action, shows
from profiles.access import profile_for
from profiles.desk import news
from profiles.desk import values as facts
from profiles.desk.attention.banner import attention
from profiles.desk.figures import figures
from profiles.desk.guard import guard_of
from profiles.desk.panels import panels
from profiles.desk.proposed import proposed
from profiles.desk.suspects import suspects
from profiles.desk.timeline.shown import whole_timeline
from profiles.desk.told import told_lately
from profiles.forms.pages import TimelineForm
from profiles.models import Profile
from profiles.views.notes import notes_card

RECENT = 8


@shows(Action.VIEW)
@require_GET
def customer(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Everything about one customer."""
    profile = profile_for(request.user, profile_id)
    _remember(request, profile)
    return customer_page(request, profile, TimelineForm.of(request))


@reading_once()
def customer_page(request: StaffRequest, profile: Profile, form: TimelineForm) -> HttpResponse:
    """The whole page, its timeline filtered as the form says."""
    records = facts.joined_records(profile)
    context = {
        "profile": profile,
        "records": records,
        "freshness": facts.freshness(records),
        "items": attention(request.user, profile, records),
        "fields": facts.fields(profile),
        "figures": figures([record.pk for record in records]),
        "told": told_lately(records),
        "panels": panels(request, profile),
        "seen": urlencode(news.marks(profile, request.user)),
        **notes_card(request, records),
        "proposals": proposed(profile, request.user),
        **whole_timeline(profile, records, form.filters, form.cursor),
    }
    return render(request, "profiles/customer.html", context)


def _remember(request: StaffRequest, profile: Profile) -> None:
    """Note the id, nothing else, for the list of recent customers."""
    known = request.session.get("recent", [])
    recent = [profile.pk, *(pk for pk in known if pk != profile.pk)][:RECENT]
    if recent != known:  # storing the session costs a write
        request.session["recent"] = recent


@shows(Action.VIEW)
@require_GET
def records(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The joined records, as the card of the customer page."""
    profile = profile_for(request.user, profile_id)
    joined = facts.joined_records(profile)
    context = {"profile": profile, "records": joined, "guard": guard_of(joined)}
    context["suspects"] = suspects(profile)
    return render(request, "profiles/_records.html", context)
