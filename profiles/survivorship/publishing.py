"""Making a version live on a report and with two people; spreading it; taking it back."""

from dataclasses import dataclass
from typing import TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _

from c360.models import User
from profiles import rule_versions, tasks
from profiles.models import SurvivorshipPublication, SurvivorshipVersion
from profiles.models.rule_version import RulePublication
from profiles.rule_versions import PublishedMeanwhile, PublishRefused, is_fresh, swap_live
from profiles.survivorship.live import live_version
from profiles.survivorship.spreading import behind, is_for_all, wait_for_spreading

Kind: TypeAlias = RulePublication.Kind
Scope: TypeAlias = RulePublication.Scope


def refusals(version: SurvivorshipVersion, live: SurvivorshipVersion, user: User) -> list[str]:
    """Why this person may not make a version live now; empty where nothing is in the way."""
    problems = [] if is_fresh(version.report, live) else [rule_versions.no_report()]
    return rule_versions.refusals(version, live, user, about_report=problems)


@transaction.atomic
def publish(version: SurvivorshipVersion, *, scope: str, by: User) -> SurvivorshipPublication:
    """Make a version live, for new data only or for all customers.

    Asks again, while nobody else publishes, whether anything speaks against it; raises
    `PublishRefused` then, and nothing is changed.
    """
    wait_for_spreading()
    version.refresh_from_db()
    if problems := refusals(version, live := live_version(), by):
        raise PublishRefused(" ".join(problems))
    return _replace(
        live.version,
        version.version,
        Kind.PUBLISH,
        Scope(scope),
        by,
    )


def last_publication() -> SurvivorshipPublication | None:
    """How the live version came to be live; nothing where it is the first. One query."""
    return rule_versions.last_publication(SurvivorshipPublication)


def may_take_back(publication: SurvivorshipPublication | None) -> bool:
    """Whether the live version replaced another that can come back."""
    return publication is not None and publication.kind == Kind.PUBLISH


@transaction.atomic
def take_back(*, by: User) -> SurvivorshipPublication:
    """Make the former version live again, for all customers.

    One person is enough: it leads back to what was checked before. Values are a pure function
    of records and version, so the former ones come back exactly.
    """
    wait_for_spreading()
    publication = last_publication()
    if publication is None or not may_take_back(publication):
        raise PublishRefused(_("There is nothing to take back."))
    former = publication.replaced_id or ""
    return _replace(
        publication.version_id,
        former,
        Kind.TAKE_BACK,
        Scope.ALL,
        by,
    )


@transaction.atomic
def spread_to_all(*, by: User) -> SurvivorshipPublication:
    """Apply a version that is for new data only to all customers."""
    wait_for_spreading()
    publication = last_publication()
    if publication is None or is_for_all():
        raise PublishRefused(_("It applies to all customers already."))
    return _note(
        publication.version,
        publication.replaced,
        Kind.SPREAD,
        Scope.ALL,
        by=by,
    )


def _replace(old: str, new: str, kind: Kind, scope: Scope, by: User) -> SurvivorshipPublication:
    try:
        retired, live = swap_live(SurvivorshipVersion, old, new)
    except PublishedMeanwhile as overtaken:
        raise PublishRefused(str(overtaken)) from None
    return _note(live, retired, kind, scope, by=by)


def _note(
    version: SurvivorshipVersion,
    replaced: SurvivorshipVersion | None,
    kind: Kind,
    scope: Scope,
    *,
    by: User,
) -> SurvivorshipPublication:
    if scope == Scope.ALL:
        transaction.on_commit(tasks.nudge, robust=True)
    return SurvivorshipPublication.objects.create(
        kind=kind,
        scope=scope,
        version=version,
        replaced=replaced,
        made_by_id=version.made_by_id,
        by=by,
        report=version.report,
        behind=behind(),
    )


@dataclass(frozen=True, slots=True)
class Rollout:
    """How far the live version has come: customers who wait for it, and those held."""

    waiting: int
    held: int
    percent: int


def rollout() -> Rollout:
    """A few queries, quick ones while nobody is behind."""
    left, for_all = behind(), is_for_all()
    last = SurvivorshipPublication.objects.order_by("-pk").first()
    total = max(left, last.behind if last else 0)
    done = 100 if not total else (total - left) * 100 // total
    return Rollout(left, 0, done) if for_all else Rollout(0, left, done)
