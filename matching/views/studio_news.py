"""What an open studio is told: that the customer changed, or was locked, and by whom."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from c360.http import Moved, StaffRequest
from c360.models import User
from c360.showing import Action, shows
from matching import review
from matching.models import MergeEvent
from matching.telling.news import joins_mark, locks_mark, say_locks
from profiles.access import profile_for
from profiles.models import Profile


def marks_of(profile: Profile, reader: User) -> dict[str, str]:
    """What a studio drawn now has seen. Two queries."""
    return {"since": joins_mark(profile, reader), "locks": locks_mark(profile, reader)}


@shows(Action.VIEW)
@require_GET
def studio_news(request: StaffRequest, profile_id: str) -> HttpResponse:
    """What happened to a customer since the marks in the address; nothing where nothing did."""
    review.ask_permission(request.user)
    try:
        profile = profile_for(request.user, profile_id)
    except Moved as moved:
        return render(request, "matching/_studio_news.html", {"moved": moved})
    context = _since(profile, request.user, request.GET.dict())
    if not context:
        return HttpResponse(status=204)
    return render(request, "matching/_studio_news.html", {"profile": profile, **context})


def _since(profile: Profile, reader: User, seen: dict[str, str]) -> dict[str, object]:
    now, context = marks_of(profile, reader), dict[str, object]()
    since = seen.get("since", "")
    if int(now["since"]) > (int(since) if since.isdecimal() else 0):
        receipts = MergeEvent.objects.select_related("actor")
        context["receipt"] = receipts.get(pk=now["since"])
    if seen.get("locks", now["locks"]) != now["locks"]:
        context["lock"] = say_locks(profile, seen["locks"], now["locks"])
    return context
