"""The riskiest changes of a report, each shown like a pair of the review queue."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from matching.models import MatchModelVersion, ReviewCase
from matching.telling.casefile import CaseFile, open_file
from profiles.models import SourceRecord


@dataclass(frozen=True, slots=True)
class Risky:
    """One change of a report; `number` counts from 1 to `total`."""

    number: int
    total: int
    change: dict[str, Any]
    words: str
    is_bad: bool
    file: CaseFile | None

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.total else None


def risky(version: MatchModelVersion, number: int) -> Risky:
    """Open one of the riskiest changes. Two queries; raises `Http404` for one there is not.

    `file` is empty where a record is gone since the report was made.
    """
    changes = (version.report or {}).get("riskiest", [])
    if not 1 <= number <= len(changes):
        raise Http404
    change = changes[number - 1]
    return Risky(
        number=number,
        total=len(changes),
        change=change,
        words=_words(change["change"]),
        is_bad=change["change"].startswith("against"),
        file=_file(change),
    )


def _words(change: str) -> str:
    return {
        "against_different": _("Would join, but a person said they are not the same."),
        "against_same": _("Would not even be asked, but a person said they are the same."),
        "joins": _("Would become one customer."),
        "parts": _("Would no longer be one customer."),
    }[change]


def _file(change: dict[str, Any]) -> CaseFile | None:
    """The pair as a case that nobody has opened; it is not stored."""
    rows = SourceRecord.objects.live().select_related("source", "membership__profile")
    records = rows.in_bulk([change["lo"], change["hi"]])
    if len(records) < 2:
        return None
    lo, hi = records[change["lo"]], records[change["hi"]]
    reason = ReviewCase.Reason.UNCERTAIN
    return open_file(ReviewCase(lo=lo, hi=hi, reason=reason, weight_bits=change["bits"]))
