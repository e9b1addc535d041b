"""Reading some answers a second time, blind, to know how often stewards agree.

Which answers are drawn is a function of their id, so nobody chooses and nobody can tell. They
are asked between other pairs, of anybody but who answered first.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import User
from c360.sql.prepared import ask
from matching.models import Reading, ReviewCase
from matching.queueing.disputes import update_disputes
from matching.refusals import DecisionRefused
from matching.standing import standing
from profiles.locking import lock_components

EVERY = 10  # after so many answers of a day one is read again, if one is due
PUT_OFF = timedelta(days=1)
FINE = 10_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many answers were read twice, and how many of them alike.

    Of known answers only those that one steward was asked are counted, by themselves.
    """

    alike: int
    number: int
    known_alike: int = 0
    known_number: int = 0

    @property
    def per_cent(self) -> int:
        return round(100 * self.alike / self.number) if self.number else 0

    @property
    def known_per_cent(self) -> int:
        return round(100 * self.known_alike / self.known_number) if self.known_number else 0


def draw(case: ReviewCase, action: UUID, *, verdict: str, decided_by: User) -> None:
    """Draw an answer to be read again, or not: the share of `C360_DOUBLE_READS` is."""
    if action.int % FINE < settings.C360_DOUBLE_READS * FINE:
        Reading.objects.create(
            lo_id=case.lo_id,
            hi_id=case.hi_id,
            action=action,
            first_verdict=verdict,
            first_by=decided_by,
        )


def is_due(answered_today: int) -> bool:
    """Whether it is time for one, between the other pairs."""
    return answered_today > 0 and answered_today % EVERY == 0


def next_reading(user: User) -> Reading | None:
    """The oldest answer of a colleague that stands and was not read again. One query."""
    return _unread(user).select_related("lo__source", "hi__source").first()


def _unread(user: User) -> QuerySet[Reading]:
    now = timezone.now()
    stands = Exists(standing().filter(action=OuterRef("action"), superseded_at=None))
    due = Reading.objects.filter(stands, read_at=None).exclude(first_by=user)
    due = due.filter(Q(put_off_until=None) | Q(put_off_until__lte=now))
    live = due.filter(lo__deleted_at=None, lo__erased_at=None)
    return live.filter(hi__deleted_at=None, hi__erased_at=None).order_by("drawn_at", "pk")


def put_off(reading: Reading) -> None:
    Reading.objects.filter(pk=reading.pk).update(put_off_until=timezone.now() + PUT_OFF)


@transaction.atomic
def read(reading: Reading, *, verdict: str, by: User) -> bool:
    """Store what the second person says; return whether it is what the first said.

    Opens a case where it is not. Raises `DecisionRefused` where the answer was read or taken
    back meanwhile, and for who gave it.
    """
    lock_components([reading.lo_id, reading.hi_id])
    now = Reading.objects.select_for_update().get(pk=reading.pk)
    if now.read_at is not None:
        raise DecisionRefused(_("A colleague has read this answer already."))
    if now.first_by_id == by.pk or not _unread(by).filter(pk=now.pk).exists():
        raise DecisionRefused(_("This answer is not yours to read again."))
    now.verdict, now.read_by, now.read_at = verdict, by, timezone.now()
    now.save(update_fields=["verdict", "read_by", "read_at"])
    update_disputes([(now.lo_id, now.hi_id)])
    return now.verdict == now.first_verdict


AGREED = """
SELECT count(*) FILTER (WHERE NOT is_known AND verdict = first_verdict),
    count(*) FILTER (WHERE NOT is_known),
    count(*) FILTER (WHERE is_known AND read_by_id = %(user)s AND verdict = first_verdict),
    count(*) FILTER (WHERE is_known AND read_by_id = %(user)s)
FROM matching_reading WHERE read_at IS NOT NULL
"""


def agreement(user: User | None = None) -> Agreement:
    """Over all readings of answers drawn, and over those of known answers by one. One query."""
    [figures] = ask(AGREED, {"user": user.pk if user else None})
    return Agreement(*figures)
