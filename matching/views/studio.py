"""The cluster studio: who is joined and how firmly, splitting with a preview, and the past."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from c360.http import StaffRequest
from c360.showing import Action, shows
from matching import review
from matching.deciding.decisions import split_records
from matching.deciding.holds import locks_on
from matching.forms import SplitForm
from matching.live import live_model
from matching.models import MergeEvent
from matching.refusals import (
    Contradiction,
    DecisionRefused,
    NeedsSecondPerson,
    StaleView,
)
from matching.second_person.cautions import caution_words
from matching.studio.comparing import compare_two
from matching.studio.drawing import MOST_NODES, codes_of, draw
from matching.studio.moments import moment_of, past_of
from matching.studio.moving import Move, move_records, plan_move, tied_customers
from matching.telling.contradiction import steps_of
from matching.telling.foretelling import foretold
from matching.telling.splitting import Member, members_of, parts_of, plan_split
from matching.views.studio_news import marks_of
from matching.views.why import other_profile
from profiles.access import profile_for
from profiles.models import Membership, Profile

COMPARE, CONFIRM = "compare", "confirm"
MOVE, CONFIRM_MOVE = "move", "confirm-move"
GRAPH = "graph"


@shows(Action.REVIEW)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def studio(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Pick records, preview the two customers, and split them; an address may pick them too.

    `?view=graph` draws them, `?at=` shows who was joined at a past moment.
    """
    review.ask_permission(request.user)
    profile = profile_for(request.user, profile_id)
    if request.method == "GET" and (at := moment_of(request.GET.get("at", ""))):
        return _past(request, profile, at)
    context = _context(request, profile)
    given = request.POST if request.method == "POST" else {"records": _named(request)}
    if request.method == "GET" and not given["records"]:
        return _page(request, context)
    if request.POST.get("step") == COMPARE:
        return _compare(request, context)
    form = SplitForm(given, members=[member.record.pk for member in context["members"]])
    if not form.is_valid():
        return _page(request, {**context, "problem": form.problem}, status=422)
    step = request.POST.get("step")
    if step in (MOVE, CONFIRM_MOVE):
        return _move(request, context, form, is_confirmed=step == CONFIRM_MOVE)
    if step == CONFIRM:
        return _confirm(request, context, form)
    return _preview(request, context, form)


def _named(request: StaffRequest) -> list[str]:
    """Records that the address names, so that they are ticked already: those of a report."""
    return request.GET.getlist("record")


def _context(request: StaffRequest, profile: Profile) -> dict[str, Any]:
    """What every answer of the studio needs."""
    members, bridge = members_of(profile)
    if len(members) > MOST_NODES:
        members.sort(key=lambda member: (member.record.source.slug, member.tie_bits))
    records = [member.record for member in members]
    context: dict[str, Any] = {
        "profile": profile,
        "members": members,
        "bridge": bridge,
        "codes": codes_of(records),
        "seen": urlencode(marks_of(profile, request.user)),
        "locks": locks_on([record.pk for record in records]),
    }
    if request.GET.get("view") == GRAPH:
        graph = draw(records, bridge, join_bits=live_model().join_bits)
        context |= {"graph": graph, "is_graph": True}
    return context


