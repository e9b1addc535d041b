"""Splitting: tick the records that belong to someone else, look at both results, confirm."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, shows
from matching import review
from matching.decisions import split_records
from matching.forms import SplitForm
from matching.models import MergeEvent
from matching.refusals import DecisionRefused, StaleView
from matching.splitting import Member, members_of, plan_split
from profiles.access import profile_for
from profiles.models import Profile

PREVIEW, CONFIRM = "preview", "confirm"


@shows(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def split(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Pick records, preview the two customers, and split them; an address may pick them too."""
    review.ask_permission(request.user)
    profile = profile_for(request.user, profile_id)
    members, bridge = members_of(profile)
    context: dict[str, Any] = {"profile": profile, "members": members, "bridge": bridge}
    given = request.POST if request.method == "POST" else {"records": _named(request)}
    if request.method == "GET" and not given["records"]:
        return _page(request, context)
    form = SplitForm(given, members=[member.record.pk for member in members])
    if not form.is_valid():
        return _page(request, {**context, "problem": form.problem}, status=422)
    if request.POST.get("step") == CONFIRM:
        return _confirm(request, context, form)
    return _preview(request, context, form)


def _named(request: StaffRequest) -> list[str]:
    """Records that the address names, so that they are ticked already: those of a report."""
    return request.GET.getlist("record")


def _page(request: StaffRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The whole page, or the part of it that answers a change of the ticks."""
    template = "matching/_split_preview.html" if request.htmx else "matching/split.html"
    return render(request, template, context, status=status)


def _preview(request: StaffRequest, context: dict[str, Any], form: SplitForm) -> HttpResponse:
    chosen = form.cleaned_data["records"]
    try:
        plan = plan_split(context["profile"], chosen)
    except DecisionRefused as refused:
        return _page(request, {**context, "problem": str(refused)}, status=409)
    return _page(request, {**context, "plan": plan, "chosen": chosen})


def _confirm(request: StaffRequest, context: dict[str, Any], form: SplitForm) -> HttpResponse:
    profile: Profile = context["profile"]
    facts = form.cleaned_data
    try:
        split_records(
            profile,
            facts["records"],
            reason=facts["reason"],
            decided_by=request.user,
            seen=facts["seen"],
        )
    except StaleView:
        problem = _changed_by(profile)
        return _page(request, {**context, "problem": problem, "stale": True}, status=409)
    except DecisionRefused as refused:
        return _page(request, {**context, "problem": str(refused)}, status=409)
    messages.success(request, _told(len(facts["records"])))
    return redirect("matching:history", _stays(profile, context["members"], facts["records"]))


def _told(number: int) -> str:
    return (
        ngettext(
            "Split %d record into a customer of its own. You can undo this here.",
            "Split %d records into a customer of their own. You can undo this here.",
            number,
        )
        % number
    )


def _stays(profile: Profile, members: list[Member], left: list[int]) -> str:
    """The profile that the records which were not ticked answer to now."""
    kept = next(member.record for member in members if member.record.pk not in left)
    return kept.membership.profile_id


def _changed_by(profile: Profile) -> str:
    """Who changed the customer since the page was drawn."""
    newest = (
        MergeEvent.objects.filter(to_profile=profile).select_related("actor").order_by("-pk")
    ).first()
    who = newest.actor if newest else None
    if who is None:
        return _("New data changed this customer while you looked. Nothing was saved.")
    return _("%s changed this customer while you looked. Nothing was saved.") % who
