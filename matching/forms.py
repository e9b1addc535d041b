"""What stewards send: a verdict on a pair, or the records that belong to someone else."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LATER, SECOND, WITHDRAW = "later", "second", "withdraw"


class DecideForm(forms.Form):
    """A verdict on a case. `seen` is the fingerprint of the world the steward looked at."""

    verdict = forms.ChoiceField(
        choices=[
            ("same", _("Same")),
            ("different", _("Not same")),
            (LATER, _("Later")),
            (SECOND, _("Ask a second person")),
            (WITHDRAW, _("Take my proposal back")),
        ]
    )
    reason = forms.CharField(max_length=255, required=False)
    seen = forms.CharField(max_length=128, required=False)


class SplitForm(forms.Form):
    """Records to take out of a profile: some of its own, never all."""

    reason = forms.CharField(max_length=255, required=False)
    seen = forms.CharField(max_length=128, required=False)

    def __init__(self, *args: Any, members: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = members
        self.fields["records"] = forms.TypedMultipleChoiceField(
            coerce=int,
            choices=[(pk, pk) for pk in members],
            error_messages={
                "required": _("Tick the records that belong to someone else."),
                "invalid_choice": _("One of these records is no longer part of this customer."),
            },
        )

    def clean_records(self) -> list[int]:
        chosen = sorted(set(self.cleaned_data["records"]))
        if len(chosen) == len(self.members):
            raise forms.ValidationError(_("At least one record must stay."))
        return chosen

    @property
    def problem(self) -> str:
        """The first thing wrong with the selection, as a sentence."""
        return str(next(iter(self.errors.get("records", [])), ""))
