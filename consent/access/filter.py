"""What privacy officers ask the access log."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from c360.models import User
from c360.showing import Action
from consent.access.episodes import Episode, Trail, trail_of
from consent.models import AccessEntry

PUBLIC_ID = r"(?i)^P-[0-9A-Z]{12}\Z"


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AccessFilterForm(forms.Form):
    """Filters of the audit page; all may be empty."""

    customer = forms.CharField(
        label=_("Customer id"),
        required=False,
        validators=[
            RegexValidator(PUBLIC_ID, _("A customer id looks like P-7K3M9QW2XA4T.")),
        ],
    )
    person = forms.ModelChoiceField(
        User.objects.order_by("name", "email"),
        label=_("Person"),
        required=False,
        empty_label=_("Everybody"),
    )
    action = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("Everything")), *Action.choices]
    )
    since = forms.DateField(label=_("From"), required=False, widget=_Day())
    until = forms.DateField(label=_("To"), required=False, widget=_Day())

    def clean_customer(self) -> str:
        return str(self.cleaned_data["customer"]).upper()

    def trail(self) -> Trail | None:
        """Where the customer asked for was; `None` where nobody in particular is asked for."""
        asked = self.cleaned_data.get("customer")
        return trail_of(asked) if asked else None

    def query(self) -> str:
        """The filters as they stand in an address, without empty ones."""
        return urlencode([(name, self.data[name]) for name in self.fields if self._said(name)])

    def _said(self, name: str) -> bool:
        return bool(self.data.get(name))

    def entries(self, trail: Trail | None) -> QuerySet[AccessEntry]:
        """The entries asked for, in no order; none where a filter makes no sense."""
        if not self.is_valid():
            return AccessEntry.objects.none()
        asked: dict[str, Any] = self.cleaned_data
        entries = AccessEntry.objects.all()
        if asked["person"]:
            entries = entries.filter(actor=asked["person"])
        if asked["action"]:
            entries = entries.filter(action=asked["action"])
        if asked["since"]:
            entries = entries.filter(at__gte=midnight(asked["since"]))
        if asked["until"]:
            entries = entries.filter(at__lt=midnight(asked["until"] + timedelta(days=1)))
        return entries.filter(shown_to(trail)) if trail else entries


def midnight(day: Any) -> datetime:
    """When a day begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def shown_to(trail: Trail) -> Q:
    """Entries that showed a record of a customer: by id, by record, or with all customers."""
    everyone = Q(action=Action.EXPORT, profiles=[])
    found = everyone | (Q(records__overlap=trail.records) & ~Q(records=[]))
    for episode in trail.episodes:
        found |= _during(episode)
    return found


def _during(episode: Episode) -> Q:
    found = Q(profiles__contains=[episode.profile_id])
    if episode.since:
        found &= Q(at__gte=episode.since)
    if episode.until:
        found &= Q(at__lt=episode.until)
    return found
