"""Derived rows of records that are not there: `verify` names them, nothing else would."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from matching.models import BlockKey, DirtyRecord, KeyedRecord, Link
from profiles.models import SourceRecord
from profiles.verification import Difference

DERIVED = (
    ("block keys", BlockKey, "record_id"),
    ("features", KeyedRecord, "record_id"),
    ("marks", DirtyRecord, "record_id"),
    ("links", Link, "lo_id"),
    ("links", Link, "hi_id"),
)


def strays() -> Iterator[Difference]:
    """Name each record that is gone while something derived of it is left. Five queries."""
    for check, model, column in DERIVED:
        known = SourceRecord.objects.filter(pk=OuterRef(column))
        rows = model.objects.filter(~Exists(known)).order_by(column)
        for record_id in rows.values_list(column, flat=True).distinct():
            yield Difference(check, f"record {record_id}, which is not there")
