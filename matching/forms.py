"""What people send: a verdict on a pair, or the records that belong to someone else."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from matching.models import Report
from matching.reports.page import ReportPage

LATER, SECOND, WITHDRAW, ASSIGN = "later", "second", "withdraw", "assign"


class OneProblemForm(forms.Form):
    """A form whose page tells one thing at a time."""

    @property
    def problem(self) -> str:
        """The first thing wrong, as a sentence."""
        return str(next(iter(self.errors.values()))[0])


class DecideForm(forms.Form):
    """A verdict on a case. `seen` is the fingerprint of the world the steward looked at."""

    verdict = forms.ChoiceField(
        choices=[
            ("same", _("Same")),
            ("different", _("Not same")),
            (LATER, _("Later")),
            (SECOND, _("Ask a second person")),
            (WITHDRAW, _("Take my proposal back")),
            (ASSIGN, _("Assign")),
        ]
    )
    reason = forms.CharField(max_length=255, required=False)
    seen = forms.CharField(max_length=128, required=False)
    to = forms.IntegerField(required=False)


class AlikeForm(forms.Form):
    """One answer for the `ticked` ones of some pairs; `seen-<case>` belongs to each."""

    verdict = forms.ChoiceField(choices=[("same", _("Same")), ("different", _("Not same"))])
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, ticked: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cases"] = forms.TypedMultipleChoiceField(
            coerce=int,
            choices=[(pk, pk) for pk in ticked if pk.isdecimal()],
            error_messages={"required": _("Tick the pairs to answer.")},
        )

    @property
    def chosen(self) -> dict[int, str]:
        """Each ticked case and the fingerprint of what was seen of it."""
        return {pk: self.data.get(f"seen-{pk}", "")[:128] for pk in self.cleaned_data["cases"]}

    @property
    def problem(self) -> str:
        """The first thing wrong, as a sentence."""
        return str(next(iter(self.errors.get("cases", [])), _("Choose Same or Not same.")))


class ReadingForm(forms.Form):
    """What the second person says of a pair that somebody has answered."""

    verdict = forms.ChoiceField(
        choices=[("same", _("Same")), ("different", _("Not same")), (LATER, _("Later"))]
    )


class SplitForm(forms.Form):
    """Records to take out of a profile: some of its own, never all.

    `target` is the customer they are moved to, where that is asked.
    """

    reason = forms.CharField(max_length=255, required=False)
    seen = forms.CharField(max_length=128, required=False)
    target = forms.CharField(max_length=20, required=False)

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


class LockForm(OneProblemForm):
    """Lock a customer for a reason, or take the lock off, for one or none."""

    step = forms.ChoiceField(choices=[("lock", _("Lock")), ("unlock", _("Take the lock off"))])
    reason = forms.CharField(max_length=255, required=False)
    seen = forms.CharField(max_length=128, required=False)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("step") == "lock" and not facts.get("reason"):
            self.add_error("reason", _("Say why: the reason is kept with the lock."))
        return facts


class CompareForm(OneProblemForm):
    """One record of a customer, and words to find another one by or that other one itself."""

    step = forms.ChoiceField(choices=[("find", _("Find")), ("compare", _("Compare"))])
    q = forms.CharField(max_length=120, required=False)
    other = forms.IntegerField(required=False)

    def __init__(self, *args: Any, own: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gone = _("This record is no longer part of this customer.")
        self.fields["one"] = forms.TypedChoiceField(
            coerce=int,
            choices=[(pk, pk) for pk in own],
            error_messages={"required": _("Pick the first record."), "invalid_choice": gone},
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("step") == "find" and not facts.get("q"):
            self.add_error("q", _("Type what the other record may be found by."))
        if facts.get("step") == "compare" and facts.get("other") in (None, facts.get("one")):
            self.add_error("other", _("Pick another record to compare with."))
        return facts


class ReportForm(forms.Form):
    """What an agent says does not belong to a customer: records, or things of some records."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(max_length=128, widget=forms.HiddenInput)
    why = forms.ChoiceField(
        label=_("Why?"), choices=Report.Why.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, page: ReportPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        gone = {"invalid_choice": _("One of these is no longer part of this customer.")}
        for name, known in (("records", page.members), ("events", list(page.events))):
            self.fields[name] = forms.TypedMultipleChoiceField(
                coerce=int,
                choices=[(pk, pk) for pk in known],
                required=False,
                error_messages=gone,
            )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if {"records", "events"} <= facts.keys():
            facts["reported"] = self._reported(facts)
            self._check(facts)
        return facts

    def _reported(self, facts: dict[str, Any]) -> dict[int, list[int]]:
        """Each record that is meant, and its events that were ticked."""
        reported: dict[int, list[int]] = {pk: [] for pk in facts["records"]}
        for event in facts["events"]:
            reported.setdefault(self.page.events[event], []).append(event)
        return reported

    def _check(self, facts: dict[str, Any]) -> None:
        reported = facts["reported"]
        if not reported:
            self.add_error("records", _("Tick what does not belong to this customer."))
        elif len(reported) == len(self.page.members):
            self.add_error("records", _("At least one record must stay: leave it unticked."))
        elif not facts.get("words") and self._decided(reported):
            message = _("A steward has said that these are one person. Say why you doubt it.")
            self.add_error("words", message)

    def _decided(self, reported: dict[int, list[int]]) -> bool:
        return any(
            (said.lo_id in reported) != (said.hi_id in reported) for said in self.page.said
        )


class GroupForm(forms.Form):
    """A letter for each record: those with one letter are one person. `seen` as for a split."""

    reason = forms.CharField(max_length=255, required=False)
    seen = forms.CharField(max_length=128, required=False)

    def __init__(
        self, *args: Any, records: list[int], letters: list[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.records = records
        for pk in records:
            self.fields[f"group-{pk}"] = forms.ChoiceField(
                choices=[(letter, letter) for letter in letters]
            )

    def groups(self) -> list[list[int]]:
        """The records by letter, in the order of the letters' first records."""
        found: dict[str, list[int]] = {}
        for pk in self.records:
            found.setdefault(self.cleaned_data[f"group-{pk}"], []).append(pk)
        return list(found.values())
