"""What people look for, filter by and note on the pages about customers."""

from django import forms
from django.http import HttpRequest, QueryDict

from profiles.desk.notes import MISTAKEN, TAKEN_BACK
from profiles.desk.timeline.filters import PERIODS, STATES, Cursor, Filters
from profiles.desk.timeline.kinds import GROUPS
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
    state = forms.ChoiceField(choices=[(name, name) for name in STATES], required=False)
    period = forms.ChoiceField(choices=[(name, name) for name in PERIODS], required=False)
    each = forms.BooleanField(required=False)
    find = forms.CharField(max_length=100, required=False)
    before = forms.CharField(max_length=40, required=False)
    pages = forms.IntegerField(min_value=1, required=False)

    @classmethod
    def of(cls, request: HttpRequest) -> "TimelineForm":
        """Filters from the address, words to find from the body alone."""
        data = request.GET.copy()
        data.pop("find", None)
        data.update(request.POST)
        form = cls(data)
        form.is_valid()
        return form

    @property
    def filters(self) -> Filters:
        chosen = self.cleaned_data
        return Filters(
            groups=frozenset(chosen.get("kind", ())),
            source=chosen.get("source", ""),
            state=chosen.get("state", ""),
            period=chosen.get("period", ""),
            find=chosen.get("find", ""),
            each=chosen.get("each", False),
        )

    @property
    def cursor(self) -> Cursor | None:
        """The place to go on from; `None` at the start and for what is no cursor."""
        return Cursor.parse(self.cleaned_data.get("before", ""))

    @property
    def loaded(self) -> int:
        """How many pages somebody has read already, one at least."""
        return self.cleaned_data.get("pages") or 1


class NoteForm(forms.Form):
    """A note; `key` tells one that is sent twice from two."""

    text = forms.CharField(max_length=2000)
    key = forms.UUIDField()


class CloseNoteForm(forms.Form):
    """Which note no longer stands, and as what."""

    key = forms.UUIDField()
    how = forms.ChoiceField(choices=[(TAKEN_BACK, TAKEN_BACK), (MISTAKEN, MISTAKEN)])
