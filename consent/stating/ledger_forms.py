"""How officers look through the ledger, and what they write to correct it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consent.forms import Described
from consent.models import LedgerEntry, Purpose
from consent.stating.capture_form import Opened, opened_now
from consent.stating.corrections import Why
from profiles.models import SourceRecord

ANY = ("", _("any"))


class LedgerFilters(Described):
    """What of the ledger to show; nothing given shows all of it."""

    customer = forms.RegexField(
        r"^P-[0-9A-Z]{1,12}$", label=_("Customer"), required=False, help_text=_("P-…")
    )
    record = forms.IntegerField(
        label=_("Record"), min_value=1, max_value=2**63 - 1, required=False
    )
    purpose = forms.ModelChoiceField(
        Purpose.objects.order_by("name"),
        label=_("Purpose"),
        required=False,
        empty_label=_("any"),
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[ANY, *LedgerEntry.Channel.choices], required=False
    )
    decision = forms.ChoiceField(
        label=_("Statement"), choices=[ANY, *LedgerEntry.Decision.choices], required=False
    )
    method = forms.ChoiceField(
        label=_("How"), choices=[ANY, *LedgerEntry.Method.choices], required=False
    )
    since = forms.DateField(
        label=_("Recorded from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("Recorded to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    before = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1, required=False
    )


class CorrectionForm(Described):
    """Why an entry does not stand, and for which of its records."""

    records = forms.TypedMultipleChoiceField(
        label=_("It does not stand for"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    why = forms.ChoiceField(label=_("Because"), choices=Why.choices, widget=forms.RadioSelect)
    opened = Opened()

    def __init__(
        self, *args: Any, records: Sequence[SourceRecord], entry: LedgerEntry, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.pk, f"{each.source.name} {each.external_id}") for each in records]
        field = self.fields["records"]
        assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101 - declared above
        field.choices = choices
        if len(choices) == 1:
            self.fields["records"].initial = [choices[0][0]]
        self.fields["opened"].initial = opened_now()
        self._entry = entry

    def clean_opened(self) -> datetime:
        """A correction comes after what it corrects."""
        opened: datetime = self.cleaned_data["opened"]
        if opened <= self._entry.stated_at:
            raise ValidationError(_("This line is dated ahead and cannot be corrected yet."))
        return opened
