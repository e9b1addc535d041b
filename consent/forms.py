"""What privacy officers write: bases, purposes, texts and processing activities."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consent.activities import WRITTEN
from consent.bases import basis_problem
from consent.models import FieldBasis, PolicyVersion, ProcessingActivity, Purpose
from profiles.mappings.events import HELD
from profiles.mappings.records import MappingError, attribute_name
from profiles.models import Source
from profiles.models.source import LawfulBasis


class Described(forms.Form):
    """A form whose fields tell screen readers what is wrong with them."""

    def describe(self) -> None:
        """Mark fields with errors, once validation has run."""
        for name in self.errors:
            if name in self.fields:
                self.fields[name].widget.attrs |= {
                    "aria-invalid": "true",
                    "aria-describedby": f"error-{name}",
                }


class Lines(forms.CharField):
    """A list, one entry a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, *, longest: int = 120, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        for line in lines:
            if len(line) > self.longest:
                raise ValidationError(_("Keep each line below %d letters.") % self.longest)
        return lines


class BasisForm(Described):
    """One basis for several attributes of a source."""

    source = forms.ModelChoiceField(
        Source.objects.all(), to_field_name="slug", label=_("Source")
    )
    attributes = forms.CharField(
        label=_("Attributes, with commas"),
        max_length=2000,
        help_text=_("As the mapping names them; “events” for all activity."),
    )
    purpose = forms.ModelChoiceField(
        Purpose.objects.filter(is_retired=False), label=_("Purpose")
    )
    basis = forms.ChoiceField(label=_("Lawful basis"), choices=LawfulBasis.choices)
    retention_days = forms.IntegerField(
        label=_("Days kept after last seen"), min_value=1, max_value=36600
    )
    activity = forms.ModelChoiceField(
        ProcessingActivity.objects.order_by("name"),
        required=False,
        label=_("Processing activity"),
    )
    reference = forms.CharField(
        label=_("Reference"),
        max_length=200,
        required=False,
        help_text=_("The clause, law or assessment."),
    )
    special_condition = forms.CharField(
        label=_("Special condition"),
        max_length=80,
        required=False,
        help_text=_("For health, belief, origin …: the condition of article 9(2)."),
    )

    def clean_attributes(self) -> list[str]:
        names = dict.fromkeys(
            each.strip() for each in self.cleaned_data["attributes"].split(",") if each.strip()
        )
        for name in names:
            if name != HELD:
                try:
                    attribute_name(name)
                except MappingError as problem:
                    raise ValidationError(str(problem)) from None
        if not names:
            raise ValidationError(_("Name at least one attribute."))
        return list(names)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if not self.errors:
            for problem in self._problems(facts):
                raise ValidationError(problem)
        return facts

    def _problems(self, facts: dict[str, Any]) -> Iterable[str]:
        for name in facts["attributes"]:
            condition = facts["special_condition"]
            if problem := basis_problem(name, facts["purpose"], facts["basis"], condition):
                yield problem


class FieldBasisForm(forms.ModelForm):
    """One basis in the admin."""

    class Meta:
        model = FieldBasis
        fields = (
            "attribute",
            "purpose",
            "basis",
            "retention_days",
            "activity",
            "reference",
            "special_condition",
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if {"attribute", "purpose", "basis"} <= facts.keys():
            problem = basis_problem(
                facts["attribute"],
                facts["purpose"],
                facts["basis"],
                facts.get("special_condition", ""),
            )
            if problem:
                raise ValidationError(problem)
        return facts


class PurposeForm(forms.ModelForm, Described):
    """What a purpose is called and how people are asked. Its key never changes."""

    dpv_iri = forms.URLField(
        label=_("Term in the W3C Data Privacy Vocabulary"),
        assume_scheme="https",
        required=False,
        help_text=_("Such as https://w3id.org/dpv#DirectMarketing; receipts name it."),
    )

    class Meta:
        model = Purpose
        fields: tuple[str, ...] = (
            "name",
            "description",
            "mode",
            "validity_months",
            "dpv_iri",
            "is_retired",
        )
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "key": _("Key"),
            "name": _("Name"),
            "description": _("Description"),
            "mode": _("Contact is allowed"),
            "validity_months": _("Months a yes lasts"),
            "is_retired": _("Retired"),
        }


class NewPurposeForm(PurposeForm):
    """A purpose with the key that mappings and the ledger name it by, for good."""

    class Meta(PurposeForm.Meta):
        fields = ("key", *PurposeForm.Meta.fields)
        help_texts = {
            "key": _("What mappings write, such as partner-offers. It never changes.")
        }


class TextForm(forms.ModelForm, Described):
    """The draft of a text, word for word, with its buttons."""

    labels = Lines(
        label=_("Buttons and boxes, one a line"),
        help_text=_("In the order in which people see them. No box is ticked beforehand."),
    )

    class Meta:
        model = PolicyVersion
        fields: tuple[str, ...] = ("body", "labels", "material_change")
        widgets = {"body": forms.Textarea(attrs={"rows": 8})}
        labels = {
            "purpose": _("Purpose"),
            "jurisdiction": _("Jurisdiction"),
            "language": _("Language"),
            "body": _("Text, word for word"),
            "material_change": _("What people agree to changes: an earlier yes ends"),
        }
        help_texts = {"material_change": ""}


class NewTextForm(TextForm):
    """The first draft of a text: what it is about, and where and how it is read."""

    class Meta(TextForm.Meta):
        fields = ("purpose", "jurisdiction", "language", *TextForm.Meta.fields)

    def clean_jurisdiction(self) -> str:
        return _word(self.cleaned_data["jurisdiction"]).upper()

    def clean_language(self) -> str:
        return _word(self.cleaned_data["language"]).lower()


class ActivityForm(forms.ModelForm, Described):
    """One entry of the record of processing activities."""

    people = Lines(label=_("People, one group a line"), required=False)
    data_categories = Lines(label=_("Kinds of data, one a line"), required=False)
    recipients = Lines(label=_("Recipients, one a line"), required=False)

    class Meta:
        model = ProcessingActivity
        fields = WRITTEN
        widgets = {
            "purposes": forms.CheckboxSelectMultiple,
            **{
                name: forms.Textarea(attrs={"rows": 2})
                for name in ("description", "transfers", "retention", "security")
            },
        }
        labels = {
            "name": _("Name"),
            "description": _("Description"),
            "role": _("We are"),
            "purposes": _("Purposes"),
            "transfers": _("Transfers to other countries, and the safeguard"),
            "retention": _("How long the data is kept"),
            "security": _("How the data is protected"),
            "assessment": _("Impact or interest assessment"),
        }


def _word(typed: str) -> str:
    if not all(each.isalnum() or each == "-" for each in typed) or not typed.isascii():
        raise ValidationError(_("Give letters, such as GB or en."))
    return typed


class OwnDataForm(Described):
    """What a copy of a person's data is for, and whether people or machines read it."""

    REPORT, FILE = "report", "file"
    reason = forms.CharField(
        label=_("What for"),
        max_length=200,
        help_text=_("Such as the number of the request. It is kept in the access log."),
    )
    read_by = forms.ChoiceField(
        label=_("Who reads it"),
        choices=[(REPORT, _("People: a report to print")), (FILE, _("Machines: a JSON file"))],
        widget=forms.RadioSelect,
        initial=REPORT,
    )
