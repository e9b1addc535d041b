"""The review queue: which pair is asked next, and who is looking at it.

Of several record pairs between the same two profiles only the strongest is asked: its answer
settles the others. A steward holds a pair for a few minutes, so two never get the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.live import announce
from c360.models import User
from c360.once import once
from c360.sql.prepared import ask
from matching.models import Decision, Proposal, ReviewCase
from matching.models.review import CaseQuerySet
from matching.queueing.leases import take
from matching.queueing.order import counted, free_for, ranked
from matching.queueing.pace import Pace, pace_of
from matching.queueing.picking import EVERYTHING, Picked
from matching.queueing.readings import Agreement, agreement
from matching.standing import STANDS
from profiles.models import Profile

REVIEW = "matching.review_matches"
QUEUE = "queue"  # the signal that other pairs wait
LEASE = timedelta(minutes=10)
PUT_OFF = timedelta(days=1)
UNDO_BY_KEY = timedelta(hours=12)  # older actions are undone from a customer's history
LAST = """
SELECT d.action, d.kind, d.verdict, d.lo_id, d.hi_id FROM matching_decision d
WHERE d.decided_by_id = %(user)s AND d.decided_at >= %(since)s AND <stands>
ORDER BY d.decided_at DESC, d.id DESC LIMIT 1
""".replace("<stands>", STANDS)

# From the records of a profile to their cases, not through all cases there are. Who answers a
# case drawn by lot should not know that the machine has joined the two: it is not told.
CASES_OF = """
WITH own AS MATERIALIZED (
    SELECT record_id FROM profiles_membership WHERE profile_id = %(profile)s
),
either AS (
    SELECT c.id FROM own JOIN matching_reviewcase c ON c.lo_id = own.record_id
        WHERE c.settled_at IS NULL
    UNION SELECT c.id FROM own JOIN matching_reviewcase c ON c.hi_id = own.record_id
        WHERE c.settled_at IS NULL
)
SELECT c.id, c.lo_id, c.hi_id, lo.profile_id, hi.profile_id,
    ARRAY(SELECT record_id FROM matching_reportedrecord told WHERE told.case_id = c.id)
FROM either JOIN matching_reviewcase c USING (id)
LEFT JOIN profiles_membership lo ON lo.record_id = c.lo_id
LEFT JOIN profiles_membership hi ON hi.record_id = c.hi_id
WHERE c.reason <> 'audit'
ORDER BY c.reason = 'reported' DESC, c.weight_bits DESC, c.id
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits, since when, and how one steward gets on."""

    waiting: int
    oldest: datetime | None
    pace: Pace
    agreement: Agreement

    @property
    def decided_today(self) -> int:
        return self.pace.today


@dataclass(frozen=True, slots=True)
class Action:
    """A steward's action that can still be taken back."""

    id: UUID
    kind: str
    verdict: str
    lo: int
    hi: int

    @property
    def words(self) -> str:
        """What the undo button takes back."""
        if self.kind == Decision.Kind.SPLIT:
            return _("a split")
        same = self.verdict == Decision.Verdict.SAME
        return _("marked as same") if same else _("marked as not same")


def case_for(user: User, pk: int, *, to_show: bool = True) -> ReviewCase:
    """The one door to a case and the personal data behind it; settled cases included.

    The records come along where they are shown. Raises `PermissionDenied` before anything is
    looked up. One query.
    """
    ask_permission(user)
    cases = ReviewCase.objects.all()
    try:
        return (with_records(cases) if to_show else cases).get(pk=pk)
    except ReviewCase.DoesNotExist:
        raise Http404 from None


def ask_permission(user: User) -> None:
    if not user.has_perm(REVIEW):
        raise PermissionDenied


def with_records(cases: CaseQuerySet) -> CaseQuerySet:
    """Load what the page of a case shows of its two records with the case itself.

    And whether somebody has proposed an answer: see `may_be_proposed`. Few joins: planning
    more of them takes longer than reading who holds the case where somebody does.
    """
    proposed = Exists(Proposal.objects.open().filter(case=OuterRef("pk")))
    return cases.annotate(is_proposed=proposed).select_related(
        "lo__source", "hi__source", "lo__membership", "hi__membership"
    )


