"""Pairs that wait for a steward, made row by row for the tests of the queue and its pages."""

from typing import Any

from matching.live import live_model
from matching.models import Link, ReviewCase
from profiles.models import SourceRecord
from tests.profiles.customers import make_customer, make_record

ANNA = {"given_name": "Anna", "family_name": "Kowalska", "email": ["anna@example.com"]}
ANNE = {"given_name": "Anne", "family_name": "Kowalska", "email": ["anna@exmaple.com"]}


def make_pair(
    left: SourceRecord | None = None, right: SourceRecord | None = None, **fields: Any
) -> ReviewCase:
    """An open case between two records (of two customers, unless they are given)."""
    if left is None:
        left = make_record("shop", **ANNA)
        make_customer(left)
    if right is None:
        right = make_record("crm", **ANNE)
        make_customer(right)
    lo, hi = sorted((left, right), key=lambda record: record.pk)
    fields = {"reason": "uncertain", "weight_bits": 4.0, **fields}
    make_link(lo, hi, weight_bits=fields["weight_bits"])
    return ReviewCase.objects.create(lo=lo, hi=hi, **fields)


def make_link(lo: SourceRecord, hi: SourceRecord, **fields: Any) -> Link:
    """A stored link with invented evidence."""
    defaults = {
        "weight_bits": 4.0,
        "joins": False,
        "levels": {},
        "bits": {},
        "model_version_id": live_model().version,
        "lo_version": lo.version,
        "hi_version": hi.version,
    }
    return Link.objects.create(lo=lo, hi=hi, **{**defaults, **fields})
