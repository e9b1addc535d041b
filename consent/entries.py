"""The ledger as privacy officers read it: newest first, page by page."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from consent.models import LedgerEntry
from profiles.models import Profile

PAGE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Cursor(NamedTuple):
    """The last entry of a page; the next page begins after it."""

    stated_at: datetime
    entry: int

    def __str__(self) -> str:
        return f"{(self.stated_at - EPOCH) // timedelta(microseconds=1)}-{self.entry}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """Read what `str` wrote; `None` for anything else."""
        micros, _, entry = text.partition("-")
        if not (micros.isascii() and micros.isdigit() and entry.isascii() and entry.isdigit()):
            return None
        try:
            moment = EPOCH + timedelta(microseconds=int(micros))
        except OverflowError:
            return None
        return cls(moment, min(int(entry), 2**63 - 1))


class Page(NamedTuple):
    entries: list[LedgerEntry]
    older: str  # the cursor of the next page, empty at the end


def page(profile: Profile, *, before: Cursor | None = None) -> Page:
    """The next 50 entries of the joined records. One query."""
    entries = LedgerEntry.objects.filter(record__membership__profile=profile)
    if before is not None:
        earlier = Q(stated_at__lt=before.stated_at)
        entries = entries.filter(earlier | Q(stated_at=before.stated_at, pk__lt=before.entry))
    found = list(
        entries.select_related("record__source", "purpose", "actor").order_by(
            "-stated_at", "-pk"
        )[: PAGE + 1]
    )
    if len(found) <= PAGE:
        return Page(found, "")
    last = found[PAGE - 1]
    return Page(found[:PAGE], str(Cursor(last.stated_at, last.pk)))
