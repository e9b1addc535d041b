"""The compact panel of a customer for frames of other pages, of allowed origins only."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from c360.http import Moved, StaffRequest
from c360.once import reading_once
from c360.showing import Action, note_access, shows
from profiles.access import profile_for
from profiles.desk import timeline as history
from profiles.desk import values as facts
from profiles.desk.attention.banner import attention
from profiles.desk.guard import guard_of
from profiles.desk.panels import panels_to_read
from profiles.embedding import link_of, may_be_framed, owner_of, take
from profiles.models import Profile

EVENTS = 5


@shows(Action.VIEW)
@login_not_required
@require_GET
def embed(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The panel for somebody signed in, where cookies reach the frame (a desk of one site)."""
    if not settings.C360_EMBED_ORIGINS:
        raise Http404
    if not request.user.is_authenticated:
        raise PermissionDenied
    note_access(reason="in a frame")
    return _panel(request, profile_for(request.user, profile_id), settings.C360_EMBED_ORIGINS)


@shows(Action.VIEW)
@login_not_required
@require_GET
def embed_link(request: StaffRequest, secret: str) -> HttpResponse:
    """The panel a link was made for; the link is used up. A link that is no good is 404."""
    link = link_of(secret)
    if link is None or link.origin not in settings.C360_EMBED_ORIGINS:
        raise Http404
    if _asked_from(request) not in ("", link.origin) or not take(secret):
        raise Http404
    owner = owner_of(link)
    if owner is None:
        raise Http404
    request.user = owner  # for this answer only: no session is made
    note_access(reason=f"in a frame of {link.origin}, token {link.token}")
    return _panel(request, _profile(request, link.profile), [link.origin])


def _profile(request: StaffRequest, profile_id: str) -> Profile:
    """The customer, also when joined into another since the link was made."""
    try:
        return profile_for(request.user, profile_id)
    except Moved as moved:
        return profile_for(request.user, moved.new)


def _asked_from(request: HttpRequest) -> str:
    """The origin of the page with the frame, empty where the browser does not say."""
    parts = urlsplit(request.headers.get("Referer", ""))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


@reading_once()
def _panel(request: StaffRequest, profile: Profile, origins: list[str]) -> HttpResponse:
    records = facts.joined_records(profile)
    page = history.page(records, filters=history.Filters(), before=None)
    items = [(day.date, item) for day in page.days for item in day.items]
    context = {
        "profile": profile,
        "guard": guard_of(records),
        "freshness": facts.freshness(records),
        "items": attention(request.user, profile, records),
        "panels": panels_to_read(request, profile),
        "events": items[:EVENTS],
    }
    return may_be_framed(render(request, "profiles/embed.html", context), origins)