def _page(request: StaffRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The whole page, or the part of it that is asked for: by ticks, or by another view."""
    template = "matching/studio.html"
    if request.htmx and request.method == "POST":
        template = "matching/_split_preview.html"
    elif request.htmx and not request.htmx.history_restore_request:
        template = "matching/_studio.html"
    return render(request, template, context, status=status)


def _preview(request: StaffRequest, context: dict[str, Any], form: SplitForm) -> HttpResponse:
    chosen = form.cleaned_data["records"]
    try:
        plan = plan_split(context["profile"], chosen)
    except DecisionRefused as refused:
        return _refused(request, context, refused)
    plan = replace(plan, parts=foretold(plan.parts, request.user, plan.preview))
    tied = tied_customers(context["profile"])
    return _page(request, {**context, "plan": plan, "chosen": chosen, "tied": tied})


def _move(
    request: StaffRequest, context: dict[str, Any], form: SplitForm, *, is_confirmed: bool
) -> HttpResponse:
    """Preview moving the ticked records to another customer, or do it."""
    profile, facts = context["profile"], form.cleaned_data
    target = other_profile(request.user, facts["target"])
    context |= {"chosen": facts["records"], "asked": facts["target"]}
    if target is None:
        problem = _("No customer answers to this id.")
        return _page(request, {**context, "problem": problem}, status=422)
    try:
        plan = plan_move(profile, facts["records"], target)
        if is_confirmed:
            move_records(
                profile,
                facts["records"],
                target,
                reason=facts["reason"],
                decided_by=request.user,
                seen=facts["seen"],
            )
    except NeedsSecondPerson:
        return _moving(request, context, plan, status=409)
    except DecisionRefused as refused:
        return _refused(request, context, refused)
    if not is_confirmed:
        return _moving(request, context, plan)
    messages.success(request, _moved(len(facts["records"])))
    moved = Membership.objects.get(record=facts["records"][0])
    return redirect("matching:history", moved.profile_id)


def _moving(
    request: StaffRequest, context: dict[str, Any], plan: Move, status: int = 200
) -> HttpResponse:
    cautions = [caution_words(code) for code in plan.cautions]
    chosen = set(context["chosen"])
    parts = [
        (part, not chosen.isdisjoint(record.pk for record in part.records))
        for part in foretold(parts_of(plan.preview), request.user, plan.preview)
    ]
    shown = {"move": plan, "parts": parts, "cautions": cautions}
    return _page(request, {**context, **shown}, status=status)


def _moved(number: int) -> str:
    return (
        ngettext(
            "Moved %d record here. You can undo this here.",
            "Moved %d records here. You can undo this here.",
            number,
        )
        % number
    )


def _compare(request: StaffRequest, context: dict[str, Any]) -> HttpResponse:
    """Why two of the records are together."""
    known = {str(member.record.pk): member.record for member in context["members"]}
    chosen = [known[pk] for pk in request.POST.getlist("records") if pk in known]
    if len(chosen) != 2:
        problem = _("Tick exactly two records to see why they are together.")
        return _page(request, {**context, "problem": problem}, status=422)
    pair = chosen[0], chosen[1]
    compared = compare_two(pair, list(known.values()), model=live_model())
    ticked = [record.pk for record in pair]
    return _page(request, {**context, "compared": compared, "chosen": ticked})


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
    except DecisionRefused as refused:
        return _refused(request, context, refused)
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


def _refused(
    request: StaffRequest, context: dict[str, Any], refused: DecisionRefused
) -> HttpResponse:
    """Why nothing was saved: who changed the customer, or the chain that denies it."""
    stale = isinstance(refused, StaleView)
    problem = _changed_by(context["profile"]) if stale else str(refused)
    chain = refused.chain if isinstance(refused, Contradiction) else []
    shown = {"problem": problem, "stale": stale, "steps": steps_of(chain) if chain else []}
    return _page(request, {**context, **shown}, status=409)


def _changed_by(profile: Profile) -> str:
    """Who changed the customer since the page was drawn."""
    newest = (
        MergeEvent.objects.filter(to_profile=profile).select_related("actor").order_by("-pk")
    ).first()
    who = newest.actor if newest else None
    if who is None:
        return _("New data changed this customer while you looked. Nothing was saved.")
    return _("%s changed this customer while you looked. Nothing was saved.") % who


def _past(request: StaffRequest, profile: Profile, at: datetime) -> HttpResponse:
    """Who was joined at a moment: to read, not to change."""
    past, moments = past_of(profile, min(at, timezone.now()))
    context: Mapping[str, Any] = {
        "profile": profile,
        "past": past,
        "moments": moments[::-1],
        "codes": codes_of(past.records),
    }
    htmx = request.htmx and not request.htmx.history_restore_request
    template = "matching/_studio_past.html" if htmx else "matching/studio.html"
    return render(request, template, context)
