"""The queue itself: the pairs that may be asked of a steward, in the order they are asked.

Statements are planned once for a connection: one runs with every answer. Of a steward who has
picked nothing only the head of the queue is ranked; who else is asked about the same two
customers is looked up for the first ones only, where it can matter.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from c360.models import User
from c360.sql.prepared import ask
from matching.models.gravity import week_of
from matching.queueing.picking import EVERYTHING, Picked
from matching.queueing.urgency import (
    FOR_THIS_USER,
    HEAD,
    LEVEL,
    MOST_WEEKS,
    PUT_OFF,
    RANKED,
)

RESERVED = timedelta(days=2)  # for whom a pair was assigned to; then anybody is asked
NOBODY = 0
EVERY = 2**31
LOOKED_AT = 60  # cases at the head, of which the next one is taken
COUNTED_EXACTLY = 500  # more open cases than these are counted as they are, in a few ms

# What a steward proposed waits for a second person.
PICKED = """
AND <put_off> = (%(whose)s = 'later') AND <for_this_user>
AND (%(reason)s = '' OR c.reason = %(reason)s)
AND (%(whose)s <> 'mine' OR c.assigned_to_id = %(user)s)
AND (%(whose)s <> 'proposed' OR p.id IS NOT NULL)
AND (%(user)s = 0 OR coalesce(p.proposed_by_id <> %(user)s, true))
""".replace("<put_off>", PUT_OFF).replace("<for_this_user>", FOR_THIS_USER)
# Of the cases between two customers only the strongest is asked: its answer settles the others.
# With `free`, none is asked while a colleague looks at one of them. `OFFSET 0` keeps this order
# of looking up: a plan made while statistics are missing reads all open cases for each of them.
ASKED = """
best AS (
    SELECT *, coalesce(claimed_by_id = %(user)s AND claimed_until > %(now)s, false) AS in_hand
    FROM ranked ORDER BY in_hand DESC, level DESC, urgency DESC, weight_bits DESC, id
    LIMIT %(within)s
),
asked AS (
    SELECT best.* FROM best
    JOIN profiles_membership lo ON lo.record_id = best.lo_id
    JOIN profiles_membership hi ON hi.record_id = best.hi_id
    LEFT JOIN LATERAL (
        SELECT true AS found FROM (
            SELECT record_id, profile_id FROM profiles_membership
            WHERE profile_id IN (lo.profile_id, hi.profile_id) OFFSET 0
        ) one
        CROSS JOIN LATERAL (
            SELECT * FROM matching_reviewcase
            WHERE lo_id = one.record_id AND settled_at IS NULL OFFSET 0
        ) c
        JOIN profiles_membership other ON other.record_id = c.hi_id
        LEFT JOIN matching_proposal p ON p.case_id = c.id AND p.answered_at IS NULL
        WHERE other.profile_id = CASE one.profile_id WHEN lo.profile_id THEN hi.profile_id
            ELSE lo.profile_id END
        AND ((<level>, c.weight_bits, -c.id) > (best.level, best.weight_bits, -best.id)
            OR %(free)s AND c.claimed_until > %(now)s AND c.claimed_by_id <> %(user)s)
        LIMIT 1
    ) before ON true
    WHERE before.found IS NULL
)
""".replace("<level>", LEVEL)
FIRST = """
SELECT id FROM asked
ORDER BY in_hand DESC, level DESC, urgency DESC, weight_bits DESC, id
"""
# The same for nobody in particular: each pair of customers once, if its strongest case waits.
COUNTED = """
WITH beginning AS (
    SELECT FROM matching_reviewcase c WHERE c.settled_at IS NULL AND NOT <put_off>
    LIMIT %(enough)s + 1
),
strongest AS (
    SELECT DISTINCT ON (one, other) <put_off> AS is_put_off
    FROM matching_reviewcase c
    LEFT JOIN matching_proposal p ON p.case_id = c.id AND p.answered_at IS NULL
    JOIN profiles_membership lo ON lo.record_id = c.lo_id
    JOIN profiles_membership hi ON hi.record_id = c.hi_id
    CROSS JOIN LATERAL (
        SELECT least(lo.profile_id, hi.profile_id), greatest(lo.profile_id, hi.profile_id)
    ) AS two (one, other)
    WHERE c.settled_at IS NULL AND (SELECT count(*) FROM beginning) <= %(enough)s
    ORDER BY one, other, <level> DESC, c.weight_bits DESC, c.id
)
SELECT count(*), min(c.opened_at), (SELECT count(*) FROM strongest WHERE NOT is_put_off)
FROM matching_reviewcase c WHERE c.settled_at IS NULL AND NOT <put_off>
""".replace("<level>", LEVEL).replace("<put_off>", PUT_OFF)


class Waiting(NamedTuple):
    """How many pairs wait, and since when the first."""

    number: int
    oldest: datetime | None


def free_for(user: User, picked: Picked) -> list[int]:
    """The next cases for a steward: the pair in hand, then what nobody else looks at.

    Some of the first `LOOKED_AT`; all where that leaves none.
    """
    for within in (LOOKED_AT, EVERY):
        found = ranked(user, picked, within=within, free=True)
        if found:
            return found
    return []


def counted() -> Waiting:
    """The queue in two figures. Of very many, cases are counted instead of questions."""
    facts = {"now": timezone.now(), "enough": COUNTED_EXACTLY}
    [(cases, oldest, pairs)] = ask(COUNTED, facts)
    return Waiting(pairs if cases <= COUNTED_EXACTLY else cases, oldest)


def ranked(
    user: User | None, picked: Picked = EVERYTHING, *, within: int = EVERY, free: bool = False
) -> list[int]:
    """The cases that may be asked now, of the first `within` in order.

    Held ones included; `free` leaves out what others look at.
    """
    now = timezone.now()
    parameters = {
        "now": now,
        "week": week_of(now),
        "most_weeks": MOST_WEEKS,
        "reserved": now - RESERVED,
        "user": user.pk if user else NOBODY,
        "reason": picked.reason,
        "whose": picked.whose,
        "within": within,
        "free": free,
    }
    is_head = picked.is_everything and within < EVERY
    of_these = RANKED.replace("<cases>", HEAD if is_head else "matching_reviewcase")
    statement = " ".join(("WITH ranked AS (", of_these, PICKED, "),", ASKED, FIRST))
    return [pk for (pk,) in ask(statement, parameters)]
