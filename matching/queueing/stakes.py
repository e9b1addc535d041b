"""What two customers have at stake while nobody says whether they are one.

Counting it reads events and tickets, too slow to do for all pairs that wait whenever one is
asked: it is stored on the case and brought up to date by the clock.
"""

from typing import Any

from django.db import connection

from profiles.desk import states
from profiles.desk.attention.rules import COMPLAINT_WORDS

MOST_EVENTS = 1000  # a profile with more counts as that many
MOST_TICKETS = 3

# stake = (1 + open tickets, at most 3) × (1 + log10(1 + events, at most 1000 each)) of both
# customers: 1 for two empty ones, 17 at most. A complaint is an open ticket that is called one
# by its subject or its priority.
REFRESH = """
WITH sides AS (
    SELECT c.id, m.profile_id FROM matching_reviewcase c
    JOIN profiles_membership m ON m.record_id IN (c.lo_id, c.hi_id)
    WHERE c.settled_at IS NULL
),
held AS (
    SELECT p.profile_id,
        least(sum(e.events), %(most_events)s) AS events,
        sum(t.tickets) AS tickets,
        bool_or(t.complaint) AS complaint
    FROM (SELECT DISTINCT profile_id FROM sides) p
    JOIN profiles_membership m ON m.profile_id = p.profile_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS events FROM (
            SELECT FROM profiles_event WHERE record_id = m.record_id LIMIT %(most_events)s
        ) AS counted
    ) e
    CROSS JOIN LATERAL (
        SELECT count(*) AS tickets, coalesce(bool_or(EXISTS (
            SELECT FROM profiles_event told
            WHERE told.object_namespace = o.namespace AND told.object_id = o.object_id
            AND told.object_id <> '' AND (told.name ~* %(complaint)s
                OR lower(told.properties->>'priority') ~ %(complaint)s)
        )), false) AS complaint
        FROM profiles_customerobject o
        WHERE o.record_id = m.record_id AND o.kind = 'ticket'
        AND lower(o.state) <> ALL(%(closed)s)
    ) t
    GROUP BY p.profile_id
),
weighed AS (
    SELECT s.id,
        (1 + least(sum(h.tickets), %(most_tickets)s)) * (1 + log(1 + sum(h.events))) AS stake,
        bool_or(h.complaint) AS complaint
    FROM (SELECT DISTINCT id, profile_id FROM sides) s JOIN held h USING (profile_id)
    GROUP BY s.id
)
UPDATE matching_reviewcase c SET stake = w.stake, has_complaint = w.complaint
FROM weighed w
WHERE c.id = w.id AND (abs(c.stake - w.stake) > 0.001 OR c.has_complaint <> w.complaint)
"""


def refresh_stakes() -> int:
    """Bring stake and complaint of every open case up to date; return how many changed."""
    parameters: dict[str, Any] = {
        "most_events": MOST_EVENTS,
        "most_tickets": MOST_TICKETS,
        "complaint": "|".join(COMPLAINT_WORDS),
        "closed": sorted(states.FINAL),
    }
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, parameters)
        return int(cursor.rowcount)
