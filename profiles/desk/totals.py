"""Orders, returns and tickets of a customer added up: for the key figures and for attention."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from c360.once import once
from c360.sql.arrays import id_array
from c360.sql.prepared import ask

LATELY = timedelta(days=30)
TOTALS = """
SELECT record_id, kind, currency, state, count(*), sum(amount_minor)::bigint,
    count(amount_minor), max(opened_at) AS newest, min(opened_at), count(*) FILTER (WHERE late),
    (sum(amount_minor) FILTER (WHERE late))::bigint, max(opened_at) FILTER (WHERE late)
FROM (
    SELECT *, opened_at > %(since)s AND opened_at <= %(now)s AS late
    FROM profiles_customerobject WHERE record_id = ANY (%(records)s::bigint[])
) AS owned
GROUP BY record_id, kind, currency, state ORDER BY newest DESC
"""


class Totals(NamedTuple):
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
    asked = {"records": id_array(record_ids), "since": now - LATELY, "now": now}
    return [Totals(*row) for row in ask(TOTALS, asked)]
