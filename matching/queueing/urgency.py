"""In which order pairs are asked: expected harm × probability × age, with two levels above it.

What an agent reported, and customers with an open complaint, come first: somebody is wrong
about them right now. What a colleague proposed comes next: half the work is done. Below, a pair
is as urgent as

    harm of its reason × stake of its customers × probability that they are one × age

`stake` is stored on the case (`stakes` says what it is made of); the rest is cheap enough to be
computed for every pair that waits. Of several pairs between the same two customers the one with
the strongest evidence is asked: its answer settles the others.
"""

from datetime import timedelta
from typing import Any

from matching.models import ReviewCase

# How bad it is to leave the question open, beside that of an uncertain pair. A reason that is
# missing here weighs 1.
HARM = {
    ReviewCase.Reason.REPORTED: 10.0,
    ReviewCase.Reason.WEAK_BRIDGE: 8.0,  # perhaps two people are one customer already
    ReviewCase.Reason.DIFFERENT: 8.0,
    ReviewCase.Reason.DISPUTED: 8.0,
    ReviewCase.Reason.SIZE: 6.0,
    ReviewCase.Reason.LOCKED: 2.0,
    ReviewCase.Reason.IDENTIFIER: 4.0,  # strong evidence on both sides of the question
    ReviewCase.Reason.BIRTH_DATE: 4.0,
    ReviewCase.Reason.TWINS: 3.0,
    ReviewCase.Reason.GENERATION: 3.0,
    ReviewCase.Reason.HOUSEHOLD: 2.0,
}
DOUBLES_IN = timedelta(days=7)  # a new case counts 1, one of a week 2, one of two weeks 3
OLDEST = timedelta(days=56)  # a pair nobody can answer must not stand first for ever
MOST_BITS = 60.0  # beyond it a probability is 0 or 1 to the last digit

# Of a case `c` with its open proposal `p`: 2 now, 1 half done, 0 in turn.
LEVEL = """
CASE WHEN c.reason = %(reported)s OR c.has_complaint THEN 2
    WHEN p.id IS NOT NULL THEN 1 ELSE 0 END
"""
# Open cases with their rank.
RANKED = """
SELECT c.id, c.lo_id, c.hi_id, c.weight_bits, c.opened_at, c.claimed_by_id, c.claimed_until,
    <level> AS level,
    coalesce(h.harm, 1) * c.stake
        / (1 + power(2, -greatest(least(c.weight_bits, %(most_bits)s), -%(most_bits)s)))
        * (1 + greatest(0, least(extract(epoch FROM %(now)s - c.opened_at)::float8, %(oldest)s))
            / %(doubles_in)s) AS urgency
FROM matching_reviewcase c
LEFT JOIN matching_proposal p ON p.case_id = c.id AND p.answered_at IS NULL
LEFT JOIN c360_user a ON a.id = c.assigned_to_id
LEFT JOIN unnest(%(reasons)s::varchar[], %(harms)s::float8[]) AS h(reason, harm)
    ON h.reason = c.reason
WHERE c.settled_at IS NULL
""".replace("<level>", LEVEL)


def rank_parameters() -> dict[str, Any]:
    """What `RANKED` is asked with, but for `now`."""
    return {
        "reported": ReviewCase.Reason.REPORTED.value,
        "reasons": [reason.value for reason in HARM],
        "harms": list(HARM.values()),
        "most_bits": MOST_BITS,
        "oldest": OLDEST.total_seconds(),
        "doubles_in": DOUBLES_IN.total_seconds(),
    }


def probability(weight_bits: float) -> float:
    """2^w / (1 + 2^w) of a match weight in bits, 0 to 1: as in `RANKED`."""
    return float(1 / (1 + 2 ** -max(min(weight_bits, MOST_BITS), -MOST_BITS)))
