"""The review queue: one pair, one key, the next pair."""

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from c360.http import StaffRequest
from c360.models import User
from c360.once import reading_once
from c360.showing import Action, shows
from matching import review
from matching.deciding.impact import impact_of_different, impact_of_same
from matching.forms import ASSIGN, LATER, SECOND, WITHDRAW, DecideForm, ReadingForm
from matching.groups.gathering import beside as asked_beside
from matching.models import Proposal, Reading, ReviewCase
from matching.models.gravity import probability
from matching.queueing import known
from matching.queueing.assigning import assign, colleagues_of
from matching.queueing.picking import PickForm, pick, picked_in
from matching.queueing.readings import is_due, next_reading, put_off, read
from matching.refusals import (
    AlreadyDecided,
    Contradiction,
    DecisionRefused,
    NeedsSecondPerson,
    StaleView,
)
from matching.reports.story import beside
from matching.second_person.cautions import caution_words
from matching.second_person.proposals import answer as answer_case
from matching.second_person.proposals import (
    open_proposal,
    propose,
    withdraw,
)
from matching.telling.casefile import open_blind, open_file
from matching.telling.contradiction import steps_of
from matching.telling.evidence import evidence_of


@dataclass(frozen=True)
class Reply:
    """What to tell the steward above the next pair; `tone` is a class of `.note`."""

    text: str
    tone: str = "ok"
    status: int = 200
    steps: tuple[Any, ...] = ()
    can_undo: bool = False


@shows(Action.REVIEW)
@require_GET
@vary_on_headers("HX-Request")
def queue(request: StaffRequest) -> HttpResponse:
    """The next pair at once. A choice in the address is kept; the pair in hand is let go."""
    review.ask_permission(request.user)
    if "reason" in request.GET and pick(request.session, request.GET.dict()):
        review.let_go(request.user)
    context = _next(request)
    template = "matching/_answer.html" if request.htmx else "matching/queue.html"
    return render(request, template, context)


def _next(request: StaffRequest) -> dict[str, Any]:
    """Context of the next pair of what was picked, or of an answer to be read again."""
    user, picked, counts = request.user, picked_in(request.session), review.counts(request.user)
    is_time = picked.is_everything and is_due(counts.decided_today)
    again = next_reading(user) if is_time else None
    if again is None and picked.is_everything and known.is_due(counts.decided_today):
        again = known.draw_known(user)
    if again is None:
        return _context(request, review.claim_next(user, picked), counts)
    return {**_context(request, None, counts), "file": open_blind(again), "reading": again}


@shows(Action.REVIEW)
@require_POST
def reading(request: StaffRequest, reading_id: int) -> HttpResponse:
    """Say blind of an answered pair what it is, and return the next pair."""
    review.ask_permission(request.user)
    found = get_object_or_404(Reading, pk=reading_id)
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return answer(request, Reply(_("Choose Same, Not same or Later."), "bad", 422))
    if form.cleaned_data["verdict"] == LATER:
        put_off(found)
        return answer(request, Reply(_("Put off until tomorrow.")))
    try:
        agrees = read(found, verdict=form.cleaned_data["verdict"], by=request.user)
    except DecisionRefused as refused:
        return answer(request, Reply(str(refused), "info", 409))
    if agrees:
        return answer(request, Reply(_("You and a colleague say the same. Nothing changed.")))
    text = _("A colleague said otherwise. The pair is asked once more; nothing changed yet.")
    return answer(request, Reply(text, "warn"))


@shows(Action.REVIEW)
@require_GET
def case(request: StaffRequest, pk: int) -> HttpResponse:
    """One pair; who opens it holds it, unless another steward does."""
    found = review.case_for(request.user, pk)
    if found.settled_at is not None:
        return answer(request, Reply(_settled_words(found, request.user), "info"))
    review.claim(found, request.user)
    return render(request, "matching/queue.html", _context(request, found))


