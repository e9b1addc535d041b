"""The version of survivorship that holds."""

from functools import lru_cache

from django.utils import timezone

from c360.once import once
from c360.sql.prepared import ask
from profiles.models import SurvivorshipVersion
from profiles.survivorship.rules import SHIPPED, SHIPPED_RULES, Rules

LIVE = f"""coalesce(
    (SELECT version FROM profiles_survivorshipversion WHERE state = 'live'), '{SHIPPED}'
)"""  # noqa: S608  # our own constant
"""For statements that read records: the version that held as they were read."""

State = SurvivorshipVersion.State


def live_rules() -> Rules:
    """The rules by which values are chosen now. One query."""
    return rules_of(_live_version("survivorship"))


@once
def _live_version(of: str) -> str:
    return str(ask(f"SELECT {LIVE}", [])[0][0])


def rules_of(version: str) -> Rules:
    """The rules of a version; parsed once, since they never change.

    Raises `SurvivorshipVersion.DoesNotExist`.
    """
    return SHIPPED_RULES if version == SHIPPED else _parsed(version)


@lru_cache(maxsize=16)
def _parsed(version: str) -> Rules:
    spec = SurvivorshipVersion.objects.get(version=version).spec
    return Rules.from_spec({**spec, "version": version})


def live_version() -> SurvivorshipVersion:
    """The row of the live version; the shipped rules get theirs when it is first asked for."""
    rows = SurvivorshipVersion.objects.select_related("made_by")
    return rows.filter(state=State.LIVE).first() or _store_shipped()


def _store_shipped() -> SurvivorshipVersion:
    row, _ = SurvivorshipVersion.objects.get_or_create(
        version=SHIPPED,
        defaults={
            "state": State.LIVE,
            "spec": SHIPPED_RULES.to_spec(),
            "published_at": timezone.now(),
        },
    )
    return row
