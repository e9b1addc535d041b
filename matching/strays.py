"""Rows about records or profiles that are not there: nothing but `verify` would name them."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from matching.models import BlockKey, DirtyRecord, KeyedRecord, Link, MergeEvent
from profiles.models import Profile, SourceRecord
from profiles.verification import Difference

RECORD = (SourceRecord, "record")
PROFILE = (Profile, "profile")
WITHOUT_CONSTRAINT = (
    ("block keys", BlockKey, "record_id", RECORD),
    ("features", KeyedRecord, "record_id", RECORD),
    ("marks", DirtyRecord, "record_id", RECORD),
    ("links", Link, "lo_id", RECORD),
    ("links", Link, "hi_id", RECORD),
    ("receipts", MergeEvent, "from_profile_id", PROFILE),
    ("receipts", MergeEvent, "to_profile_id", PROFILE),
)


def strays() -> Iterator[Difference]:
    """Name each that is gone while something about it is left. Seven queries."""
    for check, model, column, (target, called) in WITHOUT_CONSTRAINT:
        known = target.objects.filter(pk=OuterRef(column))
        rows = model.objects.filter(~Exists(known)).order_by(column)
        for pk in rows.values_list(column, flat=True).distinct():
            yield Difference(check, f"{called} {pk}, which is not there")
