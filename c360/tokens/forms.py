"""The form with which a person makes a token."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from c360.scopes import Scope

LIFETIMES_DAYS = (7, 30, 90, 365)


class TokenForm(forms.Form):
    """Name, scopes and lifetime of a new token; `newest` is the newest the page showed."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(scope.value, scope.label) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("How long it lives"),
        coerce=int,
        initial=90,
        choices=[(n, ngettext_lazy("%d day", "%d days") % n) for n in LIFETIMES_DAYS],
    )
    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """What `make_token` asks for."""
        cleaned = self.cleaned_data
        chosen = {name: cleaned[name] for name in ("name", "scopes", "days")}
        return {**chosen, "newest_seen": cleaned["newest"]}
