"""What the pages of the rule lab read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from c360.jobs.model import Job
from c360.models import User
from matching.models import MatchModelVersion
from matching.review import ask_permission
from matching.rules.drawing import Drawn, drawn
from matching.rules.simulating import TRAIN
from matching.telling.keys import key_words
from profiles.desk.values import label
from profiles.models.rule_version import RuleVersion
from profiles.rule_versions import Published, Version

SHOWN = 30  # versions


def version_for(user: User, name: str) -> MatchModelVersion:
    """The one door to a version; asks who wants to know before it looks."""
    ask_permission(user)
    try:
        return MatchModelVersion.objects.select_related("made_by").get(version=name)
    except MatchModelVersion.DoesNotExist:
        raise Http404 from None


def job_for(user: User, pk: int) -> Job:
    """A job of the rule lab."""
    ask_permission(user)
    try:
        return Job.objects.select_related("started_by").get(pk=pk)
    except Job.DoesNotExist:
        raise Http404 from None


def versions(of: type[Version]) -> list[Version]:
    """The newest versions, the live one first. One query; specs and reports stay behind."""
    rows = of._default_manager.select_related("made_by").defer("spec", "report")
    newest = list(rows.order_by("-created_at")[:SHOWN])
    return sorted(newest, key=lambda each: each.state != RuleVersion.State.LIVE)


def publications(of: type[Published]) -> list[Published]:
    """What was live when; one query."""
    rows = of._default_manager.select_related("by", "made_by").defer("report")
    return list(rows.order_by("-pk")[:SHOWN])


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in which a version differs from the live one."""

    words: str
    live: Any
    version: Any


def limit_words(kind: str) -> str:
    return _("Records that may share a key by %s") % key_words(kind)


def differences(version: MatchModelVersion, live: MatchModelVersion) -> list[Line]:
    """Thresholds, always; limits where they differ."""
    mine, theirs = version.spec, live.spec
    lines = [
        Line(
            _("Joins by itself from, in bits"),
            theirs["thresholds"]["join_bits"],
            mine["thresholds"]["join_bits"],
        ),
        Line(
            _("Asks a person from, in bits"),
            theirs["thresholds"]["review_bits"],
            mine["thresholds"]["review_bits"],
        ),
    ]
    limits: Mapping[str, int] = mine["generic_limits"]
    before: Mapping[str, int] = theirs["generic_limits"]
    lines += [
        Line(limit_words(kind), before.get(kind), limits.get(kind))
        for kind in sorted(limits.keys() | before.keys())
        if limits.get(kind) != before.get(kind)
    ]
    return lines


def differs_in_weights(version: MatchModelVersion, live: MatchModelVersion) -> bool:
    """Whether odds or name frequencies are other ones, as of a version that was learnt."""
    parts = ("prior", "comparisons", "identifiers", "custom", "frequencies", "columns")
    return any(version.spec.get(part) != live.spec.get(part) for part in parts)


def last_runs(kind: str, version: str | None = None) -> list[Job]:
    """The shadow runs that are kept, the newest first. One query."""
    runs = Job.objects.filter(kind=kind).select_related("started_by").order_by("-pk")
    return list(runs.filter(about=version) if version else runs)


@dataclass(frozen=True, slots=True)
class Told:
    """The report of a version as the page shows it."""

    report: Mapping[str, Any]
    contradicted: int
    contradicted_before: int
    curve: Sequence[Mapping[str, Any]]
    drawn: Drawn | None
    values: list[tuple[str, int]]


def told(version: MatchModelVersion) -> Told | None:
    """The report of a version, if there is one that this page can show."""
    report = version.report
    if not report or "curve" not in report:
        return None
    return Told(
        report=report,
        contradicted=report["decisions"]["after"]["contradicted"],
        contradicted_before=report["decisions"]["before"]["contradicted"],
        curve=report["curve"],
        drawn=drawn(report["curve"], version.spec["thresholds"]["join_bits"]),
        values=[
            (str(label(name)), number)
            for name, number in report["values"]["by_attribute"].items()
        ],
    )


def last_training() -> Job | None:
    """The newest run that learns a version, if it is not long over. One query."""
    runs = Job.objects.filter(kind=TRAIN).select_related("started_by").order_by("-pk")
    return runs.first()
