"""Who may open a stream. The answer of this view is what the stream begins with."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from c360.live.listener import OPENED, Opening
from c360.live.topics import WORDED, may_follow
from c360.showing import shows_no_customer_data

MOST_TOPICS = 50
HEADERS = {
    "Content-Type": "text/event-stream",
    "Content-Encoding": "identity",  # packed, a browser would read no more than the first
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",
}
RETRY_MILLISECONDS = 3000


@shows_no_customer_data
@login_not_required
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Open a stream of the signals named by `on`, replayed after the one named by `after`.

    What somebody may not follow is left out, and said to be; 403 where nothing is left.
    An ordinary request, so that all rules of sessions, hosts and headers hold for streams too.
    401 for strangers: no browser follows a redirect to a page from here.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    topics = frozenset(request.GET.getlist("on"))
    if not 0 < len(topics) <= MOST_TOPICS:
        return HttpResponse(f"Name one to {MOST_TOPICS} topics.", status=400)
    followed = frozenset(topic for topic in topics if may_follow(request.user, topic))
    if not followed:
        raise PermissionDenied
    scope: dict[str, Any] = request.META.get("asgi.scope", {})
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    scope[OPENED] = Opening(followed, request.session.session_key or "", after)
    begin = f"{_left_out(topics - followed)}retry: {RETRY_MILLISECONDS}\n\n"
    return HttpResponse(begin, headers=HEADERS)


def _left_out(topics: Collection[str]) -> str:
    """A comment for who reads the stream; a topic that is no name is only counted."""
    named = sorted(topic for topic in topics if WORDED.fullmatch(topic))
    return f": {len(topics)} not followed: {' '.join(named)}\n" if topics else ""
