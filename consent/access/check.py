"""A quick look at the end of the access log: is it as it was written?

`manage.py ledger verify` reads all of it, and what was signed; this reads the newest entries
while somebody waits for the page.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from consent.chain.check import BrokenChain, Walk
from consent.chain.format import ACCESS
from consent.chain.rows import Place, rows
from consent.models import AccessEntry

NEWEST = 10_000


@dataclass(frozen=True, slots=True)
class Check:
    """How many entries fit together, since when, and what is wrong with the one after."""

    entries: int
    since: datetime | None
    problem: str = ""


@transaction.atomic
def check_newest(most: int = NEWEST) -> Check:
    """Compute the hashes of the newest entries again, at most `most`. At most three queries."""
    places = AccessEntry.objects.order_by("-chain", "-seq").values_list("chain", "seq", "at")
    cut = next(iter(places[most : most + 1]), None)  # believed, so that the rest can follow it
    begin = Place(cut[0], cut[1]) if cut else None
    first = cut or places.reverse().first()
    since = first[2] if first else None
    try:
        walk = Walk(ACCESS).over(rows(ACCESS, begin), since=begin)
    except BrokenChain as broken:
        return Check(0, since, str(broken))
    return Check(walk.count, since)
