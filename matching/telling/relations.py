"""Other customers beside one: who lives at the same address or shares a number or mailbox.

A hint for people, never a reason to join. What many share says nothing, and nobody is named who
may turn out to be the same person: neither those a steward is asked about, nor those with news
that is not resolved yet, nor namesakes, nor records that match nothing yet.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from matching.core.features import Features, features_of
from matching.review import cases_of
from profiles.mappings.normalise import fold
from profiles.models import Profile, SourceRecord

HOUSE, PHONE, EMAIL = "house", "phone", "email"
KINDS = (HOUSE, PHONE, EMAIL)
MOST_SHARING = 6  # customers under one value; more are an office, a hotel or a shop
MOST_RECORDS = 60

SHARING = """
WITH own AS (
    SELECT DISTINCT k.key FROM profiles_membership m
    JOIN matching_blockkey k ON k.record_id = m.record_id
    WHERE m.profile_id = %(profile)s AND k.kind = ANY(%(kinds)s)
),
met AS (
    SELECT own.key, m.profile_id, found.record_id FROM own
    CROSS JOIN LATERAL (
        SELECT k.record_id FROM matching_blockkey k WHERE k.key = own.key LIMIT %(records)s
    ) found
    JOIN profiles_membership m ON m.record_id = found.record_id
),
telling AS (
    SELECT key FROM met GROUP BY key
    HAVING count(DISTINCT profile_id) BETWEEN 2 AND %(sharing)s AND count(*) < %(records)s
),
unsettled AS (
    SELECT m.profile_id FROM matching_dirtyrecord d
    JOIN profiles_membership m ON m.record_id = d.record_id
    WHERE m.profile_id IN (SELECT profile_id FROM met)
)
SELECT DISTINCT met.profile_id, p.golden #>> '{full_name,value}', r.id, r.attributes::text
FROM met JOIN telling USING (key)
JOIN profiles_profile p ON p.id = met.profile_id
JOIN profiles_sourcerecord r ON r.id = met.record_id
JOIN profiles_source s ON s.id = r.source_id
WHERE r.deleted_at IS NULL AND r.erased_at IS NULL AND s.stage <> 'observe'
    AND met.profile_id <> ALL(%(never)s)
    AND met.profile_id NOT IN (SELECT profile_id FROM unsettled)
    AND %(profile)s NOT IN (SELECT profile_id FROM unsettled)
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """Another customer, and what the two share: some of `KINDS`. No values."""

    profile_id: str
    name: str
    shares: tuple[str, ...]


def relations_of(profile: Profile) -> list[Relation]:
    """Who stands beside a customer, those who share most first. Three queries."""
    own = _shared_values(features_of(each) for each in _attributes(profile))
    names: dict[str, str] = {}
    theirs: dict[str, list[Features]] = defaultdict(list)
    for other, name, _record, attributes in _sharing(profile):
        names[other] = name or ""
        theirs[other].append(features_of(json.loads(attributes)))
    found = [
        Relation(other, names[other], _in_common(own, _shared_values(features)))
        for other, features in theirs.items()
        if not _is_namesake(profile, names[other])
    ]
    related = [each for each in found if each.shares]
    return sorted(related, key=lambda each: (-len(each.shares), each.name, each.profile_id))


def _attributes(profile: Profile) -> Iterable[Mapping[str, Any]]:
    own = SourceRecord.objects.live().filter(membership__profile=profile)
    return own.values_list("attributes", flat=True)


def _sharing(profile: Profile) -> list[tuple[Any, ...]]:
    """Records of others under the same keys; a key is a hash, so values are compared again."""
    asked = {pk for case in cases_of(profile) for pk in (case.lo_profile, case.hi_profile)}
    facts: dict[str, Any] = {
        "profile": profile.pk,
        "kinds": list(KINDS),
        "records": MOST_RECORDS,
        "sharing": MOST_SHARING,
        "never": sorted({profile.pk, *asked}),
    }
    with connection.cursor() as cursor:
        cursor.execute(SHARING, facts)
        return list(cursor.fetchall())


def _shared_values(records: Iterable[Features]) -> dict[str, set[str]]:
    """What can be shared, by kind. A flat is part of where somebody lives."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for each in records:
        place = each.address
        if place is not None and place.number and place.street:
            town = place.postcode or place.city
            found[HOUSE].add(f"{place.unit}|{place.number}|{place.street}|{town}")
        found[PHONE] |= {phone.tail for phone in each.phones}
        found[EMAIL] |= {email.full for email in each.emails}
    return found


def _in_common(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if one[kind] & other[kind])


def _is_namesake(profile: Profile, name: str) -> bool:
    """Of one name: perhaps the same person after all."""
    own = profile.golden.get("full_name", {}).get("value", "")
    return bool(name) and sorted(fold(name).split()) == sorted(fold(str(own)).split())
