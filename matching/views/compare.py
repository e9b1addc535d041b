"""Why any two records are, or are not, one person: the second one found by the usual search."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, shows
from matching import review
from matching.forms import CompareForm
from matching.live import live_model
from matching.studio.any_two import any_two
from matching.telling.casefile import note_records
from matching.views.why import other_profile
from profiles.access import SEARCH, profile_for
from profiles.desk.values import joined_records
from profiles.finding import search as finder
from profiles.finding.pace import TooMany, allow
from profiles.models import Membership, Profile, SourceRecord

MOST_CUSTOMERS = 8  # whose records are offered
FIND = "find"


@shows(Action.REVIEW)
@require_http_methods(["GET", "POST"])
@permission_required(SEARCH, raise_exception=True)
def compare(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Pick a record of the customer, find any other one, and see both. Changes nothing."""
    review.ask_permission(request.user)
    profile = profile_for(request.user, profile_id)
    records = joined_records(profile)
    note_records(*records)
    context: dict[str, Any] = {"profile": profile, "records": records}
    if request.method == "GET":
        return _page(request, context)
    form = CompareForm(request.POST, own=[record.pk for record in records])
    if not form.is_valid():
        return _page(request, {**context, "problem": form.problem}, status=422)
    facts = form.cleaned_data
    context |= {"one": facts["one"], "words": facts["q"]}
    if facts["step"] == FIND:
        return _found(request, context)
    return _compared(request, context, facts["other"])


def _page(request: StaffRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "matching/compare.html", context, status=status)


def _found(request: StaffRequest, context: dict[str, Any]) -> HttpResponse:
    """Records of the customers that fit what was typed."""
    try:
        allow(request.user.pk, context["words"])
    except TooMany as wait:
        response = _page(request, {**context, "problem": wait.words}, status=429)
        response["Retry-After"] = str(wait.seconds)
        return response
    hits = finder.search(context["words"], limit=MOST_CUSTOMERS).hits
    found = _records_of([hit.profile for hit in hits], but=context["one"])
    return _page(request, {**context, "found": found, "looked": True})


def _records_of(
    profiles: list[Profile], *, but: int
) -> list[tuple[Profile, list[SourceRecord]]]:
    """The live records of some customers, in the order of the customers. One query."""
    rows = SourceRecord.objects.live().filter(membership__profile__in=profiles).exclude(pk=but)
    known = rows.select_related("source", "membership").order_by("born_at", "pk")
    records = list(known)
    note_records(*records)
    return [
        (profile, [each for each in records if each.membership.profile_id == profile.pk])
        for profile in profiles
    ]


def _compared(request: StaffRequest, context: dict[str, Any], other: int) -> HttpResponse:
    second = _record(request, other)
    if second is None:
        problem = _("This record is not there any more.")
        return _page(request, {**context, "problem": problem}, status=422)
    first = next(record for record in context["records"] if record.pk == context["one"])
    loaded = _with_home(first.pk)
    found = any_two(loaded, second, model=live_model())
    return _page(request, {**context, "compared": found, "file": found.file})


def _record(request: StaffRequest, pk: int) -> SourceRecord | None:
    """A live record behind the door of the customer it belongs to."""
    home = Membership.objects.filter(record=pk, record__deleted_at=None, record__erased_at=None)
    for profile_id in home.values_list("profile_id", flat=True):
        if other_profile(request.user, profile_id) is not None:
            return _with_home(pk)
    return None


def _with_home(pk: int) -> SourceRecord:
    records = SourceRecord.objects.select_related("source", "membership__profile")
    return records.get(pk=pk)
