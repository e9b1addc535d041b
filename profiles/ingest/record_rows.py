"""The statements that store a batch of records: each one takes all rows at once.

Every statement that locks does so in the order of external ids, so importers of one source
wait for each other in a line and never in a circle. Receives and returns plain values; what
the values should be is decided by `profiles.ingest.arrivals`.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from c360.sql.arrays import id_array, key_array, text_array
from c360.sql.prepared import ask, tell
from profiles.ingest.arrivals import State, Step
from profiles.ingest.payload import as_rows
from profiles.mappings.normalise import search_identifiers
from profiles.models import Source, new_profile_id

# A row that exists is locked and left as it is; one that another importer is just inserting is
# waited for. Without this a second look would be needed, in another order.
INSERT_OR_LOCK = """
INSERT INTO profiles_sourcerecord AS held
    (source_id, external_id, version, attributes, content_hash, mapping_id,
     source_updated_at, born_at, received_at, deleted_at)
SELECT %s::bigint, external_id, version, attributes, content_hash, mapping_id,
       updated_at, %s::timestamptz, received_at, deleted_at
FROM json_to_recordset(%s::json) AS arriving (
    external_id varchar, version bigint, attributes jsonb, content_hash varchar,
    mapping_id bigint, updated_at timestamptz, received_at timestamptz, deleted_at timestamptz)
ON CONFLICT ON CONSTRAINT one_record_per_source_key
    DO UPDATE SET version = held.version WHERE false
RETURNING external_id, id
"""
READ_HELD = """
SELECT external_id, id, born_at, version, content_hash, mapping_id,
       CASE WHEN mapping_id IS DISTINCT FROM %s::bigint THEN attributes END,
       source_updated_at, received_at, deleted_at, erased_at
FROM profiles_sourcerecord WHERE source_id = %s AND external_id = ANY(%s::varchar[])
"""
KNOWN_VERSIONS = """
SELECT record_id, version.content_hash
FROM unnest(%s::bigint[], %s::varchar[]) AS asked (record_id, content_hash)
JOIN profiles_recordversion AS version USING (record_id)
WHERE version.content_hash = asked.content_hash
"""
UPDATE_RECORDS = """
UPDATE profiles_sourcerecord AS record SET
    version = now.version, attributes = now.attributes, content_hash = now.content_hash,
    mapping_id = now.mapping_id, source_updated_at = now.updated_at,
    received_at = now.received_at, deleted_at = now.deleted_at, erased_at = NULL
FROM json_to_recordset(%s::json) AS now (
    id bigint, version bigint, attributes jsonb, content_hash varchar,
    mapping_id bigint, updated_at timestamptz, received_at timestamptz, deleted_at timestamptz)
WHERE record.id = now.id
"""
INSERT_VERSIONS = """
INSERT INTO profiles_recordversion
    (record_id, content_hash, payload, mapping_id, attributes, is_deletion,
     source_updated_at, received_at)
SELECT record_id, content_hash, payload, %s::bigint, attributes, is_deletion, updated_at,
       received_at
FROM json_to_recordset(%s::json) AS stored (
    record_id bigint, content_hash varchar, payload jsonb, attributes jsonb,
    is_deletion boolean, updated_at timestamptz, received_at timestamptz)
"""
DROP_IDENTIFIERS = "DELETE FROM profiles_identifier WHERE record_id = ANY(%s::bigint[])"
INSERT_IDENTIFIERS = """
INSERT INTO profiles_identifier (record_id, namespace, value_norm)
SELECT * FROM unnest(%s::bigint[], %s::varchar[], %s::varchar[])
"""
INSERT_PROFILES = """
INSERT INTO profiles_profile
    (id, birth_record_id, record_count, golden, display_name, search_name, name_sounds,
     postcode_norm)
