"""Orders, returns and tickets of a customer added up: for the key figures and for attention."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict, cast

from django.db.models import Count, F, Max, Min, Q, Sum

from profiles.desk.once import once
from profiles.models import CustomerObject

LATELY = timedelta(days=30)


class Totals(TypedDict):
    """Objects of one record, kind, currency and state together; `late` ones of 30 days."""

    record_id: int
    kind: str
    currency: str
    state: str
    number: int
    total: int | None
    priced: int
    newest: datetime
    oldest: datetime
    late_number: int
    late_total: int | None
    late_newest: datetime | None


@once
def totals(record_ids: tuple[int, ...], now: datetime) -> Sequence[Totals]:
    """All that the records own, the newest first. One query."""
    lately = Q(opened_at__gt=now - LATELY, opened_at__lte=now)
    found = (
        CustomerObject.objects.filter(record_id__in=record_ids)
        .values("record_id", "kind", "currency", "state")
        .annotate(number=Count("pk"), priced=Count("amount_minor"), total=Sum("amount_minor"))
        .annotate(newest=Max("opened_at"), oldest=Min("opened_at"))
        .annotate(late_number=Count("pk", filter=lately))
        .annotate(late_total=Sum("amount_minor", filter=lately))
        .annotate(late_newest=Max("opened_at", filter=lately))
        .order_by(F("newest").desc())
    )
    return cast(list[Totals], list(found))
