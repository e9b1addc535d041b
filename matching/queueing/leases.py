"""Who looks at which pair: a lease on its row, so that no pair is asked of two at once."""

from datetime import datetime

from django.utils import timezone

from c360.models import User
from c360.sql.prepared import ask

# A steward has one pair in hand: whoever opens another leaves the last one to others. Nobody
# waits for the disk: a lease that a loss of power undoes is nobody's loss.
TAKE = """
WITH taken AS (
    UPDATE matching_reviewcase SET claimed_by_id = %(user)s, claimed_until = %(until)s
    WHERE id = (
        SELECT id FROM matching_reviewcase
        WHERE id = %(case)s AND settled_at IS NULL
        AND (coalesce(claimed_until <= %(now)s, true) OR claimed_by_id = %(user)s)
        FOR UPDATE
    )
    RETURNING id
),
left_to_others AS (
    UPDATE matching_reviewcase SET claimed_by_id = NULL, claimed_until = NULL
    WHERE claimed_by_id = %(user)s AND id <> %(case)s AND EXISTS (SELECT FROM taken)
)
SELECT id, set_config('synchronous_commit', 'off', true) FROM taken
"""
TAKE_UNLESS_LOCKED = TAKE.replace("FOR UPDATE", "FOR UPDATE SKIP LOCKED")


def take(case_id: int, user: User, until: datetime, *, skip_locked: bool = False) -> bool:
    """Take or renew the lease of an open case that no other steward holds. One query.

    `skip_locked` gives up at once where somebody else is about to change it.
    """
    parameters = {"case": case_id, "user": user.pk, "now": timezone.now(), "until": until}
    return bool(ask(TAKE_UNLESS_LOCKED if skip_locked else TAKE, parameters))
