"""The form in which people say what is wrong with a value, and what is right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from profiles.corrections import CorrectionRefused, cells_of, read_value
from profiles.desk.values import label
from profiles.models import CorrectionProposal

ELSE = "else"  # belongs to someone else: a matter of joined records, not of values
PARTS = {
    "address.line1": _("Address"),
    "address.city": _("Town"),
    "address.region": _("Region"),
    "address.postal_code": _("Postcode"),
    "address.country": _("Country"),
}


class CorrectionForm(forms.Form):
    """What is wrong with a value, and what it should be where somebody knows."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    why = forms.ChoiceField(label=_("What is wrong?"), widget=forms.RadioSelect)
    said_by = forms.ChoiceField(
        label=_("Who says so?"),
        choices=CorrectionProposal.SaidBy.choices,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=_("Anything else"), max_length=255, required=False)

    def __init__(
        self, *args: Any, attribute: str, region: str, needs_value: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.attribute, self.region, self.needs_value = attribute, region, needs_value
        why = CorrectionProposal.Why.choices
        field = self.fields["why"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = why if needs_value else [(ELSE, _("It belongs to someone else")), *why]
        for cell in cells_of(attribute):
            self.fields[cell] = forms.CharField(
                label=PARTS.get(cell) or label(cell), max_length=200, required=False
            )

    @property
    def cells(self) -> list[forms.BoundField]:
        """The fields into which the right value is typed."""
        return [self[cell] for cell in cells_of(self.attribute)]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("why") == ELSE:
            return facts
        try:
            facts["value"] = read_value(self.attribute, self._typed(facts), region=self.region)
        except CorrectionRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        if self.needs_value and not facts["value"] and not self.errors:
            raise forms.ValidationError(_("Write what the value should be."))
        return facts

    def _typed(self, facts: dict[str, Any]) -> dict[str, str]:
        return {cell: facts.get(cell, "") for cell in cells_of(self.attribute)}
