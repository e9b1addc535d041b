"""A few of the machine's own joins, drawn by lot and asked like any other pair, but blind.

The lot is a hash of the two records' keys, so nobody chooses what is checked and the same
records are drawn whenever it is looked. "Same" confirms a join, "not same" splits as usual;
either is a decision, and so a label that later versions learn from.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from c360.live import announce
from matching.models import Audit, Decision, ReviewCase
from matching.models.review import CaseQuerySet
from matching.resolving.marks import mark_dirty
from matching.review import QUEUE

MOST_OPEN = 40  # audits that wait in the queue at once
SHARES = {"auto": 0.02, "assist": 0.2}  # of the joins of a source at this stage

# The lower stage of the two decides how many are drawn.
DRAW = """
SELECT lo_id, hi_id, weight_bits, model_version_id, share FROM (
    SELECT l.lo_id, l.hi_id, l.weight_bits, l.model_version_id,
        CASE WHEN 'assist' IN (s1.stage, s2.stage) THEN %(assist)s ELSE %(auto)s END AS share,
        (hashtextextended(concat_ws(chr(31), s1.slug, r1.external_id, s2.slug,
            r2.external_id), 360) & 9223372036854775807)::float8 / 9223372036854775807 AS lot
    FROM matching_link l
    JOIN profiles_sourcerecord r1 ON r1.id = l.lo_id
    JOIN profiles_sourcerecord r2 ON r2.id = l.hi_id
    JOIN profiles_source s1 ON s1.id = r1.source_id
    JOIN profiles_source s2 ON s2.id = r2.source_id
    JOIN profiles_membership m1 ON m1.record_id = l.lo_id
    JOIN profiles_membership m2 ON m2.record_id = l.hi_id AND m2.profile_id = m1.profile_id
    WHERE l.joins
        AND NOT EXISTS (SELECT FROM matching_audit a WHERE a.lo_id = l.lo_id
            AND a.hi_id = l.hi_id)
        AND NOT EXISTS (SELECT FROM matching_decision d WHERE d.lo_id = l.lo_id
            AND d.hi_id = l.hi_id AND d.superseded_at IS NULL AND d.verdict <> 'none')
        AND NOT EXISTS (SELECT FROM matching_reviewcase c WHERE c.lo_id = l.lo_id
            AND c.hi_id = l.hi_id AND c.settled_at IS NULL)
) AS drawn
WHERE lot < share ORDER BY lot / share LIMIT %(most)s
"""


@transaction.atomic
def draw() -> int:
    """Bring audits up to date and open new ones; return how many were opened.

    Reads all joins, so it is called by the clock and not by the way. Safe to repeat, and in
    several processes: a join is audited once.
    """
    settle_those_without_a_question()
    free = MOST_OPEN - waiting().count()
    rows = _drawn(free) if free > 0 else []
    opened = 0
    for lo, hi, bits, version, share in rows:
        audit, is_new = Audit.objects.get_or_create(
            lo_id=lo,
            hi_id=hi,
            defaults={"share": share, "weight_bits": bits, "model_version_id": version},
        )
        if is_new:
            audit.case = ReviewCase.objects.create(
                lo_id=lo, hi_id=hi, reason=ReviewCase.Reason.AUDIT, weight_bits=0.0
            )
            audit.save(update_fields=["case"])
            opened += 1
    if opened:
        announce([QUEUE])
    return opened


def _drawn(most: int) -> Iterable[tuple[int, int, float, str, float]]:
    with connection.cursor() as cursor:
        cursor.execute(DRAW, {**SHARES, "most": most})
        return list(cursor.fetchall())


def waiting() -> CaseQuerySet:
    """Audits that nobody has answered yet."""
    return ReviewCase.objects.open().filter(reason=ReviewCase.Reason.AUDIT)


def settle_those_without_a_question() -> int:
    """Close audits of pairs that are no longer joined, or answered in another way.

    The records are looked at once more: the machine may have a question of its own now, and
    there is one open case for a pair.
    """
    said = Decision.objects.binding().filter(lo=OuterRef("lo"), hi=OuterRef("hi"))
    apart = ~Q(lo__membership__profile=F("hi__membership__profile"))
    gone = Q(lo__deleted_at__isnull=False) | Q(hi__deleted_at__isnull=False)
    moot = waiting().filter(apart | gone | Q(Exists(said)))
    cases = list(moot.select_for_update(of=("self",)).values_list("pk", "lo_id", "hi_id"))
    ReviewCase.objects.filter(pk__in=[pk for pk, *_ in cases]).update(settled_at=timezone.now())
    mark_dirty({pk for _, *pair in cases for pk in pair})
    return len(cases)
