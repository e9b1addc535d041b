"""The live records of profiles as light rows: a model for each would take most of the time."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from c360.sql.arrays import key_array
from c360.sql.prepared import ask
from profiles.survivorship.live import LIVE
from profiles.survivorship.rules import SHIPPED

# The memberships `m` of an array of profiles, looked up by index, of many or few (OFFSET 0).
MEMBERSHIPS = """
FROM unnest(%s::varchar[]) AS asked (profile_id)
CROSS JOIN LATERAL (
    SELECT profile_id, record_id FROM profiles_membership
    WHERE profile_id = asked.profile_id OFFSET 0
) m
"""
# Times travel as text: Python reads those faster than the driver does.
# The newest event is one probe of `event_timeline` per record and month, newest month first,
# until one is found. Under which version of survivorship, and what stewards said of a record,
# is part of the same look.
JOINED = f"""
SELECT {LIVE}, m.profile_id, r.id, r.external_id, r.attributes, r.source_updated_at::text,
    r.received_at::text, s.slug, s.priority,
    (SELECT e.occurred_at FROM profiles_event e WHERE e.record_id = r.id
     ORDER BY e.occurred_at DESC LIMIT 1),
    (SELECT json_agg(json_build_array(o.id, o.record_id, o.attribute, o.value_hash, o.said_at,
        o.until))::text
     FROM profiles_override o WHERE o.record_id = r.id AND o.ended_at IS NULL)
{MEMBERSHIPS}
CROSS JOIN LATERAL (
    SELECT id, external_id, source_id, attributes, source_updated_at, received_at
    FROM profiles_sourcerecord
    WHERE id = m.record_id AND deleted_at IS NULL AND erased_at IS NULL OFFSET 0
) r
JOIN profiles_source s ON s.id = r.source_id
"""  # noqa: S608  # nothing but our own


_read = json.JSONDecoder().raw_decode  # `json.loads` looks for more before and after


class JoinedSource(NamedTuple):
    """What a face needs of a source."""

    slug: str
    priority: int


class JoinedOverride(NamedTuple):
    """What a face needs of a steward's override."""

    pk: str
    record_id: int
    attribute: str
    value_hash: str
    said_at: datetime
    until: datetime


class JoinedRecord(NamedTuple):
    """What a face needs of a record."""

    pk: int
    external_id: str
    attributes: dict[str, Any]
    source_updated_at: datetime | None
    received_at: datetime
    source: JoinedSource
    newest_event: datetime | None
    overrides: Sequence[JoinedOverride] = ()


def overrides_of(records: Iterable[JoinedRecord]) -> list[JoinedOverride]:
    """All that stewards said of these records, for choosing."""
    return [override for record in records for override in record.overrides]


def members_of(profile_ids: Collection[str]) -> tuple[str, dict[str, list[JoinedRecord]]]:
    """The version of survivorship that holds, and live records by profile. One query.

    Records are in the order of their keys; a profile without any is left out.
    """
    rows = ask(JOINED, [key_array(profile_ids)], about=len(profile_ids))
    members: dict[str, list[JoinedRecord]] = defaultdict(list)
    version = SHIPPED
    for version, profile, *row in rows:  # noqa: B007  # the same in every row
        members[profile].append(_joined(*row))
    for records in members.values():
        records.sort(key=_key)
    return version, dict(members)


def _joined(
    pk: int,
    external_id: str,
    attributes: str,
    updated_at: str | None,
    received_at: str,
    slug: str,
    priority: int,
    event: datetime | None,
    overrides: str | None,
) -> JoinedRecord:
    told = None if updated_at is None else datetime.fromisoformat(updated_at)
    arrived = datetime.fromisoformat(received_at)
    source = JoinedSource(slug, priority)
    facts, _ = _read(attributes)
    said = () if overrides is None else [_override(*row) for row in json.loads(overrides)]
    return JoinedRecord(pk, external_id, facts, told, arrived, source, event, said)


def _override(
    pk: str, record: int, attribute: str, value_hash: str, said_at: str, until: str
) -> JoinedOverride:
    moments = datetime.fromisoformat(said_at), datetime.fromisoformat(until)
    return JoinedOverride(pk, record, attribute, value_hash, *moments)


def _key(record: JoinedRecord) -> tuple[str, str]:
    return record.source.slug, record.external_id
