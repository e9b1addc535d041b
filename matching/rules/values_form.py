"""What stewards send about survivorship: what is compared, and which sources are trusted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.rules.forms import clean_version_name
from matching.rules.values import strategy_words
from profiles.desk.values import label
from profiles.models import Source, SurvivorshipVersion
from profiles.survivorship.rules import OFFERED, Strategy


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute as the form shows it."""

    label: str
    places: Sequence[BoundField]
    trust: BoundField


class ValuesDraftForm(forms.Form):
    """The rules of a new version, filled with those of the one it is based on.

    An attribute has as many places as there are strategies that can tell its values apart;
    places may stay empty.
    """

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Left empty, it is named after the day."),
    )

    def __init__(self, *args: Any, based_on: SurvivorshipVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = list(Source.objects.values_list("slug", flat=True))
        for name in OFFERED:
            order = based_on.spec["strategies"][name]
            for place, key in enumerate(_places(name)):
                initial = order[place] if place < len(order) else ""
                self.fields[key] = _choice(name, place, initial)
            self.fields[_trust(name)] = forms.CharField(
                label=_("%s: sources trusted most, in this order") % label(name),
                required=False,
                max_length=400,
                initial=", ".join(based_on.spec["trust"].get(name, ())),
            )

    @property
    def rows(self) -> Iterator[Row]:
        for name in OFFERED:
            places = [self[key] for key in _places(name)]
            yield Row(label(name), places, self[_trust(name)])

    @property
    def sources(self) -> list[str]:
        """What may be written where sources are asked for."""
        return self._known

    def clean_name(self) -> str:
        return clean_version_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name in OFFERED:
            self._check_order(name, self._order(name, found))
            self._check_sources(name, found)
        return found

    def _check_order(self, name: str, order: Sequence[str]) -> None:
        first = _places(name)[0]
        if not order and not any(key in self.errors for key in _places(name)):
            self.add_error(first, _("Choose at least one."))
        if twice := [each for place, each in enumerate(order) if each in order[:place]]:
            words = _("“%s” is there twice: leave one out.") % strategy_words(twice[0])
            self.add_error(first, words)

    def _check_sources(self, name: str, found: dict[str, Any]) -> None:
        slugs, key = _words(found.get(_trust(name), "")), _trust(name)
        if unknown := [slug for slug in slugs if slug not in self._known]:
            self.add_error(
                key,
                _("There is no source “%(slug)s”. Write some of %(known)s.")
                % {"slug": unknown[0], "known": ", ".join(self._known)},
            )
        elif len(set(slugs)) < len(slugs):
            self.add_error(key, _("A source is there twice: leave one out."))
        elif slugs and Strategy.PRIORITY not in self._order(name, found):
            words = _("Choose “%s” above as well, or leave the sources out.")
            self.add_error(key, words % strategy_words(Strategy.PRIORITY))

    @staticmethod
    def _order(name: str, found: dict[str, Any]) -> list[str]:
        return [said for key in _places(name) if (said := found.get(key))]

    @property
    def facts(self) -> dict[str, Any]:
        """What `drafts.make_draft` takes."""
        sent = self.cleaned_data
        return {
            "name": sent["name"],
            "strategies": {name: self._order(name, sent) for name in OFFERED},
            "trust": {name: _words(sent[_trust(name)]) for name in OFFERED},
        }


def _choice(name: str, place: int, initial: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("%(attribute)s, place %(place)d")
        % {"attribute": label(name), "place": place + 1},
        choices=[("", "—"), *((str(each), strategy_words(each)) for each in OFFERED[name])],
        required=False,
        initial=initial,
    )


def _places(name: str) -> list[str]:
    return [f"{name}_{place}" for place in range(len(OFFERED[name]))]


def _trust(name: str) -> str:
    return f"{name}_trust"


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()
