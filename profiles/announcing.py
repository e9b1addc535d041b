"""Telling open pages which customers have changed."""

from collections.abc import Collection, Iterable

from c360.live import announce
from profiles.models import Membership

CUSTOMER = "customer"


def signal_of(profile_id: str) -> str:
    """The signal about one customer, e.g. `customer:P-7K3M9QW2XA4T`."""
    return f"{CUSTOMER}:{profile_id}"


def announce_customers(profile_ids: Iterable[str]) -> None:
    """Tell pages that show these customers, after the commit, that there is news of them."""
    announce(map(signal_of, profile_ids))


def announce_records(record_ids: Collection[int]) -> None:
    """The same for the customers of these records. One query."""
    if record_ids:
        found = Membership.objects.filter(record__in=record_ids)
        announce_customers(found.values_list("profile_id", flat=True).distinct())
