"""How a version of any rules gets its name, goes live on a report, and is taken back.

Every kind of rules keeps two tables, made of `profiles.models.rule_version`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import User
from profiles.models.rule_version import RulePublication, RuleVersion

Version = TypeVar("Version", bound=RuleVersion)
Published = TypeVar("Published", bound=RulePublication)
State, Kind = RuleVersion.State, RulePublication.Kind
LONGEST_NAME = 40


class VersionError(ValueError):
    """A version that does not exist, cannot be used or is taken; says what to do."""


class DraftRefused(ValueError):
    """No version can be made of this; the words say why."""


class PublishedMeanwhile(Exception):
    """Another version was made live while this one was being compared."""


class PublishRefused(Exception):
    """A version does not go live; the words say why and what to do."""


def free_name(versions: type[RuleVersion], wanted: str = "", *, prefix: str) -> str:
    """Return a name for a new version: `wanted`, or one of the day. Raises `VersionError`."""
    known = versions._default_manager
    if wanted:
        if known.filter(version=wanted).exists():
            raise VersionError(f"a version {wanted} exists already: choose another name")
        if len(wanted) > LONGEST_NAME:
            raise VersionError(f"{wanted} is too long: choose a name of up to 40 characters")
        return wanted
    name = f"{prefix}-{timezone.now():%Y-%m-%d}"
    taken = set(known.filter(version__startswith=name).values_list("version", flat=True))
    numbers = (name if number == 1 else f"{name}-{number}" for number in range(1, 10_000))
    return next(each for each in numbers if each not in taken)


def refusals(
    version: RuleVersion, live: RuleVersion, user: User, *, about_report: Sequence[str]
) -> list[str]:
    """Why this person may not make a version live, what its report lacks included."""
    if version.version == live.version:
        return [_("This version is live already.")]
    if version.made_by_id != user.pk:
        return list(about_report)
    return [*about_report, _("You made this version: somebody else must publish it.")]


def no_report() -> str:
    return _("Simulate it first: there is no report against the version that is live.")


def is_fresh(report: Mapping[str, Any] | None, live: RuleVersion) -> bool:
    """Whether a report was made against the version that is live, since it went live."""
    if not report:
        return False
    made_at = datetime.fromisoformat(report["made_at"])
    is_newer = live.published_at is None or made_at >= live.published_at
    return bool(report["against"] == live.version and is_newer)


def swap_live(versions: type[Version], old: str, new: str) -> tuple[Version, Version]:
    """Retire one version and make another live, if the first still is; return both.

    Locks both rows in the order of their names; raises `PublishedMeanwhile`. Runs in the
    caller's transaction.
    """
    both = versions._default_manager.filter(version__in=[old, new]).order_by("version")
    locked = {each.version: each for each in both.select_for_update(of=("self",))}
    retired, live = locked[old], locked[new]
    if retired.state != State.LIVE:
        raise PublishedMeanwhile(
            f"{old} is no longer live: somebody published another version meanwhile. Look at "
            f"the versions, and publish {new} again if it should still go live"
        )
    retired.state = State.RETIRED
    retired.save(update_fields=["state"])
    live.state, live.published_at = State.LIVE, timezone.now()
    live.save(update_fields=["state", "published_at"])
    return retired, live


def last_publication(publications: type[Published]) -> Published | None:
    """How the live version came to be live; nothing where it is the first. One query."""
    rows = publications._default_manager.select_related("version", "replaced", "by", "made_by")
    live = rows.filter(version__state=State.LIVE).exclude(kind=Kind.SPREAD)
    return live.order_by("-pk").first()
