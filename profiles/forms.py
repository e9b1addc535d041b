"""What pages about customers accept."""

from collections.abc import Mapping

from django import forms
from django.http import QueryDict

from profiles.desk.timeline import GROUPS, Cursor, Filters
from profiles.finding.question import MAX_LENGTH


class SearchForm(forms.Form):
    """The search box."""

    q = forms.CharField(max_length=MAX_LENGTH, required=False)


class PopForm:
    """What a telephone system asks for: the first parameter that has a value, cut to length.

    `asked` is its name and value, `None` where there is none. Any name may be a namespace of
    identifiers, so nothing is invalid: what nobody carries finds nobody.
    """

    def __init__(self, data: QueryDict) -> None:
        values = ((name, str(value).strip()[:MAX_LENGTH]) for name, value in data.items())
        self.asked = next(((name, value) for name, value in values if value), None)


class TimelineForm(forms.Form):
    """Filters of a timeline and the place to go on from. Unknown values count as absent."""

    kind = forms.MultipleChoiceField(choices=[(name, name) for name in GROUPS], required=False)
    source = forms.SlugField(max_length=40, required=False)
    find = forms.CharField(max_length=100, required=False)
    before = forms.CharField(max_length=40, required=False)

    def __init__(self, data: QueryDict | Mapping[str, object]) -> None:
        super().__init__(data)
        self.is_valid()

    @property
    def filters(self) -> Filters:
        return Filters(
            groups=frozenset(self.cleaned_data.get("kind", ())),
            source=self.cleaned_data.get("source", ""),
            find=self.cleaned_data.get("find", ""),
        )

    @property
    def cursor(self) -> Cursor | None:
        """The place to go on from; `None` at the start and for what is no cursor."""
        return Cursor.parse(self.cleaned_data.get("before", ""))
