"""What stewards send in the rule lab."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from matching.models import MatchModelVersion, Publication
from matching.rules.page import limit_words


def clean_version_name(typed: str) -> str:
    """The name of a version as it may stand in an address."""
    name = typed.strip()
    if "/" in name or not name.isprintable():
        raise forms.ValidationError(_("Use letters, digits, spaces, dots and dashes."))
    return name


class DraftForm(forms.Form):
    """Thresholds and limits of a new version, filled with those of the one it is based on."""

    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        required=False,
        help_text=_("Left empty, it is named after the day."),
    )
    join_bits = forms.FloatField(
        label=_("Joins by itself from, in bits"),
        min_value=-100,
        max_value=100,
        help_text=_("Higher joins less. Ten bits are odds of a thousand to one."),
    )
    review_bits = forms.FloatField(
        label=_("Asks a person from, in bits"),
        min_value=-100,
        max_value=100,
        help_text=_("Lower asks more. Not above the first."),
    )

    def __init__(self, *args: Any, based_on: MatchModelVersion, **kwargs: Any) -> None:
        spec = based_on.spec
        initial = {**spec["thresholds"]}
        initial |= {f"limit_{kind}": most for kind, most in spec["generic_limits"].items()}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self._kinds = list(spec["generic_limits"])
        for kind in self._kinds:
            self.fields[f"limit_{kind}"] = forms.IntegerField(
                label=limit_words(kind), min_value=2, max_value=1000
            )
        for name in ("join_bits", "review_bits"):
            self.fields[name].widget.attrs["step"] = "any"

    def clean_name(self) -> str:
        return clean_version_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("review_bits", -101) > found.get("join_bits", 101):
            self.add_error("review_bits", _("Choose one that is not above the first."))
        return found

    @property
    def facts(self) -> dict[str, Any]:
        """What `drafts.make_draft` takes."""
        sent = self.cleaned_data
        return {
            "name": sent["name"],
            "join_bits": sent["join_bits"],
            "review_bits": sent["review_bits"],
            "limits": {kind: sent[f"limit_{kind}"] for kind in self._kinds},
        }


class PublishForm(forms.Form):
    """How far a version reaches at once."""

    scope = forms.ChoiceField(
        label=_("Apply it to"),
        choices=Publication.Scope.choices,
        initial=Publication.Scope.NEW,
        widget=forms.RadioSelect,
    )


class ValuesPublishForm(forms.Form):
    """The same for a version of survivorship, which is about customers."""

    scope = forms.ChoiceField(
        label=_("Apply it to"),
        choices=[
            (Publication.Scope.NEW, _("New data only")),
            (Publication.Scope.ALL, _("All customers, in the background")),
        ],
        initial=Publication.Scope.NEW,
        widget=forms.RadioSelect,
    )
