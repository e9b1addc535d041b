"""The form in which an agent writes down what a customer says about consent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.forms import Described
from consent.models import LedgerEntry, PolicyVersion, Purpose
from consent.stating.capture import Place, Said, Statement

SALT = "consent.stating.capture"
GOOD_FOR = timedelta(hours=1)
SAID = [
    (Said.YES, _("Yes, you may")),
    (Said.NO, _("No")),
    (Said.TAKEN_BACK, _("Takes an earlier yes back")),
    (Said.OBJECTED, _("Objects, on every channel")),
]


def opened_now() -> str:
    """The time at which a form is opened, signed: sent twice, it is one statement."""
    return signing.dumps(timezone.now().isoformat(), salt=SALT)


class Opened(forms.CharField):
    """When the form was opened, signed by us; an old or forged one is refused."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> datetime:
        try:
            told = signing.loads(super().clean(value), salt=SALT, max_age=GOOD_FOR)
        except signing.BadSignature:
            message = _("This form is too old. Open it again and ask once more.")
            raise ValidationError(message) from None
        return datetime.fromisoformat(told)


class CaptureForm(Described):
    """One statement about one purpose. `texts` are those in force for it."""

    said = forms.ChoiceField(
        label=_("What does the customer say?"), choices=SAID, widget=forms.RadioSelect
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=LedgerEntry.Channel.choices, widget=forms.RadioSelect
    )
    place = forms.ChoiceField(label=_("About"), widget=forms.RadioSelect, required=False)
    text = forms.ChoiceField(label=_("Text read out"), required=False)
    read_out = forms.BooleanField(label=_("I read this text out"), required=False)
    opened = Opened()
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        purpose: Purpose,
        places: Sequence[Place],
        texts: Sequence[PolicyVersion],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose
        self.places = {place.key: place for place in places}
        self.texts = {str(text.pk): text for text in texts}
        options = [(place.key, place.label) for place in places]
        everything = ("", _("Everything of this customer; not for a yes"))
        self._choices("place", [*options, everything])
        self._choices("text", [(key, str(text)) for key, text in self.texts.items()])
        if len(self.texts) < 2:
            self.fields["text"].widget = forms.HiddenInput()

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        place = self.places.get(facts.get("place", ""))
        channel, said = facts.get("channel", ""), facts.get("said")
        if said == Said.YES:
            self._check_yes(place, facts)
        if said == Said.OBJECTED and place is not None:
            self.add_error("place", _("An objection is about everything of this customer."))
        elif place is not None and channel and not place.is_for(channel):
            self.add_error("place", _("Choose one that messages of this channel go to."))
        return facts

    def _check_yes(self, place: Place | None, facts: dict[str, Any]) -> None:
        if place is None:
            self.add_error("place", _("A yes is to one contact point: choose which."))
        if facts.get("text", "") not in self.texts:
            told = _("A yes needs a published text that was read out.")
            self.add_error("text" if self.texts else None, told)
        elif not facts.get("read_out"):
            self.add_error("read_out", _("Read the text out first, then tick this."))

    def statement(self) -> Statement:
        """What was said, once the form is valid."""
        facts = self.cleaned_data
        return Statement(
            purpose=self.purpose,
            channel=facts["channel"],
            said=Said(facts["said"]),
            place=self.places.get(facts["place"]),
            text=self.texts.get(facts["text"]),
            at=facts["opened"],
        )
