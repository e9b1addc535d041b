"""A notice as its page tells it: the reason in words and the way to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from matching.data_quality.board import WHOLE, attribute_label
from matching.models import Metric, Notice
from profiles.desk.values import date_text, label

Kind = Notice.Kind


@dataclass(frozen=True, slots=True)
class Told:
    """One notice, why it is there, and where to go on."""

    notice: Notice
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one source above their limits, worst first; `owner` may be empty."""

    source: str
    owner: str
    rows: list[Told]


def by_source(rows: Iterable[Told]) -> list[Figures]:
    """Notices of figures, gathered by the source that somebody answers for. No query."""
    figures = sorted(
        (row for row in rows if row.notice.kind == Kind.LIMIT),
        key=lambda row: (row.notice.detail["source"], -row.notice.detail["percent"]),
    )
    gathered = groupby(figures, key=lambda row: row.notice.detail["source"])
    found = [(source, list(group)) for source, group in gathered]
    return [Figures(source, group[0].notice.detail["owner"], group) for source, group in found]


def told(notice: Notice) -> Told:
    """The reason of a notice as a sentence, with its link. No query."""
    return Told(notice, _reason(notice), _place(notice))


def _reason(notice: Notice) -> str:
    detail: dict[str, Any] = notice.detail
    if notice.kind == Kind.LIMIT:
        return _limit(notice)
    if notice.kind == Kind.ENDING:
        return _ending(notice)
    if notice.kind == Kind.STAGE:
        detail = {**detail, "stage": _(detail["stage"])}  # kept in English
    return {
        Kind.REPORT: _("An agent reported that records do not belong to a customer."),
        Kind.REFUSED: _("An answer was refused: it contradicts what people said before."),
        Kind.STAGE: _("%(source)s fell to “%(stage)s”: too many of its joins were wrong."),
        Kind.AGREEMENT: _(
            "Of %(number)s second readings %(percent)s %% agree, below %(floor)s %%"
        ),
        Kind.SIMULATED: _("%(version)s by %(who)s was simulated and waits for somebody else."),
        Kind.DRAFT: _("%(version)s by %(who)s has been neither published nor dropped."),
    }[Kind(notice.kind)] % detail


def _ending(notice: Notice) -> str:
    detail = notice.detail
    facts = {
        "who": detail["who"],
        "what": label(detail["attribute"]),
        "day": date_text(detail["day"]),
    }
    return (
        _("%(what)s: %(who)s chose what is shown until %(day)s. The rules choose then.") % facts
    )


def _limit(notice: Notice) -> str:
    metric, _slug, attribute = notice.detail["place"]
    what = attribute_label("" if attribute == WHOLE else attribute)
    facts = {**notice.detail, "metric": Metric(metric).label, "what": what}
    said = _("%(source)s, %(metric)s, %(what)s: %(percent)s %%, the limit is %(limit)s %%.")
    return said % facts


def _place(notice: Notice) -> str:
    detail = notice.detail
    if notice.kind == Kind.LIMIT:
        return reverse("matching:quality-cell", args=detail["place"])
    if notice.kind in (Kind.REPORT, Kind.REFUSED):
        return reverse("matching:case", args=[detail["case"]])
    if notice.kind == Kind.ENDING:
        return reverse("profiles:override", args=[detail["profile"], detail["attribute"]])
    if notice.kind == Kind.AGREEMENT:
        return reverse("matching:queue")
    if notice.kind in (Kind.SIMULATED, Kind.DRAFT):
        return reverse("matching:rules-version", args=[detail["version"]])
    return reverse("matching:rules")
