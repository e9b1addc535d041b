"""Showing a masked value for a while: why it is asked for, and until when it stays.

Why is asked once for each customer and session, and repeated in every entry of the access log.
The session keeps reasons and ids, never values.
"""

import time

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from c360.http import StaffRequest
from c360.sentences import know
from profiles.desk.verified import caller_of
from profiles.models import Profile

CALLER = "caller verified"
KEPT = 20  # customers whose reasons a session remembers
OTHER = "other"
REASONS = {  # as the access log has them, whatever language was read
    "asks": gettext_noop("The customer asks about it"),
    "contact": gettext_noop("To call or write to the customer"),
    "check": gettext_noop("To make sure who is calling"),
    "correct": gettext_noop("To correct it"),
    OTHER: gettext_noop("Something else"),
}
know(*REASONS.values())
CHOICES = [(code, gettext_lazy(words)) for code, words in REASONS.items()]


class ReasonForm(forms.Form):
    """Why masked values of a customer are looked at."""

    reason = forms.ChoiceField(label=gettext_lazy("Why?"), choices=CHOICES)
    words = forms.CharField(label=gettext_lazy("If something else"), max_length=80)
    words.required = False

    def clean_words(self) -> str:
        """Words are needed where none of the reasons fits."""
        words: str = self.cleaned_data["words"]
        if self.cleaned_data.get("reason") == OTHER and not words:
            raise forms.ValidationError(_("Say in a few words what it is for."))
        return words

    @property
    def told(self) -> str:
        """The reason as the access log keeps it."""
        chosen = self.cleaned_data["reason"]
        return self.cleaned_data["words"] if chosen == OTHER else REASONS[chosen]


def reason_of(request: StaffRequest, profile: Profile) -> str:
    """Why values of this customer may be shown without asking again, or nothing."""
    if caller_of(request, profile).until:
        return CALLER
    known: dict[str, str] = request.session.get("reasons", {})
    return known.get(profile.pk, "")


def remember_reason(request: StaffRequest, profile: Profile, reason: str) -> None:
    """Keep the reason until the session ends, or twenty other customers later."""
    known = request.session.get("reasons", {})
    others = [(pk, told) for pk, told in known.items() if pk != profile.pk]
    request.session["reasons"] = dict([*others, (profile.pk, reason)][-KEPT:])


def shown_until() -> int:
    """When a value shown now is masked again, in seconds since 1970."""
    return int(time.time()) + settings.C360_SHOW_SECONDS


def is_still_shown(asked: QueryDict) -> bool:
    """Whether the value of whoever asks need not be masked yet, by the clock of the server."""
    until = asked.get("until", "")
    return until.isascii() and until.isdigit() and time.time() < int(until[:12])
