"""What a steward picks of the queue: one reason, whose pairs, and whether scores are hidden.

It is kept in the session, so that it holds from answer to answer, and over a reload.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django import forms
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ANYBODYS, MINE, PROPOSED, LATER = "", "mine", "proposed", "later"
KEPT = "review"  # in the session


@dataclass(frozen=True, slots=True)
class Picked:
    """Which pairs are asked; everything by default."""

    reason: str = ""
    whose: str = ANYBODYS
    is_blind: bool = False

    @property
    def is_everything(self) -> bool:
        return not self.reason and self.whose == ANYBODYS

    @property
    def words(self) -> str:
        """What is picked, for the line that says that nothing of it waits."""
        words = (short_reasons().get(self.reason, ""), str(WHOSE[self.whose]))
        return ", ".join(filter(None, words))


EVERYTHING = Picked()
WHOSE = {
    ANYBODYS: "",
    MINE: gettext_lazy("assigned to me"),
    PROPOSED: gettext_lazy("proposed by colleagues"),
    LATER: gettext_lazy("put off"),
}


def short_reasons() -> dict[str, str]:
    """Every reason in two or three words."""
    return {
        "uncertain": _("Uncertain"),
        "identifier": _("Different identifiers"),
        "birth_date": _("Different birth dates"),
        "twins": _("Twins?"),
        "generation": _("Parent and child?"),
        "household": _("One household?"),
        "weak_bridge": _("Weak bridge"),
        "size": _("Very large group"),
        "locked": _("Locked customer"),
        "different": _("Told apart before"),
        "reported": _("Reported"),
        "audit": _("Drawn by lot"),
        "disputed": _("Answered differently"),
    }


def _reasons() -> list[tuple[str, str]]:
    return [("", _("Every reason")), *short_reasons().items()]


def _whose() -> list[tuple[str, str]]:
    return [(whose, str(words) or _("All pairs")) for whose, words in WHOSE.items()]


class PickForm(forms.Form):
    """The line of filters above the queue."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=_reasons, required=False)
    whose = forms.ChoiceField(label=gettext_lazy("Show"), choices=_whose, required=False)
    is_blind = forms.BooleanField(
        label=gettext_lazy("Hide the score until I have answered"), required=False
    )


def picked_in(session: SessionBase) -> Picked:
    """What was picked before; everything where nothing was, or nothing that is known."""
    kept = session.get(KEPT) or {}
    form = PickForm(kept)
    return Picked(**form.cleaned_data) if form.is_valid() else Picked()


def pick(session: SessionBase, wanted: Mapping[str, str]) -> bool:
    """Keep what somebody picks and return whether it is new; nonsense changes nothing."""
    form = PickForm(wanted)
    if not form.is_valid():
        return False
    picked = Picked(**form.cleaned_data)
    if picked == picked_in(session):
        return False
    session[KEPT] = asdict(picked)
    return True
