"""The worklist of notices: what wants attention, since when, and who has seen to it."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from c360.http import StaffRequest
from c360.showing import shows_no_customer_data
from matching.models import Notice
from matching.notices.keeping import AGAIN, DONE, SEEN, open_notices, say
from matching.notices.page import by_source, told
from matching.review import REVIEW


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
@permission_required(REVIEW, raise_exception=True)
def notices(request: StaffRequest) -> HttpResponse:
    """What holds now, and what stewards have said of it."""
    if request.method == "POST":
        return _say(request)
    rows = [told(each) for each in open_notices()]
    waiting = [row for row in rows if row.notice.done_at is None]
    context = {
        "waiting": [row for row in waiting if row.notice.kind != Notice.Kind.LIMIT],
        "figures": by_source(waiting),
        "done": [row for row in rows if row.notice.done_at is not None],
    }
    return render(request, "matching/notices.html", context)


def _say(request: StaffRequest) -> HttpResponse:
    step, asked = request.POST.get("step", ""), request.POST.get("notice", "")
    if step in (SEEN, DONE, AGAIN) and asked.isdecimal():
        notice = get_object_or_404(open_notices(), pk=int(asked))
        say(notice, step, by=request.user)
    return redirect("matching:notices")
