"""Pairs with a known answer, shown again blind: how often somebody says what stands.

Known is what a colleague said long ago and nobody has ever taken back, and what two people
agreed to. It is read again like any answer that was drawn, and counted by itself.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from c360.models import User
from matching.models import Decision, Proposal, Reading
from matching.models.decision import DecisionQuerySet
from matching.standing import standing

LONG = timedelta(days=90)
EVERY = 20  # after so many answers of a day, where nothing drawn waits


def is_due(answered_today: int) -> bool:
    """Whether it is time for one; never where answers are not read again."""
    return bool(settings.C360_DOUBLE_READS and answered_today and answered_today % EVERY == 0)


def draw_known(user: User) -> Reading | None:
    """Make a reading of a known answer of others that has none; none left: `None`.

    The first by the random id of its action, so that nobody chooses. At most five queries.
    """
    row = _known(user).order_by("action", "pk").first()
    if row is None:
        return None
    facts = {
        "lo_id": row.lo_id,
        "hi_id": row.hi_id,
        "first_verdict": row.verdict,
        "first_by_id": row.decided_by_id,
        "is_known": True,
    }
    found, _ = Reading.objects.get_or_create(action=row.action, defaults=facts)
    return Reading.objects.select_related("lo__source", "hi__source").get(pk=found.pk)


def _known(user: User) -> DecisionQuerySet:
    """Answers that are known and were not read again, of others, about live records."""
    agreed = Proposal.objects.filter(
        action=OuterRef("action"), answer=Proposal.Answer.AGREED, verdict=OuterRef("verdict")
    )
    is_known = Q(decided_at__lte=timezone.now() - LONG) | Exists(agreed)
    said = standing().filter(is_known, kind=Decision.Kind.DECIDE, superseded_at=None)
    of_others = said.exclude(decided_by=user).exclude(
        Exists(Proposal.objects.filter(action=OuterRef("action"), proposed_by=user))
    )
    unread = of_others.exclude(Exists(Reading.objects.filter(action=OuterRef("action"))))
    gone = {
        f"{end}__{when}": None for end in ("lo", "hi") for when in ("deleted_at", "erased_at")
    }
    return unread.filter(**gone)
