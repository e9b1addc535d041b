"""The history of a customer's joins and splits, and taking back what people did."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from c360.http import StaffRequest
from c360.showing import Action, shows
from matching import review
from matching.deciding.decisions import undo as take_back
from matching.models import Decision, ReviewCase
from matching.refusals import DecisionRefused
from matching.telling.history import history_of
from matching.views.queue import Reply, answer
from profiles.access import profile_for

EVIDENCE = "profiles.see_matching_evidence"
QUEUE = "queue"


@shows(Action.VIEW)
@require_GET
@permission_required(EVIDENCE, raise_exception=True)
def history(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Why the records of a customer are together, and what was said and undone."""
    profile = profile_for(request.user, profile_id)
    before = _moment(request.GET.get("before", ""))
    context = {"profile": profile, "page": history_of(profile, before=before)}
    return render(request, "matching/history.html", context)


def _moment(text: str) -> datetime | None:
    """The time to look back from; nonsense in the address shows the newest entries."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is None or is_aware(moment) else None


@shows(Action.REVIEW)
@require_POST
def undo(request: StaffRequest, action: UUID) -> HttpResponse:
    """Take an action back and return to where it was asked: the queue or a customer."""
    review.ask_permission(request.user)
    back = request.POST.get("back", QUEUE)
    try:
        take_back(action, decided_by=request.user)
    except DecisionRefused as refused:
        return _return(request, back, Reply(str(refused), "warn", 409))
    reply = Reply(_("Undone."))
    return _return(request, back, reply, reopened=_reopened(action))


def _reopened(action: UUID) -> ReviewCase | None:
    """The case an undone answer leaves open again, so that it is shown at once."""
    said = Decision.objects.filter(action=action, lo=OuterRef("lo"), hi=OuterRef("hi"))
    return ReviewCase.objects.open().filter(Exists(said)).order_by("-weight_bits", "pk").first()


def _return(
    request: StaffRequest, back: str, reply: Reply, reopened: ReviewCase | None = None
) -> HttpResponse:
    if back == QUEUE:
        if reopened is not None:
            review.claim(reopened, request.user)
        return answer(request, reply, stay_on=reopened)
    add = messages.success if reply.status == 200 else messages.warning
    add(request, reply.text)
    return redirect("matching:history", profile_for(request.user, back).pk)
