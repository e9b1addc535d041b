"""Why a customer is one, and why it is not one with another: a page for stewards."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from c360.http import Gone, Moved, StaffRequest
from c360.models import User
from c360.showing import Action, shows
from matching import review
from matching.core.model import MatchModel
from matching.live import live_model
from matching.telling.evidence import Evidence, evidence_now
from matching.telling.story import story_of
from matching.telling.why_not import WhyNot, why_not
from profiles.access import profile_for
from profiles.models import Profile, SourceRecord

LONGEST_ID = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """Why two customers are not one, with the records of the pairs it speaks of."""

    other: Profile
    why: WhyNot
    pair: list[SourceRecord]
    best: list[SourceRecord]
    evidence: Evidence


@shows(Action.VIEW)
@require_GET
@vary_on_headers("HX-Request")
def why(request: StaffRequest, profile_id: str) -> HttpResponse:
    """How a customer came about; with `?other=`, why that one is not the same."""
    review.ask_permission(request.user)
    profile = profile_for(request.user, profile_id)
    asked = request.GET.get("other", "").strip()[:LONGEST_ID]
    model = live_model()
    context: dict[str, Any] = {"profile": profile, "asked": asked}
    if asked:
        other = other_profile(request.user, asked)
        context["answer"] = answer_between(profile, other, model) if other else None
    if not request.htmx:
        context["told"] = story_of(profile, model=model)
    template = "matching/_why_not.html" if request.htmx else "matching/why.html"
    return render(request, template, context)


def other_profile(user: User, profile_id: str) -> Profile | None:
    """The customer that answers to an id now; none where no customer does."""
    try:
        return profile_for(user, profile_id)
    except Moved as moved:
        return profile_for(user, moved.new)
    except (Http404, Gone):
        return None


def answer_between(profile: Profile, other: Profile, model: MatchModel) -> Answer:
    """`why_not` with its records. One query more."""
    found = why_not(profile, other, model=model)
    ids = {pk for pair in (found.pair, found.best_pair) if pair for pk in pair}
    records = SourceRecord.objects.select_related("source").in_bulk(ids)
    best = [records[pk] for pk in found.best_pair or ()]
    return Answer(
        other=other,
        why=found,
        pair=[records[pk] for pk in found.pair or ()],
        best=best,
        evidence=evidence_now(found.best, best, model) if found.best else Evidence(),
    )
