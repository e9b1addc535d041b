"""Cases about pairs that two stewards answered differently.

Such a case is open while the first answer still stands and nobody has decided since. That is a
function of readings and decisions, so it is right again after any answer, split or undo.
"""

from collections.abc import Iterable

from django.utils import timezone

from matching.models import Decision, Link, Reading, ReviewCase
from matching.standing import standing

Pair = tuple[int, int]
DISPUTED = ReviewCase.Reason.DISPUTED


def update_disputes(pairs: Iterable[Pair]) -> None:
    """Open and settle the disputes of these pairs. One query where there are none.

    Locks are held by the caller.
    """
    wanted = set(pairs)
    if not wanted:
        return
    ends = {pk for pair in wanted for pk in pair}
    read = Reading.objects.filter(lo__in=ends, hi__in=ends).exclude(read_at=None)
    for reading in read.order_by("read_at", "pk"):
        if (
            reading.lo_id,
            reading.hi_id,
        ) in wanted and reading.verdict != reading.first_verdict:
            _bring_up_to_date(reading)


def _bring_up_to_date(reading: Reading) -> None:
    pair = {"lo": reading.lo_id, "hi": reading.hi_id}
    cases = ReviewCase.objects.open().filter(**pair)
    if not _asks(reading, pair):
        cases.filter(reason=DISPUTED).update(settled_at=timezone.now())
    elif not cases.exists():
        ReviewCase.objects.create(
            lo_id=reading.lo_id, hi_id=reading.hi_id, reason=DISPUTED, weight_bits=_bits(pair)
        )


def _asks(reading: Reading, pair: dict[str, int]) -> bool:
    """The first answer stands, and is the last that was given."""
    stands = Decision.objects.current().filter(**pair, verdict=reading.first_verdict)
    later = standing().filter(**pair, decided_at__gt=reading.read_at)
    return stands.exists() and not later.exists()


def _bits(pair: dict[str, int]) -> float:
    weight = Link.objects.filter(**pair).values_list("weight_bits", flat=True).first()
    return weight or 0.0
