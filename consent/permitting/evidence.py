"""Reads everything the rule of consent needs to know about profiles.

A constant number of queries, however many profiles. Where statements may be reached by several
indexes they are united, never asked for with an "or", which would read the whole ledger.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from c360.sql.arrays import id_array, key_array
from c360.sql.prepared import ask
from consent import contact_points
from consent.contact_points import Value, digest, values_of
from consent.models import PolicyVersion, Purpose
from consent.permitting.facts import Customer, Held, Pair, Policy, PurposeRule, Rules, Statement
from profiles.joined import MEMBERSHIPS

Refer = Callable[[Collection[Value]], Mapping[Value, UUID]]

MEMBERS = f"""
SELECT m.profile_id, r.id, r.deleted_at IS NULL AND r.erased_at IS NULL,
    jsonb_build_object('email', r.attributes->'email', 'phone', r.attributes->'phone',
                       'address', r.attributes->'address')
{MEMBERSHIPS}
CROSS JOIN LATERAL (
    SELECT id, deleted_at, erased_at, attributes FROM profiles_sourcerecord
    WHERE id = m.record_id OFFSET 0
) r
"""  # noqa: S608 - words of our own
# A case names one pair of records and asks about two whole profiles.
TIED = f"""
WITH joined AS MATERIALIZED (
    SELECT m.profile_id, m.record_id {MEMBERSHIPS}
), ends AS (
    SELECT hi_id AS record_id, joined.profile_id FROM joined
    JOIN matching_reviewcase ON lo_id = joined.record_id AND settled_at IS NULL
    UNION
    SELECT lo_id, joined.profile_id FROM joined
    JOIN matching_reviewcase ON hi_id = joined.record_id AND settled_at IS NULL
)
SELECT DISTINCT ends.profile_id, sibling.record_id FROM ends
CROSS JOIN LATERAL (
    SELECT profile_id FROM profiles_membership WHERE record_id = ends.record_id OFFSET 0
) own
CROSS JOIN LATERAL (
    SELECT record_id FROM profiles_membership WHERE profile_id = own.profile_id OFFSET 0
) sibling
WHERE own.profile_id <> ends.profile_id
"""  # noqa: S608 - words of our own
CONFIRMED = """
SELECT d.lo_id, d.hi_id, lo.profile_id FROM matching_decision d
JOIN profiles_membership lo ON lo.record_id = d.lo_id
JOIN profiles_membership hi ON hi.record_id = d.hi_id AND hi.profile_id = lo.profile_id
WHERE d.superseded_at IS NULL AND d.verdict = 'same' AND d.lo_id = ANY(%s::bigint[])
"""
STATEMENTS = """
WITH direct AS MATERIALIZED (
    SELECT id FROM consent_ledgerentry WHERE record_id = ANY(%(records)s::bigint[])
    UNION
    SELECT id FROM consent_ledgerentry WHERE contact_point_id = ANY(%(points)s::uuid[])
    UNION
    SELECT id FROM consent_ledgerentry
    WHERE scope = 'snapshot' AND scope_records && %(records)s::bigint[]
), found AS (
    SELECT id FROM direct
    UNION
    SELECT later.id FROM consent_ledgerentry later JOIN direct ON later.corrects_id = direct.id
)
SELECT e.id, e.record_id, e.decision, e.stated_at, e.recorded_at,
    coalesce(e.purpose_id, ''), e.channel, e.contact_point_id, e.precision, e.scope,
    e.scope_records, e.valid_until, e.policy_version_id, e.corrects_id
