"""Records that arrive by the real ingest, what people say of them, and what is stored then.

What is read back goes by source and key, never by the ids of rows, unless it says so.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from matching import verification as of_matching
from matching.deciding.acts import Outcome
from matching.deciding.decisions import record_decision, split_records
from matching.deciding.holds import lock_customer, unlock_customer
from matching.models import Decision, DirtyRecord, Hold, ReviewCase
from matching.resolving.resolve import resolve_until_settled
from profiles import verification as of_profiles
from profiles.ingest.records import ReadRow, Stored, store_read
from profiles.mappings.records import ReadRecord
from profiles.models import Membership, Profile, SourceRecord
from profiles.verification import Difference
from tests.profiles.customers import make_source
from tests.staff import staff

Key = tuple[str, str]
Pair = frozenset[Key]
Said = tuple[Pair, str]


def day(number: int) -> datetime:
    """Noon of a day in spring 2025, for `updated_at`."""
    return datetime(2025, 3, 1, 12, tzinfo=UTC) + timedelta(days=number)


def row(
    key: str,
    *,
    updated_at: datetime | None = None,
    deleted: bool = False,
    **attributes: Any,
) -> ReadRow:
    """A row as ingest reads it; its payload is what a source would have sent."""
    read = ReadRecord(key, updated_at, deleted, attributes)
    return ReadRow({"external_id": key, **attributes}, read)


def deliver(source: str, *rows: ReadRow) -> Stored:
    """Let a batch arrive from a source, which is made when it is new."""
    return store_read(make_source(source), None, rows, origin="test")


def arrive(
    source: str, key: str, *, updated_at: datetime | None = None, **attributes: Any
) -> SourceRecord:
    """Let one record arrive, e.g. `arrive("crm", "A-1", email=["anna@example.org"])`."""
    deliver(source, row(key, updated_at=updated_at, **attributes))
    return record(source, key)


def depart(source: str, key: str, *, updated_at: datetime | None = None) -> None:
    """Let a source say that it no longer has a record."""
    deliver(source, row(key, updated_at=updated_at, deleted=True))


def record(source: str, key: str) -> SourceRecord:
    return SourceRecord.objects.get(source__slug=source, external_id=key)


def resolve() -> None:
    """Resolve whatever waits; nothing may fail or stay behind."""
    done = resolve_until_settled(max_seconds=60)
    assert not done.failed
    assert not DirtyRecord.objects.exists()


def say(verdict: str, one: SourceRecord, other: SourceRecord, *, by: str = "sol") -> Outcome:
    """Decide a pair as a steward, on its open case or on one opened for the purpose."""
    lo, hi = sorted((one.pk, other.pk))
    case = ReviewCase.objects.open().filter(lo=lo, hi=hi).first()
    with transaction.atomic():
        if case is None:
            case = ReviewCase.objects.create(lo_id=lo, hi_id=hi, weight_bits=0.0)
        return record_decision(case, lo=lo, hi=hi, verdict=verdict, decided_by=staff(by))


def split(profile: Profile, *leaving: SourceRecord) -> Outcome:
    """Take records out of a profile as a steward."""
    return split_records(
        profile, [each.pk for each in leaving], reason="mixed up", decided_by=staff("sol")
    )


def lock(profile: Profile, *, reason: str = "checked by telephone", by: str = "sol") -> Outcome:
    """Lock a customer as a steward."""
    return lock_customer(profile, reason=reason, decided_by=staff(by))


def unlock(profile: Profile, *, by: str = "sol") -> Outcome:
    """Take the locks off a customer as a steward."""
    return unlock_customer(profile, decided_by=staff(by))


def holding() -> QuerySet[Hold, int]:
    """The ids of the records that a lock holds."""
    return Hold.objects.binding().values_list("record_id", flat=True)


def everything_off() -> list[Difference]:
    """What `verify` would name, consent left out."""
    return [*of_profiles.differences(), *of_matching.differences()]


def keys() -> dict[int, Key]:
    """The key of every record, by id."""
    rows = SourceRecord.objects.values_list("pk", "source__slug", "external_id")
    return {pk: (source, key) for pk, source, key in rows}


def clusters() -> set[frozenset[Key]]:
    """Who is together: live records by profile."""
    found: dict[str, set[Key]] = defaultdict(set)
    live = Membership.objects.filter(
        record__deleted_at=None, record__erased_at=None
    ).values_list("profile_id", "record__source__slug", "record__external_id")
    for profile, *key in live:
        found[profile].add((key[0], key[1]))
    return {frozenset(members) for members in found.values()}


def are_together(*records: SourceRecord) -> bool:
    """All these records belong to one profile."""
    ids = [each.pk for each in records]
    return Membership.objects.filter(record__in=ids).values("profile").distinct().count() == 1


def profile_of(record: SourceRecord) -> Profile:
    return Membership.objects.select_related("profile").get(record=record).profile


def open_cases() -> set[tuple[Pair, str, float]]:
    """The open cases: the two records, the reason, the weight in bits."""
    names = keys()
    rows = ReviewCase.objects.open().values_list("lo_id", "hi_id", "reason", "weight_bits")
    return {(frozenset((names[lo], names[hi])), why, bits) for lo, hi, why, bits in rows}


def case_of(one: SourceRecord, other: SourceRecord) -> ReviewCase:
    """The open case between two records."""
    lo, hi = sorted((one.pk, other.pk))
    return ReviewCase.objects.open().get(lo=lo, hi=hi)


def words() -> set[Said]:
    """What people said and still holds."""
    names = keys()
    rows = Decision.objects.binding().values_list("lo_id", "hi_id", "verdict")
    return {(frozenset((names[lo], names[hi])), verdict) for lo, hi, verdict in rows}


def faces() -> dict[frozenset[Key], dict[str, Any]]:
    """What each customer shows, without the ids of rows, by its records."""
    members: dict[str, set[Key]] = defaultdict(set)
    names = keys()
    for pk, profile in Membership.objects.values_list("record_id", "profile_id"):
        members[profile].add(names[pk])
    shown = Profile.objects.filter(record_count__gt=0)
    return {
        frozenset(members[profile.pk]): {
            "golden": _without_ids(profile.golden),
            "name": profile.display_name,
            "search": (profile.search_name, profile.name_sounds, profile.postcode_norm),
            "count": profile.record_count,
        }
        for profile in shown
    }


def _without_ids(golden: dict[str, Any]) -> dict[str, Any]:
    def cleaned(entry: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in entry.items() if name != "record"}

    return {
        name: cleaned(entry) | {"losers": [cleaned(each) for each in entry["losers"]]}
        for name, entry in golden.items()
    }


def snapshot_hash() -> str:
    """A hash of memberships, of all that profiles show and of the open cases, ids included."""
    rows = chain(_memberships(), _shown(), sorted(map(repr, open_cases())))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _memberships() -> Iterator[str]:
    rows = Membership.objects.order_by("record_id")
    for each in rows.values_list("record_id", "profile_id", "component"):
        yield repr(each)


def _shown() -> Iterator[str]:
    for profile in Profile.objects.order_by("pk"):
        golden = json.dumps(profile.golden, sort_keys=True)
        yield f"{profile.pk} {profile.record_count} {profile.search_name} {golden}"
