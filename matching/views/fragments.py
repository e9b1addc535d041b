"""Parts of other pages: open questions and confidence of a customer, the count in the menu."""

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.models import User
from c360.showing import Action, shows, shows_no_customer_data
from matching import review
from matching.confidence import Confidence, confidence_of, open_questions
from matching.live import live_model
from matching.queueing.order import counted
from profiles.access import profile_for
from profiles.models import Profile

WORDS = {
    Confidence.CONFIRMED: (_("Confirmed"), "ok", _("A steward said these are one person.")),
    Confidence.STRONG: (_("Strong"), "ok", _("Strong evidence joins every record.")),
    Confidence.PROBABLE: (_("Probable"), "info", _("Enough evidence joins every record.")),
    Confidence.UNDER_REVIEW: (
        _("Under review"),
        "warn",
        _("A steward is asked whether these records belong together."),
    ),
}


def confidence_word(user: User, profile: Profile) -> str:
    """The same word alone; empty for a single record."""
    found = WORDS.get(confidence_of(profile, join_bits=live_model().join_bits))
    return str(found[0]) if found else ""


def uncertain_panel(request: StaffRequest, profile: Profile) -> str:
    """How many possible matches wait for an answer; never who they are."""
    context = {"questions": open_questions(profile), "case": review.first_case_of(profile)}
    return render_to_string("matching/_uncertain.html", context, request)


def confidence_panel(request: StaffRequest, profile: Profile) -> str:
    """How sure it is that the joined records are one person, in one word."""
    found = confidence_of(profile, join_bits=live_model().join_bits)
    return render_to_string("matching/_confidence.html", {"words": WORDS.get(found)}, request)


@shows(Action.VIEW)
@require_GET
def uncertain(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The open questions alone, when they have changed."""
    return HttpResponse(uncertain_panel(request, profile_for(request.user, profile_id)))


@shows(Action.VIEW)
@require_GET
def confidence(request: StaffRequest, profile_id: str) -> HttpResponse:
    """The confidence alone, when it has changed."""
    return HttpResponse(confidence_panel(request, profile_for(request.user, profile_id)))


@shows_no_customer_data
@require_GET
def badge(request: StaffRequest) -> HttpResponse:
    """The number of pairs that wait; nothing where none does."""
    review.ask_permission(request.user)
    return HttpResponse(counted().number or "")