@shows(Action.REVIEW)
@require_POST
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Answer one pair and return the next. A second answer is refused and says why."""
    found = review.case_for(request.user, pk, to_show=False)
    form = DecideForm(request.POST)
    if not form.is_valid():
        reply = Reply(_("Choose Same, Not same or Later."), "bad", 422)
        return answer(request, reply, stay_on=found)
    if (
        found.settled_at is None
        and found.is_reported
        and _says_apart_without_reason(form.cleaned_data)
    ):
        reply = Reply(_("Somebody reported this: say why in a few words."), "bad", 422)
        return answer(request, reply, stay_on=found)
    if not (review.holds(found, request.user) or review.claim(found, request.user)):
        return answer(request, Reply(_taken_words(found, request.user), "info", 409))
    verdict, reason = form.cleaned_data["verdict"], form.cleaned_data["reason"]
    if verdict == LATER:
        review.put_off(found)
        return answer(request, Reply(_("Put off until tomorrow, or until new data comes.")))
    if verdict == SECOND:
        return _propose(request, found, Proposal.Verdict.UNSURE, reason)
    if verdict == WITHDRAW:
        return _withdraw(request, found)
    if verdict == ASSIGN:
        return _assign(request, found, form.cleaned_data["to"])
    return _record(request, found, form.cleaned_data)


def _says_apart_without_reason(said: dict[str, str]) -> bool:
    """An agent waits for these words."""
    return said["verdict"] == "different" and not said["reason"].strip()


def _propose(
    request: StaffRequest, found: ReviewCase, verdict: Proposal.Verdict, reason: str
) -> HttpResponse:
    """Leave the pair to a second person, who sees what this one would answer."""
    try:
        propose(found, verdict=verdict, proposed_by=request.user, reason=reason)
    except DecisionRefused as refused:
        return answer(request, Reply(str(refused), "bad", 409), stay_on=found)
    if verdict == Proposal.Verdict.UNSURE:
        return answer(request, Reply(_("A second person will be asked.")))
    return answer(request, Reply(_("Proposed as same: a second person must agree.")))


def _withdraw(request: StaffRequest, found: ReviewCase) -> HttpResponse:
    try:
        withdraw(found, by=request.user)
    except DecisionRefused as refused:
        return answer(request, Reply(str(refused), "info", 409), stay_on=found)
    return answer(request, Reply(_("Taken back. You can answer the pair now.")), stay_on=found)


def _assign(request: StaffRequest, found: ReviewCase, to: int | None) -> HttpResponse:
    try:
        colleague = assign(found, to, by=request.user)
    except AlreadyDecided:
        return answer(request, Reply(_settled_words(found, request.user), "info", 409))
    except DecisionRefused as refused:
        return answer(request, Reply(str(refused), "bad", 422), stay_on=found)
    return answer(request, Reply(_("Assigned to %s.") % colleague))


def _record(request: StaffRequest, found: ReviewCase, said: dict[str, str]) -> HttpResponse:
    try:
        answer_case(found, decided_by=request.user, **_facts(said))
    except NeedsSecondPerson:
        return _propose(request, found, Proposal.Verdict.SAME, said["reason"])
    except AlreadyDecided:
        return answer(request, Reply(_settled_words(found, request.user), "info", 409))
    except StaleView:
        text = _("These records changed while you looked. Nothing was saved; look again.")
        return answer(request, Reply(text, "warn", 409), stay_on=found)
    except Contradiction as refused:
        review.note_refused(found)
        reply = Reply(str(refused), "bad", 409, tuple(steps_of(refused.chain)))
        return answer(request, reply, stay_on=found)
    except DecisionRefused as refused:
        return answer(request, Reply(str(refused), "bad", 409), stay_on=found)
    same = said["verdict"] == "same"
    text = _("Marked as same.") if same else _("Marked as not same.")
    if picked_in(request.session).is_blind:
        text = f"{text} {_hidden_words(found)}"
    return answer(request, Reply(text, can_undo=True))


def _hidden_words(found: ReviewCase) -> str:
    """What was hidden while somebody decided blind."""
    return _("The score was %(bits)s bits: %(percent)s %% likely one person.") % {
        "bits": number_format(found.weight_bits, 1),
        "percent": round(100 * probability(found.weight_bits)),
    }


def _facts(said: dict[str, str]) -> dict[str, Any]:
    return {"verdict": said["verdict"], "reason": said["reason"], "seen": said["seen"]}


def answer(
    request: StaffRequest, reply: Reply, *, stay_on: ReviewCase | None = None
) -> HttpResponse:
    """Tell what happened and show a pair: the one to stay on, else the next.

    Without JavaScript the words travel as a message and the queue's own page shows the pair;
    words that name other customers travel nowhere, they are answered with the page.
    """
    if not request.htmx and not reply.steps:
        messages.add_message(request, _level(reply.tone), reply.text)
        return redirect("matching:case", stay_on.pk) if stay_on else redirect("matching:queue")
    context = _context(request, _again(stay_on)) if stay_on else _next(request)
    context["reply"] = reply
    template = "matching/_answer.html" if request.htmx else "matching/queue.html"
    response = render(request, template, context, status=reply.status)
    # the count in the menu loads again, once the next pair can be looked at
    return trigger_client_event(response, "c360:queue", after="settle")


def _again(found: ReviewCase) -> ReviewCase:
    return review.with_records(ReviewCase.objects.all()).get(pk=found.pk)


def _level(tone: str) -> int:
    levels = {"ok": messages.SUCCESS, "warn": messages.WARNING, "bad": messages.ERROR}
    return levels.get(tone, messages.INFO)


def _settled_words(found: ReviewCase, user: User) -> str:
    """Who was faster, for the person who comes second."""
    said = review.decided_by(found)
    if said is None:
        return _("This pair was settled meanwhile by new data or another decision.")
    if said.decided_by == user:
        return _("You decided this pair already.")
    return _("%s decided this pair.") % said.decided_by


def _taken_words(found: ReviewCase, user: User) -> str:
    """Why a pair cannot be answered: somebody holds it, or it has its answer."""
    now = _again(found)
    if now.settled_at is not None:
        return _settled_words(now, user)
    return _("%s is looking at this pair.") % (now.claimed_by or _("Somebody"))


@reading_once()
def _context(
    request: StaffRequest, found: ReviewCase | None, counts: review.Counts | None = None
) -> dict[str, Any]:
    """Context of `_case.html` and of what stands above it."""
    user, picked = request.user, picked_in(request.session)
    context = {
        "counts": counts or review.counts(user),
        "last_action": review.last_action(user),
        "picked": picked,
        "pick_form": None if request.htmx else PickForm(initial=asdict(picked)),
    }
    if found is None:
        return {**context, "file": None}
    held = found.claimed_by_id != user.pk and review.is_held(found)
    joined = found.lo.membership.profile_id == found.hi.membership.profile_id
    impact = impact_of_different(found) if joined else impact_of_same(found)
    proposal = open_proposal(found) if review.may_be_proposed(found) else None
    return {
        **context,
        "file": open_file(found),
        "evidence": None if picked.is_blind else evidence_of(found),
        "colleagues": colleagues_of(user),
        "impact": impact,
        "joined": joined,
        "blind": found.is_audit,
        "reports": beside(found, user) if found.is_reported else [],
        "cautions": [caution_words(code) for code in impact.cautions],
        "proposal": proposal,
        "is_own_proposal": proposal is not None and proposal.proposed_by_id == user.pk,
        "held": held,
        **asked_beside(found)._asdict(),
    }
