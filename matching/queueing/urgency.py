"""In which order pairs are asked: expected harm × probability × age, with two levels above it.

What an agent reported, and customers with an open complaint, come first: somebody is wrong
about them right now. What a colleague proposed comes next: half the work is done. Below, a pair
is as urgent as

    harm of its reason × stake of its customers × probability that they are one × age

All but the age are stored as the case's gravity (`matching.models.gravity`, `stakes`). Pairs
opened in the same week are equally old, so the first of them all are among the gravest of each
week, which an index has in order: `HEAD`. Of several pairs between the same two customers the
one with the strongest evidence is asked: its answer settles the others.
"""

MOST_WEEKS = 8  # a pair nobody can answer must not stand first for ever

# Of a case `c` with its open proposal `p`: 2 now, 1 half done, 0 in turn.
LEVEL = """
CASE WHEN c.reason = 'reported' OR c.has_complaint THEN 2
    WHEN p.id IS NOT NULL THEN 1 ELSE 0 END
"""
# What was assigned waits for that colleague, for a while, as long as the colleague can sign in.
FOR_THIS_USER = """
(c.assigned_to_id IS NULL OR %(user)s IN (0, c.assigned_to_id) OR c.assigned_at <= %(reserved)s
    OR c.assigned_to_id IN (SELECT id FROM c360_user WHERE NOT is_active))
"""
PUT_OFF = "coalesce(c.snoozed_until > %(now)s, false)"
# Open cases of <cases> with their rank. Age: 1 in the first week, 2 in the second, 9 at most.
RANKED = """
SELECT c.id, c.lo_id, c.hi_id, c.weight_bits, c.opened_at, c.claimed_by_id, c.claimed_until,
    <level> AS level,
    c.gravity * (1 + greatest(0, least(%(week)s - c.opened_week, %(most_weeks)s))) AS urgency
FROM <cases> c
LEFT JOIN matching_proposal p ON p.case_id = c.id AND p.answered_at IS NULL
WHERE c.settled_at IS NULL
""".replace("<level>", LEVEL)
# The cases among which the first `within` of all are that may be asked of a steward. `OFFSET 0`
# has them looked up one by one: any other plan reads all cases there are.
HEAD = """(
WITH head AS (
    SELECT id FROM matching_reviewcase
        WHERE settled_at IS NULL AND (reason = 'reported' OR has_complaint)
    UNION SELECT case_id FROM matching_proposal WHERE answered_at IS NULL
    UNION SELECT id FROM matching_reviewcase
        WHERE settled_at IS NULL AND claimed_by_id = %(user)s
    UNION SELECT gravest.id FROM generate_series(
        (SELECT min(opened_week) FROM matching_reviewcase WHERE settled_at IS NULL),
        (SELECT max(opened_week) FROM matching_reviewcase WHERE settled_at IS NULL)
    ) AS weeks (week)
    CROSS JOIN LATERAL (
        SELECT c.id FROM matching_reviewcase c
        WHERE c.settled_at IS NULL AND c.opened_week = weeks.week
        AND NOT <put_off> AND <for_this_user> AND NOT EXISTS (
            SELECT FROM matching_proposal p WHERE p.case_id = c.id AND p.answered_at IS NULL)
        ORDER BY c.gravity DESC, c.weight_bits DESC, c.id
        LIMIT %(within)s
    ) AS gravest
)
SELECT found.* FROM head CROSS JOIN LATERAL (
    SELECT * FROM matching_reviewcase WHERE id = head.id OFFSET 0
) AS found
)""".replace("<put_off>", PUT_OFF).replace("<for_this_user>", FOR_THIS_USER)