def may_be_proposed(case: ReviewCase) -> bool:
    """False of a case that was loaded just now and had no proposal then."""
    return getattr(case, "is_proposed", True)


def waiting(user: User | None = None, picked: Picked = EVERYTHING) -> list[ReviewCase]:
    """Open cases to be asked now, most urgent first: one for each pair of profiles."""
    ids = ranked(user, picked)
    found = ReviewCase.objects.in_bulk(ids)
    return [found[pk] for pk in ids]


def claim_next(user: User, picked: Picked = EVERYTHING) -> ReviewCase | None:
    """Give a steward the pair in hand, else the next free one, for `LEASE`; none left: `None`.

    Rows that others are taking are skipped, so that stewards who ask at the same moment get
    different pairs and none waits. Three queries.
    """
    for pk in free_for(user, picked):
        if take(pk, user, timezone.now() + LEASE, skip_locked=True):
            return with_records(ReviewCase.objects.all()).get(pk=pk)
    return None


def claim(case: ReviewCase, user: User) -> bool:
    """Take or renew the lease of an open case; false where another steward holds it."""
    until = timezone.now() + LEASE
    if not take(case.pk, user, until):
        return False
    case.claimed_by, case.claimed_until = user, until
    return True


def holds(case: ReviewCase, user: User) -> bool:
    """Whether somebody has this case in hand, as it was read."""
    return case.claimed_by_id == user.pk and is_held(case)


def let_go(user: User) -> None:
    """Free the pair in hand for others: this steward wants another one."""
    ReviewCase.objects.filter(claimed_by=user).update(claimed_by=None, claimed_until=None)


def is_held(case: ReviewCase) -> bool:
    """Somebody looks at the case right now."""
    return case.claimed_until is not None and case.claimed_until > timezone.now()


def put_off(case: ReviewCase) -> None:
    """Ask again tomorrow; new evidence wakes the case earlier."""
    ReviewCase.objects.filter(pk=case.pk).update(
        snoozed_until=timezone.now() + PUT_OFF, claimed_by=None, claimed_until=None
    )
    announce([QUEUE])


def note_refused(case: ReviewCase) -> None:
    """Keep when an answer was first refused for what people had said before."""
    ReviewCase.objects.open().filter(pk=case.pk, refused_at=None).update(
        refused_at=timezone.now()
    )


def counts(user: User) -> Counts:
    """Numbers above the queue. Four queries."""
    queue = counted()
    return Counts(queue.number, queue.oldest, pace_of(user), agreement(user))


def last_action(user: User) -> Action | None:
    """What the undo key takes back: the user's newest action that still stands. One query."""
    rows = ask(LAST, {"user": user.pk, "since": timezone.now() - UNDO_BY_KEY})
    return Action(*rows[0]) if rows else None


class Touching(NamedTuple):
    """An open case with a record of a profile, or with two; `reported` are those reported."""

    pk: int
    lo: int
    hi: int
    lo_profile: str
    hi_profile: str
    reported: Sequence[int]

    @property
    def is_inside(self) -> bool:
        """True of a pair that is joined already."""
        return self.lo_profile == self.hi_profile


@once
def cases_of(profile: Profile) -> list[Touching]:
    """The open cases with a record of a profile, reported ones first. One query."""
    return [Touching(*row) for row in ask(CASES_OF, {"profile": profile.pk})]


def first_case_of(profile: Profile) -> int | None:
    """The strongest open case between a profile and another. One query."""
    return next((case.pk for case in cases_of(profile) if not case.is_inside), None)


def decided_by(case: ReviewCase) -> Decision | None:
    """The word a person has said of this very pair, if any. One query."""
    said = Decision.objects.binding().filter(lo=case.lo_id, hi=case.hi_id)
    return said.select_related("decided_by").first()
