"""Effective permissions: written in the transaction that changed what they follow from.

Whoever refreshes holds the lock under which the ledger grows, from before reading until the
commit. So of two transactions that change the permissions of one profile, one by a statement
and one by a membership, the second always sees what the first did.

Only profiles of interest have rows: those with a record that was flagged, because something
was said about it or about a contact point it has, and those a review case ties to such a one.
The flag of a record is a `PermissionState` of the profile it was born with. For all others the
answer follows from the purpose alone (`consent.permitting.permissions`).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from c360.sql.arrays import id_array, key_array
from c360.sql.prepared import ask, tell
from consent import contact_points, tasks
from consent.contact_points import Value
from consent.locking import lock
from consent.models import PermissionState
from consent.permitting import holders
from consent.permitting import rows as permission_rows
from consent.permitting.evidence import customers_of, rules_now
from consent.permitting.fold import permissions

LARGE = 200  # a profile of more records, or more profiles on one refused point, can wait
INTERESTING = """
WITH asked AS MATERIALIZED (
    SELECT unnest(%(profiles)s::varchar[]) AS profile_id
    UNION
    SELECT profile_id FROM profiles_membership WHERE record_id = ANY(%(records)s::bigint[])
), members AS MATERIALIZED (
    SELECT asked.profile_id, m.record_id FROM asked
    CROSS JOIN LATERAL (
        SELECT record_id FROM profiles_membership WHERE profile_id = asked.profile_id OFFSET 0
    ) m
), flagged AS MATERIALIZED (
    SELECT profile_id FROM asked WHERE EXISTS (
        SELECT FROM consent_permissionstate s WHERE s.profile_id = asked.profile_id
    )
    UNION
    SELECT profile_id FROM members WHERE EXISTS (
        SELECT FROM profiles_profile born
        JOIN consent_permissionstate s ON s.profile_id = born.id
        WHERE born.birth_record_id = members.record_id
    )
), neighbours AS MATERIALIZED (
    SELECT DISTINCT members.profile_id, other.profile_id AS other_id FROM members
    CROSS JOIN LATERAL (
        SELECT hi_id AS record_id FROM matching_reviewcase
        WHERE lo_id = members.record_id AND settled_at IS NULL
        UNION ALL
        SELECT lo_id FROM matching_reviewcase
        WHERE hi_id = members.record_id AND settled_at IS NULL
    ) beside
    CROSS JOIN LATERAL (
        SELECT profile_id FROM profiles_membership WHERE record_id = beside.record_id OFFSET 0
    ) other
)
SELECT profile_id FROM flagged
UNION
SELECT other_id FROM neighbours WHERE profile_id IN (SELECT profile_id FROM flagged)
UNION
SELECT unnest(ARRAY[profile_id, other_id]) FROM neighbours WHERE EXISTS (
    SELECT FROM consent_permissionstate s WHERE s.profile_id = neighbours.other_id
)
"""
LARGE_ONES = """
SELECT profile_id FROM profiles_membership WHERE profile_id = ANY(%s::varchar[])
GROUP BY profile_id HAVING count(*) > %s
"""
FLAG = """
INSERT INTO consent_permissionstate (profile_id, is_stale)
SELECT id, false FROM profiles_profile WHERE birth_record_id = ANY(%s::bigint[])
ON CONFLICT DO NOTHING
"""
MAKE_STALE = """
INSERT INTO consent_permissionstate (profile_id, is_stale)
SELECT unnest(%s::varchar[]), true
ON CONFLICT (profile_id) DO UPDATE SET is_stale = true
"""


def refresh_permissions(
    profile_ids: Collection[str] = (), *, record_ids: Collection[int] = ()
) -> None:
    """Bring up to date what these profiles, and those of these records, may be used for.

    Profiles tied to them by open cases are brought up to date too. Runs in the caller's
    transaction, late, since it takes the lock of the ledger until the commit. Two queries where
    nothing of interest is among them, else a constant number. Profiles of very many records are
    marked stale, which answers no, and left to a worker.
    """
    lock()
    asked = {"profiles": key_array(profile_ids), "records": id_array(record_ids)}
    about = len(profile_ids) + len(record_ids)
    interesting = {profile for (profile,) in ask(INTERESTING, asked, about=about)}
    if not interesting:
        return
    large = {profile for (profile,) in ask(LARGE_ONES, [key_array(interesting), LARGE])}
    if large:
        mark_stale(large)
    compute(interesting - large)


def compute(profile_ids: Collection[str], *, now: datetime | None = None) -> int:
    """Work out and store these permissions, whatever their interest; return rows written.

    Needs the lock. Profiles without records lose their rows.
    """
    if not profile_ids:
        return 0
    at, rules = now or timezone.now(), rules_now()
    customers = customers_of(profile_ids, refer=contact_points.find_or_make)
    wanted = {
        (profile, purpose, channel, point): answer
        for profile, customer in customers.items()
        for purpose, channel, point, answer in permissions(customer, at=at, rules=rules)
    }
    return permission_rows.store(profile_ids, wanted, at=at)


def flag(record_ids: Collection[int]) -> None:
    """Note that something was said that may bear on these records. One query."""
    if record_ids:
        tell(FLAG, [id_array(record_ids)], about=len(record_ids))


def mark_stale(profile_ids: Collection[str]) -> None:
    """Let all answers about these profiles be no until a worker has worked them out."""
    tell(MAKE_STALE, [key_array(profile_ids)], about=len(profile_ids))
    transaction.on_commit(tasks.nudge, robust=True)


@transaction.atomic
def purpose_changed() -> None:
    """A purpose or a policy is another now: whatever follows from it has to be worked out."""
    lock()
    if PermissionState.objects.filter(is_stale=False).update(is_stale=True):
        transaction.on_commit(tasks.nudge, robust=True)


def follow(entry_ids: Collection[UUID]) -> None:
    """Bring permissions up to date with entries just added to the ledger.

    Concerned are the records they are about and, for a refusal or what corrects one, every
    record that has the contact point it names, also where the record it was said of has not.
    """
    said = holders.said_in(entry_ids)
    flag(said.records)
    told = holders.profiles_told_about(said.points)
    if len(told) > LARGE:
        mark_stale(told)
        told = set()
    refresh_permissions(told, record_ids=said.records)
    _spread(holders.records_holding(said.refused))


def spread_refusals(values: Collection[Value]) -> None:
    """Let refusals of these values bind whoever has them."""
    _spread(holders.records_holding(values))


def _spread(record_ids: Collection[int]) -> None:
    if not record_ids:
        return
    flag(record_ids)
    if len(record_ids) <= LARGE:
        refresh_permissions(record_ids=record_ids)
    else:
        mark_stale(holders.profiles_of(record_ids))


def take_note(values: Mapping[int, Collection[Value]]) -> None:
    """Bring permissions up to date with records that came or changed: id to contact points.

    A record with a contact point that somebody refused is flagged. Records that nobody spoke
    of cost four queries, for any number of them.
    """
    if not values:
        return
    lock()
    refused = holders.refused({value for each in values.values() for value in each})
    flag([record for record, each in values.items() if not refused.isdisjoint(each)])
    refresh_permissions(record_ids=values.keys())
