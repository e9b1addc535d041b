"""Telling by facts whether a caller is the customer: what is known, and what the caller said.

The server compares and says yes or no to all of it together. Nobody is shown a fact, or told
which of two was wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.mappings import normalise
from profiles.models import CustomerObject, Profile, SourceRecord
from profiles.models.event import EventKind

NEEDED = 2
LABELS = {
    "birth_date": gettext_lazy("Date of birth"),
    "phone": gettext_lazy("Whole phone number"),
    "postcode": gettext_lazy("Postcode"),
    "order": gettext_lazy("Number of the last order"),
    "email": gettext_lazy("E-mail address"),
}
Facts = Mapping[str, frozenset[str]]  # by name, in the form that compares


def facts_of(profile: Profile, records: Sequence[SourceRecord]) -> Facts:
    """What this customer may be asked, each with every right answer. One query."""
    attributes = [{name: told.get("value") for name, told in profile.golden.items()}]
    attributes += [record.attributes for record in records]
    addresses = [each.get("address") for each in attributes]
    days = _texts(attributes, "birth_date")
    found = {
        "birth_date": {day for day in days if len(day) == len("1984-03-02")},
        "phone": set(_texts(attributes, "phone")),
        "postcode": {
            _bare(str(each["postal_code"]))
            for each in addresses
            if isinstance(each, dict) and each.get("postal_code")
        },
        "order": _last_order(records),
        "email": {each.casefold() for each in _texts(attributes, "email")},
    }
    return {name: frozenset(values) for name, values in found.items() if values}


def are_right(known: Facts, said: Mapping[str, str], records: Iterable[SourceRecord]) -> bool:
    """Whether all that a caller said is right; numbers as any of the sources writes them."""
    regions = {record.source.region for record in records} | {settings.C360_DEFAULT_REGION}
    return len(said) == NEEDED and all(
        known.get(name, frozenset()) & _heard(name, text, filter(None, regions))
        for name, text in said.items()
    )


def _texts(attributes: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    values = [each.get(name) or [] for each in attributes]
    lists = [value if isinstance(value, list) else [value] for value in values]
    return [str(each) for value in lists for each in value]


def _heard(name: str, text: str, regions: Iterable[str]) -> set[str]:
    """What was said in the form that compares; nothing for what is no such fact."""
    if name == "phone":
        return {number for each in regions if (number := normalise.phone(text, each))}
    if name == "email":
        return {address} if (address := normalise.email(text)) else set()
    return {text} if name == "birth_date" else {_bare(text)}


def _bare(text: str) -> str:
    return "".join(sign for sign in normalise.fold(text) if sign.isalnum())


def _last_order(records: Iterable[SourceRecord]) -> set[str]:
    orders = CustomerObject.objects.filter(
        record_id__in=[record.pk for record in records], kind=EventKind.ORDER
    )
    last = orders.order_by("-opened_at", "-pk").first()
    return {_bare(last.object_id)} if last else set()


class CallerForm(forms.Form):
    """Two of the facts that are known of a customer, as the caller said them."""

    def __init__(self, *args: Any, names: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in names:
            kind = forms.DateInput if name == "birth_date" else forms.TextInput
            shown = {"autocomplete": "off"}
            shown |= {"type": "date"} if name == "birth_date" else {"spellcheck": "false"}
            self.fields[name] = forms.CharField(
                label=LABELS[name], max_length=200, required=False, widget=kind(attrs=shown)
            )

    def clean(self) -> dict[str, str]:
        facts = super().clean() or {}
        said = {name: text for name, text in facts.items() if text}
        if len(said) != NEEDED:
            raise forms.ValidationError(_("Fill in two of these, as the caller said them."))
        return said
