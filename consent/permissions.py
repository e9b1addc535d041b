"""May we contact this customer? The one place that answers; everything else asks here."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from consent.evidence import Evidence, Origin, evidence_for
from consent.fold import Answer, effective
from consent.models import LedgerEntry, Purpose
from profiles.models import Profile

__all__ = ["Answer", "ContactRow", "contact_table", "effective", "may_contact"]


def may_contact(
    profile: Profile, purpose: str, channel: str, *, at: datetime | None = None
) -> Answer:
    """Answer for one purpose and channel, now or at a moment, in one query.

    Statements are those known today with a time up to `at`; which records belong to the
    profile is always as of today. An unknown purpose or channel is a no.
    """
    evidence = evidence_for(profile.pk, purpose=purpose, channel=channel)
    return _answer(evidence, purpose, channel, at or timezone.now())


def _answer(evidence: Evidence, purpose: str, channel: str, at: datetime) -> Answer:
    return effective(
        evidence.statements,
        purpose=purpose,
        channel=channel,
        at=at,
        confirmed=evidence.confirmed,
    )


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One channel under one purpose; `origin` tells where the deciding statement came from."""

    channel: LedgerEntry.Channel
    answer: Answer
    origin: Origin | None


def contact_table(profile: Profile) -> list[tuple[Purpose, list[ContactRow]]]:
    """Every purpose with the answer for each channel, now. Two queries."""
    evidence, now = evidence_for(profile.pk), timezone.now()
    return [
        (
            purpose,
            [_contact_row(evidence, purpose, channel, now) for channel in LedgerEntry.Channel],
        )
        for purpose in Purpose.objects.order_by("name", "key")
    ]


def _contact_row(
    evidence: Evidence, purpose: Purpose, channel: LedgerEntry.Channel, at: datetime
) -> ContactRow:
    answer = _answer(evidence, purpose.key, channel, at)
    entry = answer.decided_by_entry
    return ContactRow(channel, answer, evidence.origins[entry] if entry else None)