FROM found JOIN consent_ledgerentry e ON e.id = found.id
"""
STATEMENT_FIELDS = (
    "entry",
    "record",
    "decision",
    "stated_at",
    "recorded_at",
    "purpose",
    "channel",
    "point",
    "precision",
    "scope",
    "scope_records",
    "valid_until",
    "policy",
    "corrects",
)


@dataclass(slots=True)
class _Found:
    """What was read of one profile so far."""

    joined: dict[int, bool]
    held: dict[Value, set[int]]


def customers_of(
    profile_ids: Collection[str], *, refer: Refer | None = None
) -> dict[str, Customer]:
    """These profiles as the rule sees them; one without records is left out. Five queries.

    `refer` gives contact points their references and may make them; by default a value nobody
    spoke of gets one that is in no table.
    """
    found = _members(profile_ids)
    values = {value for each in found.values() for value in each.held}
    refs = (refer or _known_or_standing_in)(values)
    customers = {
        profile: Customer(
            joined=each.joined,
            held={
                refs[value]: Held(str(value.kind), frozenset(records))
                for value, records in each.held.items()
            },
        )
        for profile, each in found.items()
    }
    return with_statements(with_ties(customers, _tied(customers)))


def with_ties(
    customers: Mapping[str, Customer], tied: Mapping[str, Collection[int]]
) -> dict[str, Customer]:
    """The same customers with the records of others that open cases tie to them."""
    return {
        profile: replace(each, tied=frozenset(tied.get(profile, ())))
        for profile, each in customers.items()
    }


def with_statements(customers: Mapping[str, Customer]) -> dict[str, Customer]:
    """The same customers with what was confirmed and stated about them. Two queries."""
    confirmed = _confirmed(customers)
    stated = _stated(customers)
    return {
        profile: replace(each, confirmed=confirmed[profile], statements=stated[profile])
        for profile, each in customers.items()
    }


def rules_now() -> Rules:
    """All purposes and policy versions. Two queries."""
    purposes = Purpose.objects.order_by("key").values_list(
        "key", "mode", "validity_months", "is_retired"
    )
    series = ("purpose_id", "jurisdiction", "language")
    policies = PolicyVersion.objects.values_list(
        "pk", *series, "version", "material_change", "published_at"
    )
    return Rules(
        purposes={row[0]: PurposeRule(*row) for row in purposes},
        policies={
            pk: Policy(pk, (purpose, jurisdiction, language), *rest)
            for pk, purpose, jurisdiction, language, *rest in policies
        },
    )


def _known_or_standing_in(values: Collection[Value]) -> dict[Value, UUID]:
    known = contact_points.find(values)
    return {
        value: known[value] if value in known else UUID(bytes=digest(value)[:16])
        for value in values
    }


def _members(profile_ids: Collection[str]) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for profile, record, is_live, attributes in ask(
        MEMBERS, [key_array(profile_ids)], about=len(profile_ids)
    ):
        each = found.setdefault(profile, _Found({}, defaultdict(set)))
        each.joined[record] = is_live
        if is_live:
            for value in values_of(json.loads(attributes)):
                each.held[value].add(record)
    return found


def _tied(profile_ids: Collection[str]) -> dict[str, set[int]]:
    tied: dict[str, set[int]] = defaultdict(set)
    for profile, record in ask(TIED, [key_array(profile_ids)], about=len(profile_ids)):
        tied[profile].add(record)
    return tied


def _confirmed(customers: Mapping[str, Customer]) -> dict[str, list[Pair]]:
    confirmed: dict[str, list[Pair]] = defaultdict(list)
    records = [record for each in customers.values() for record in each.joined]
    for lo, hi, profile in ask(CONFIRMED, [id_array(records)], about=len(records)):
        confirmed[profile].append((lo, hi))
    return confirmed


def _stated(customers: Mapping[str, Customer]) -> dict[str, list[Statement]]:
    """The statements that bear on each customer: by record, by contact point, by snapshot."""
    of_record: dict[int, set[str]] = defaultdict(set)
    of_point: dict[UUID, set[str]] = defaultdict(set)
    for profile, customer in customers.items():
        for record in (*customer.joined, *customer.tied):
            of_record[record].add(profile)
        for point in customer.held:
            of_point[point].add(profile)
    named = {"records": id_array(of_record), "points": list(of_point)}
    rows = ask(STATEMENTS, named, about=len(of_record) + len(of_point))
    statements = [_statement(*row) for row in rows]
    concerned: dict[int, set[str]] = {}
    for said in statements:
        reached = [
            of_record.get(record, set()) for record in (said.record, *said.scope_records)
        ]
        if said.point is not None:
            reached.append(of_point.get(said.point, set()))
        concerned[said.entry] = set().union(*reached)
    stated: dict[str, list[Statement]] = defaultdict(list)
    for said in statements:
        corrected = concerned.get(said.corrects, set()) if said.corrects else set()
        for profile in concerned[said.entry] | corrected:
            stated[profile].append(said)
    return stated


def _statement(*row: Any) -> Statement:
    facts = dict(zip(STATEMENT_FIELDS, row, strict=True))
    return Statement(**facts | {"scope_records": tuple(facts["scope_records"])})
