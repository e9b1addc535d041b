"""The texts people are shown: drafts, publishing, and finding one by its name."""

import hashlib
import re
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.models import PolicyVersion, Purpose
from consent.purposes import purpose_key

NAME = re.compile(
    r"(?P<purpose>.+?)\s+(?P<jurisdiction>[\w-]{1,8})/(?P<language>[\w-]{1,12})\s+v(?P<version>\d{1,9})"
)


class AlreadyPublished(Exception):
    """The text was published meanwhile: it is frozen, and a change is a new version."""


def text_hash(body: str) -> str:
    """SHA-256 of a text as it stands, hex."""
    return hashlib.sha256(body.encode()).hexdigest()


def policy_named(name: str) -> PolicyVersion | None:
    """The published text of a name as `str` gives it: `marketing GB/en v2`. One query."""
    found = NAME.fullmatch(name.strip())
    if found is None:
        return None
    return PolicyVersion.objects.filter(
        purpose_id=purpose_key(found["purpose"]),
        jurisdiction__iexact=found["jurisdiction"],
        language__iexact=found["language"],
        version=int(found["version"]),
        published_at__isnull=False,
    ).first()


def policy_problem(name: str, purpose: str) -> str:
    """Why statements for a purpose cannot rest on the text of that name; empty if they can."""
    found = policy_named(name)
    if found is None:
        return _(
            "There is no published text %(name)r. Name one as purpose country/language "
            "version, such as marketing GB/en v2; officers publish them under Consent, Texts."
        ) % {"name": name}
    if found.purpose_id != purpose_key(purpose):
        told = _("The text %(name)s is about %(its)s, not about %(purpose)s.")
        return told % {"name": found, "its": found.purpose_id, "purpose": purpose}
    return ""


def newest_published(purpose: Purpose) -> list[PolicyVersion]:
    """The text in force of every country and language, in their order. One query."""
    published = purpose.policies.exclude(published_at=None)
    newest = published.order_by("jurisdiction", "language", "-version")
    return list(newest.distinct("jurisdiction", "language"))


def next_draft(policy: PolicyVersion) -> PolicyVersion:
    """Store a draft as the next version of its purpose, country and language."""
    with transaction.atomic():
        Purpose.objects.select_for_update(no_key=True).get(pk=policy.purpose_id)
        same = _same_text(policy)
        policy.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        policy.body_sha256 = text_hash(policy.body)
        policy.save()
    return policy


@transaction.atomic
def change_draft(policy: PolicyVersion, facts: Mapping[str, object]) -> PolicyVersion:
    """Change `body`, `labels` and `material_change` of a draft; else `AlreadyPublished`."""
    locked = _draft(policy)
    for name in ("body", "labels", "material_change"):
        setattr(locked, name, facts[name])
    locked.body_sha256 = text_hash(locked.body)
    locked.save()
    return locked


@transaction.atomic
def publish(policy: PolicyVersion, *, seen: str) -> PolicyVersion:
    """Freeze a text for good. `seen` is the hash of what the officer previewed.

    Raises `AlreadyPublished` where it is public already, or was changed since it was seen.
    """
    locked = _draft(policy)
    if text_hash(locked.body) != seen:
        raise AlreadyPublished(f"{locked} was changed since it was previewed")
    locked.body_sha256 = seen
    locked.published_at = timezone.now()
    locked.save()
    return locked


def superseded_by(policy: PolicyVersion) -> PolicyVersion | None:
    """The text in force before this one, which this one takes the place of."""
    before = _same_text(policy).exclude(published_at=None).filter(version__lt=policy.version)
    return before.order_by("-version").first()


def _draft(policy: PolicyVersion) -> PolicyVersion:
    locked = PolicyVersion.objects.select_for_update().get(pk=policy.pk)
    if locked.published_at is not None:
        raise AlreadyPublished(f"{locked} is published")
    return locked


def _same_text(policy: PolicyVersion) -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.filter(
        purpose=policy.purpose_id,
        jurisdiction=policy.jurisdiction,
        language=policy.language,
    )
