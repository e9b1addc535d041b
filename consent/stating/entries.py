"""The ledger as privacy officers read it: newest first, page by page."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from consent.models import LedgerEntry
from profiles.models import Membership, Profile

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
    """The next 50 entries that speak of the joined records. One query.

    Each entry has `is_inherited`: it was said while its record was joined with others that
    are not joined here now.
    """
    members = Membership.objects.filter(profile=profile).values_list("record_id", flat=True)
    joined = list(members)
    entries = LedgerEntry.objects.filter(
        Q(record__in=joined) | Q(scope_records__overlap=joined)
    )
    if before is not None:
        earlier = Q(stated_at__lt=before.stated_at)
        entries = entries.filter(earlier | Q(stated_at=before.stated_at, pk__lt=before.entry))
    found = list(_shown(entries).order_by("-stated_at", "-pk")[: PAGE + 1])
    for entry in found:
        inherited = set(entry.scope_records) - set(joined)
        entry.is_inherited = bool(inherited)  # type: ignore[attr-defined]  # for the page
    if len(found) <= PAGE:
        return Page(found, "")
    last = found[PAGE - 1]
    return Page(found[:PAGE], str(Cursor(last.stated_at, last.pk)))


def whole_ledger(filters: Mapping[str, Any], *, before: int | None = None) -> Page:
    """The next 50 entries of all customers, newest recorded first. One query.

    `filters` may hold `customer` (a profile id), `record`, `purpose`, `channel`, `decision`,
    `method`, and `since` and `until`, days of recording; empty ones are passed over.
    """
    entries = _shown(LedgerEntry.objects.all())
    for name in ("record", "purpose", "channel", "decision", "method"):
        if filters.get(name):
            entries = entries.filter(**{name: filters[name]})
    if customer := filters.get("customer"):
        entries = entries.filter(record__membership__profile=customer)
    if since := filters.get("since"):
        entries = entries.filter(recorded_at__date__gte=since)
    if until := filters.get("until"):
        entries = entries.filter(recorded_at__date__lte=until)
    if before is not None:
        entries = entries.filter(pk__lt=before)
    found = list(entries.order_by("-pk")[: PAGE + 1])
    older = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Page(found[:PAGE], older)


def _shown(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """With all that a line of the ledger tells, and whether a later entry speaks of it."""
    later = LedgerEntry.objects.filter(corrects=OuterRef("pk"))
    related = ("record__source", "record__membership", "purpose", "actor", "policy_version")
    return entries.select_related(*related).annotate(is_corrected=Exists(later))
