"""Making a version live on evidence and with two people; spreading it; taking it back."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from c360.models import User
from matching import tasks
from matching.fitting.versions import Published, replace_live
from matching.models import DirtyRecord, MatchModelVersion, Publication
from matching.resolving import marks
from matching.resolving.queue import waiting
from matching.rules.topics import announce_rules
from profiles import rule_versions
from profiles.rule_versions import PublishedMeanwhile, PublishRefused, is_fresh

FEWEST_LABELS = 50  # decided pairs that the version would join
State = MatchModelVersion.State
Kind, Scope = Publication.Kind, Publication.Scope


def live_version() -> MatchModelVersion:
    return MatchModelVersion.objects.select_related("made_by").get(state=State.LIVE)


def refusals(version: MatchModelVersion, live: MatchModelVersion, user: User) -> list[str]:
    """Why this person may not make a version live now; empty where nothing is in the way."""
    problems = _report_problems(version, live)
    return rule_versions.refusals(version, live, user, about_report=problems)


def _report_problems(version: MatchModelVersion, live: MatchModelVersion) -> list[str]:
    report = version.report
    if not report or "curve" not in report or not is_fresh(report, live):
        return [rule_versions.no_report()]
    precision = report["decisions"]["after"]["precision"]
    if precision["pairs"] < FEWEST_LABELS:
        return [_too_few(precision["pairs"])]
    if precision["share"] < settings.C360_PRECISION_FLOOR:
        return [_below(precision)]
    return []


def _too_few(labels: int) -> str:
    left = FEWEST_LABELS - labels
    return ngettext(
        "Label %(left)d pair first: people have answered %(labels)d of the pairs that it would "
        "join, and %(fewest)d are needed to tell how right it is.",
        "Label %(left)d pairs first: people have answered %(labels)d of the pairs that it "
        "would join, and %(fewest)d are needed to tell how right it is.",
        left,
    ) % {"left": left, "labels": labels, "fewest": FEWEST_LABELS}


def _below(precision: dict[str, Any]) -> str:
    return _(
        "Too many wrong joins: of the %(pairs)d answered pairs that it would join, "
        "%(share)s %% are one person (%(low)s to %(high)s %%); the floor is %(floor)s %%."
    ) % {
        "pairs": precision["pairs"],
        "share": in_percent(precision["share"]),
        "low": in_percent(precision["low"]),
        "high": in_percent(precision["high"]),
        "floor": in_percent(settings.C360_PRECISION_FLOOR),
    }


def in_percent(share: float) -> str:
    return number_format(round(share * 100, 1), 1)


@transaction.atomic
def publish_on_evidence(version: MatchModelVersion, *, scope: str, by: User) -> Published:
    """Make a version live, for new data only or for all records.

    Asks again under a lock on the versions whether anything speaks against it; raises
    `PublishRefused` then, and nothing is changed.
    """
    names = [version.version, live_version().version]
    rows = MatchModelVersion.objects.filter(pk__in=names).order_by("version")
    list(rows.select_for_update())
    live = live_version()
    version.refresh_from_db()
    if problems := refusals(version, live, by):
        raise PublishRefused(" ".join(problems))
    try:
        done = replace_live(
            live.version, version.version, kind=Kind.PUBLISH, by=by, scope=Scope(scope)
        )
    except PublishedMeanwhile as overtaken:
        raise PublishRefused(str(overtaken)) from None
    MatchModelVersion.objects.filter(pk=version.pk).update(is_automatic=False)
    announce_rules()
    return done


def last_publication() -> Publication | None:
    """How the live version came to be live; nothing where it is the first. One query."""
    return rule_versions.last_publication(Publication)


def may_take_back(publication: Publication | None) -> bool:
    """Whether the live version replaced another that can come back."""
    back = (Kind.PUBLISH, Kind.COMMAND)
    return (
        publication is not None and publication.kind in back and bool(publication.replaced_id)
    )


@transaction.atomic
def take_back(*, by: User) -> Published:
    """Make the former version live again and have what was resolved since resolved once more.

    One person is enough: it leads back to what was checked before. Who belongs together is a
    pure function of records, decisions and version, so the former customers come back exactly.
    """
    publication = last_publication()
    if publication is None or not may_take_back(publication):
        raise PublishRefused(_("There is nothing to take back."))
    try:
        done = replace_live(
            publication.version_id, publication.replaced_id or "", kind=Kind.TAKE_BACK, by=by
        )
    except PublishedMeanwhile as overtaken:
        raise PublishRefused(str(overtaken)) from None
    MatchModelVersion.objects.filter(pk=done.version).update(is_automatic=False)
    announce_rules()
    return done


@transaction.atomic
def spread(*, by: User) -> int:
    """Apply a version that is for new data only to all records; return how many."""
    publication = last_publication()
    marked = marks.release_held()
    if publication is None or not marked:
        raise PublishRefused(_("It applies to all records already."))
    Publication.objects.create(
        kind=Kind.SPREAD,
        version=publication.version,
        replaced=publication.replaced,
        made_by=publication.made_by,
        by=by,
        report=publication.report,
        marked=marked,
    )
    transaction.on_commit(tasks.nudge, robust=True)
    announce_rules()
    return marked


@dataclass(frozen=True, slots=True)
class Rollout:
    """How far the live version has come: records that wait, and those held for later."""

    waiting: int
    held: int
    total: int

    @property
    def percent(self) -> int:
        done = max(0, self.total - self.waiting - self.held)
        return 100 if not self.total else done * 100 // self.total


def rollout(publication: Publication | None) -> Rollout:
    """Two queries."""
    bulk = waiting().filter(lane=DirtyRecord.Lane.BULK)
    held = DirtyRecord.objects.filter(lane=DirtyRecord.Lane.HELD)
    total = publication.marked if publication else 0
    left = bulk.values("record").distinct().count()
    return Rollout(left, held.count(), max(total, left))
