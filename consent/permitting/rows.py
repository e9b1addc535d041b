"""The stored permissions: read, compared, and only differences written."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from c360.sql.arrays import key_array
from c360.sql.prepared import ask, tell
from consent.permitting.facts import Answer, Reason
from profiles.announcing import announce_customers
from profiles.ingest.payload import as_rows

Key = tuple[str, str, str, UUID]  # profile, purpose, channel, contact point

STORED = """
SELECT profile_id, purpose_id, channel, contact_point_id, allowed, reason, since, record_id,
    entry_id, records_disagree, valid_until, changes_at
FROM consent_effectivepermission WHERE profile_id = ANY(%s::varchar[])
"""
DROP = """
DELETE FROM consent_effectivepermission old
USING json_to_recordset(%s::json) AS gone (
    profile_id varchar, purpose_id varchar, channel varchar, contact_point_id uuid)
WHERE (old.profile_id, old.purpose_id, old.channel, old.contact_point_id)
    = (gone.profile_id, gone.purpose_id, gone.channel, gone.contact_point_id)
"""
WRITE = """
INSERT INTO consent_effectivepermission (profile_id, purpose_id, channel, contact_point_id,
    allowed, reason, since, record_id, entry_id, records_disagree, valid_until, changes_at)
SELECT profile_id, purpose_id, channel, contact_point_id::uuid, allowed, reason, since,
    record_id, entry_id, records_disagree, valid_until, changes_at
FROM json_to_recordset(%s::json) AS new (
    profile_id varchar, purpose_id varchar, channel varchar, contact_point_id uuid,
    allowed boolean, reason varchar, since timestamptz, record_id bigint, entry_id bigint,
    records_disagree boolean, valid_until timestamptz, changes_at timestamptz)
ON CONFLICT (profile_id, purpose_id, channel, contact_point_id) DO UPDATE
SET allowed = excluded.allowed, reason = excluded.reason, since = excluded.since,
    record_id = excluded.record_id, entry_id = excluded.entry_id,
    records_disagree = excluded.records_disagree, valid_until = excluded.valid_until,
    changes_at = excluded.changes_at
"""
CURRENT = """
INSERT INTO consent_permissionstate (profile_id, is_stale, computed_at)
SELECT unnest(%s::varchar[]), false, %s
ON CONFLICT (profile_id) DO UPDATE SET is_stale = false, computed_at = excluded.computed_at
WHERE consent_permissionstate.is_stale OR consent_permissionstate.computed_at IS NULL
"""


def stored(profile_ids: Collection[str]) -> dict[Key, Answer]:
    """What is stored for these profiles. One query."""
    rows = ask(STORED, [key_array(profile_ids)], about=len(profile_ids))
    return {row[:4]: answer_of(*row[3:]) for row in rows}


def answer_of(
    point: UUID,
    allowed: bool,
    reason: str,
    since: datetime | None,
    record: int | None,
    entry: int | None,
    records_disagree: bool,
    *times: datetime | None,
) -> Answer:
    """A row as an answer; `times` are the end of a yes and when time may change it."""
    until, changes_at = times
    return Answer(
        allowed,
        Reason(reason),
        since,
        record,
        entry,
        records_disagree,
        until,
        changes_at,
        (point,),
    )


def store(profile_ids: Collection[str], wanted: Mapping[Key, Answer], *, at: datetime) -> int:
    """Make the rows of these profiles those wanted, and the profiles current.

    Returns how many rows were written or dropped. At most four queries.
    """
    held = stored(profile_ids)
    gone = [_key_columns(key) for key in held if key not in wanted]
    new = [_columns(key, answer) for key, answer in wanted.items() if held.get(key) != answer]
    if gone:
        tell(DROP, [as_rows(gone)], about=len(gone))
    if new:
        tell(WRITE, [as_rows(new)], about=len(new))
    tell(CURRENT, [key_array(sorted(profile_ids)), at], about=len(profile_ids))
    announce_customers({row["profile_id"] for row in [*gone, *new]})
    return len(gone) + len(new)


def _key_columns(key: Key) -> dict[str, str]:
    profile, purpose, channel, point = key
    return {
        "profile_id": profile,
        "purpose_id": purpose,
        "channel": channel,
        "contact_point_id": str(point),
    }


def _columns(key: Key, answer: Answer) -> dict[str, Any]:
    return _key_columns(key) | {
        "allowed": answer.allowed,
        "reason": str(answer.reason),
        "since": answer.since,
        "record_id": answer.record,
        "entry_id": answer.entry,
        "records_disagree": answer.records_disagree,
        "valid_until": answer.valid_until,
        "changes_at": answer.changes_at,
    }
