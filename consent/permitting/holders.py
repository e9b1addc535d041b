"""From contact points to the records that have them, and from entries to what they name."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from c360.sql.arrays import id_array
from c360.sql.prepared import ask
from consent import contact_points
from consent.contact_points import Kind, Value, values_of
from consent.permitting.facts import REFUSALS

# A correction concerns whatever the entry it corrects concerned.
SAID = """
SELECT e.record_id, e.scope_records || coalesce(c.scope_records, '{}') || c.record_id,
    coalesce(c.decision, e.decision), coalesce(c.contact_point_id, e.contact_point_id)
FROM consent_ledgerentry e LEFT JOIN consent_ledgerentry c ON c.id = e.corrects_id
WHERE e.entry_id = ANY(%s::uuid[])
"""
CONTENTS = "SELECT attributes FROM profiles_sourcerecord WHERE id = ANY(%s::bigint[])"
BY_IDENTIFIER = """
SELECT DISTINCT i.record_id FROM unnest(%s::text[], %s::text[]) AS asked (kind, plain)
JOIN profiles_identifier i ON i.value_norm = asked.plain AND i.namespace = asked.kind
"""
# Written as the index of migration 0012 has it.
BY_POSTAL_CODE = """
SELECT id, attributes FROM profiles_sourcerecord
WHERE replace(lower(attributes #>> '{address,postal_code}'), ' ', '') = ANY(%s::text[])
"""
REFUSED = """
SELECT DISTINCT contact_point_id FROM consent_ledgerentry
WHERE contact_point_id = ANY(%s::uuid[]) AND decision IN ('refused', 'withdrawn', 'objected')
"""
TOLD = """
SELECT DISTINCT profile_id FROM consent_effectivepermission
WHERE contact_point_id = ANY(%s::uuid[])
"""
PROFILES = (
    "SELECT DISTINCT profile_id FROM profiles_membership WHERE record_id = ANY(%s::bigint[])"
)


@dataclass(frozen=True, slots=True)
class Said:
    """The records that entries are about, and the contact points they close or reopen.

    `refused` are the values behind `points`, as far as the records spoken of still have them.
    """

    records: frozenset[int]
    points: frozenset[UUID]
    refused: frozenset[Value]


def said_in(entry_ids: Collection[UUID]) -> Said:
    """What entries name. At most three queries."""
    records: set[int] = set()
    points: dict[UUID, set[int]] = {}
    for record, others, decision, point in ask(SAID, [list(entry_ids)]):
        concerned = {record, *(each for each in others if each is not None)}
        records |= concerned
        if point is not None and decision in REFUSALS:
            points.setdefault(point, set()).update(concerned)
    return Said(frozenset(records), frozenset(points), frozenset(_values_behind(points)))


def _values_behind(points: dict[UUID, set[int]]) -> Iterable[Value]:
    """The values of contact points, as far as the records spoken of still have them."""
    if not points:
        return []
    spoken_of = {record for records in points.values() for record in records}
    contents = ask(CONTENTS, [id_array(spoken_of)])
    values = {
        value for (attributes,) in contents for value in values_of(json.loads(attributes))
    }
    return [value for value, ref in contact_points.find(values).items() if ref in points]


def records_holding(values: Collection[Value]) -> set[int]:
    """Records that have one of these values now. At most two queries."""
    listed = [value for value in values if value.kind != Kind.POSTAL]
    postal = {value for value in values if value.kind == Kind.POSTAL}
    found: set[int] = set()
    if listed:
        kinds = [str(value.kind) for value in listed]
        rows = ask(BY_IDENTIFIER, [kinds, [value.plain for value in listed]])
        found = {record for (record,) in rows}
    if postal:
        codes = sorted({contact_points.code_of(value) for value in postal})
        found |= {
            record
            for record, attributes in ask(BY_POSTAL_CODE, [codes])
            if not postal.isdisjoint(values_of(json.loads(attributes)))
        }
    return found


def profiles_told_about(points: Collection[UUID]) -> set[str]:
    """Profiles with a stored answer about one of these contact points. One query."""
    return {profile for (profile,) in ask(TOLD, [list(points)])} if points else set()


def refused(values: Collection[Value]) -> set[Value]:
    """Those of the values that somebody refused. At most two queries."""
    known = contact_points.find(values)
    if not known:
        return set()
    refs = {ref for (ref,) in ask(REFUSED, [list(known.values())])}
    return {value for value, ref in known.items() if ref in refs}


def profiles_of(record_ids: Collection[int]) -> set[str]:
    """The profiles that records belong to now. One query."""
    return {profile for (profile,) in ask(PROFILES, [id_array(record_ids)])}