SELECT id, record_id, 0, '{}', '', '', '{}', '{}'
FROM unnest(%s::varchar[], %s::bigint[]) AS born (id, record_id)
"""
INSERT_MEMBERSHIPS = """
INSERT INTO profiles_membership (record_id, profile_id, component)
SELECT record_id, id, record_id
FROM unnest(%s::varchar[], %s::bigint[]) AS born (id, record_id)
"""


def insert_or_lock(
    source: Source, states: Mapping[str, State], *, born_at: datetime
) -> dict[str, int]:
    """Insert the records that are new, lock the others; return the ids of the new ones."""
    if not states:
        return {}
    rows = [
        {"external_id": key, **_state_columns(states[key])}
        for key in sorted(states)  # the order in which all importers take these rows
    ]
    return dict(ask(INSERT_OR_LOCK, [source.pk, born_at, as_rows(rows)], about=len(rows)))


def read_held(
    source: Source, mapping_id: int | None, keys: Collection[str]
) -> dict[str, tuple[int, datetime, State]]:
    """Return id, birth and state of records that are locked; of their versions, none yet."""
    if not keys:
        return {}
    rows = ask(READ_HELD, [mapping_id, source.pk, text_array(sorted(keys))], about=len(keys))
    return {
        key: (
            pk,
            born_at,
            State(version, content_hash, held_mapping, _loaded(attributes), *times),
        )
        for key, pk, born_at, version, content_hash, held_mapping, attributes, *times in rows
    }


def with_known_versions(
    states: Mapping[int, State], asked: Iterable[tuple[int, str]]
) -> dict[int, State]:
    """Add to each state which of these payloads its record had before."""
    pairs = [(pk, each) for pk, each in asked if each != states[pk].content_hash]
    known: dict[int, set[str]] = defaultdict(set)
    if pairs:
        records, hashes = zip(*pairs, strict=True)
        columns = [id_array(records), key_array(hashes)]
        for pk, content_hash in ask(KNOWN_VERSIONS, columns, about=len(pairs)):
            known[pk].add(content_hash)
    return {
        pk: replace(state, known=frozenset(known[pk])) if pk in known else state
        for pk, state in states.items()
    }


def update_records(states: Mapping[int, State]) -> None:
    if states:
        rows = [{"id": pk, **_state_columns(state)} for pk, state in states.items()]
        tell(UPDATE_RECORDS, [as_rows(rows)], about=len(rows))


def insert_versions(steps: Sequence[tuple[int, Step]], mapping_id: int | None) -> None:
    if steps:
        rows = [_version_columns(pk, step) for pk, step in steps]
        tell(INSERT_VERSIONS, [mapping_id, as_rows(rows)], about=len(rows))


def replace_identifiers(attributes: Mapping[int, dict[str, Any]], *, held: list[int]) -> None:
    """Write what live records are found by; `held` are those that may have some already."""
    if held:
        tell(DROP_IDENTIFIERS, [id_array(held)], about=len(held))
    rows = [
        (pk, namespace, value)
        for pk, read in attributes.items()
        for namespace, value in search_identifiers(read)
    ]
    if rows:
        records, namespaces, values = zip(*rows, strict=True)
        columns = [id_array(records), text_array(namespaces), text_array(values)]
        tell(INSERT_IDENTIFIERS, columns, about=len(rows))


def insert_profiles(record_ids: Collection[int]) -> None:
    """Give each new record the profile it is born with, and make it its only member."""
    profiles = key_array(new_profile_id() for _ in record_ids)
    for statement in (INSERT_PROFILES, INSERT_MEMBERSHIPS) if record_ids else ():
        tell(statement, [profiles, id_array(record_ids)], about=len(record_ids))


def _state_columns(state: State) -> dict[str, Any]:
    return {
        "version": state.version,
        "attributes": state.attributes,
        "content_hash": state.content_hash,
        "mapping_id": state.mapping_id,
        "updated_at": state.updated_at,
        "received_at": state.received_at,
        "deleted_at": state.deleted_at,
    }


def _version_columns(pk: int, step: Step) -> dict[str, Any]:
    arrival = step.arrival
    return {
        "record_id": pk,
        "content_hash": arrival.content_hash,
        "payload": arrival.payload,
        "attributes": {} if arrival.read.deleted else arrival.read.attributes,
        "is_deletion": arrival.read.deleted,
        "updated_at": arrival.read.updated_at,
        "received_at": step.at,
    }


def _loaded(attributes: str | None) -> dict[str, Any] | None:
    """Django leaves JSON as text where a query is our own."""
    found: dict[str, Any] | None = json.loads(attributes) if attributes else None
    return found
