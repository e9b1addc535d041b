"""The banner of a customer: rules and other apps asked, the worst five kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from c360.models import User
from profiles.desk.attention.facts import read_facts
from profiles.desk.attention.items import Item, chosen
from profiles.desk.attention.registry import doubted, items_of_others
from profiles.desk.attention.rules import RULES
from profiles.desk.guard import Guard, guard_of
from profiles.models import Profile, SourceRecord


def attention(
    user: User, profile: Profile, records: Sequence[SourceRecord], now: datetime | None = None
) -> list[Item]:
    """What needs attention now, for a profile that `profile_for` has opened for the user.

    `records` are the joined records, oldest first, with their sources loaded. Titles and
    reasons quote what sources wrote, so they come with masked values masked, for every reader.
    The number of queries depends on neither records nor events.
    """
    now = now or timezone.now()
    facts = read_facts(records, now)
    found = [item for rule in RULES for item in rule(facts, now)]
    found += items_of_others(user, profile, now)
    items = chosen(found, doubted(profile, [record.pk for record in records]))
    guard = guard_of(records)
    return [_told(item, guard) for item in items]


def _told(item: Item, guard: Guard) -> Item:
    reasons = tuple(guard.told(str(reason)) for reason in item.reasons)
    return replace(item, title=guard.told(str(item.title)), reasons=reasons)
