"""The form in which a steward says which value is shown, why, and how long."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.survivorship.overrides import DAY, USUAL_DAYS, Preferred, first_and_last_day

LOOK, SAY = "look", "say"
KEY = re.compile(r"(\d{1,18})-([0-9a-f]{64})")


class OverrideForm(forms.Form):
    """One of the values, why, and the last day; to see what would change, the value alone.

    Which values there are is not asked here: one that went meanwhile is a change, no mistake.
    """

    id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64, required=False)
    step = forms.ChoiceField(choices=[(LOOK, LOOK), (SAY, SAY)])
    value = forms.CharField(
        max_length=100,
        error_messages={"required": gettext_lazy("Choose the value that is to be shown.")},
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=255, required=False)
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Write the last day as in 2026-05-31.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first_day, self.last_day = first_and_last_day()
        self.fields["until"].initial = self.first_day + USUAL_DAYS * DAY
        limits = {"min": self.first_day.isoformat(), "max": self.last_day.isoformat()}
        self.fields["until"].widget.attrs.update(limits)

    @property
    def preferred(self) -> Preferred | None:
        """The value that is picked; `None` where there is none or it cannot be read."""
        found = KEY.fullmatch(str(self["value"].value() or ""))
        return Preferred(int(found[1]), found[2]) if found else None

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("value") and self.preferred is None:
            self.add_error("value", _("Choose the value that is to be shown."))
        if facts.get("step") == SAY:
            self._ask_complete(facts)
        return facts

    def _ask_complete(self, facts: dict[str, Any]) -> None:
        if not facts.get("reason"):
            self.add_error("reason", _("Say why: the reason is kept with the choice."))
        day = facts.get("until")
        if "until" not in self.errors and (
            day is None or not self.first_day <= day <= self.last_day
        ):
            self.add_error("until", _("Choose a last day from today on, within a year."))
