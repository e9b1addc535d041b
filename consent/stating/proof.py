"""What proves a statement, kept under a key of the record it is about.

The ledger holds a commitment only: an HMAC of the evidence under that key. When the key is
destroyed, nobody can read the evidence or test a guess against the commitment any more; the
ledger row stays and means nobody.
"""

import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from c360 import sealing
from c360.sql.arrays import id_array
from consent.models import ConsentEvidence, LedgerEntry, SubjectKey
from consent.stating import ledger, wrapping
from consent.stating.ledger import NewEntry

# Whoever comes second to a record uses the key that is there.
MAKE_KEYS = """
INSERT INTO consent_subjectkey (ref, record_id, wrapped_key, wrapping_key_id, created_at)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[], %s::text[], %s::timestamptz[])
ON CONFLICT (record_id) DO NOTHING
"""
KEEP = """
INSERT INTO consent_consentevidence (entry_id, kind, subject_key_id, payload, created_at)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::bytea[], %s::timestamptz[])
"""


class EvidenceGone(Exception):
    """The key of the record was destroyed, or the key that wraps it is not here."""


class EvidenceAltered(Exception):
    """The evidence is not what the ledger committed to."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves one statement: `kind` of `ConsentEvidence.Kind`, and JSON of any shape."""

    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """The data key of one record, 32 bytes, and the row that holds it."""

    ref: UUID
    data_key: bytes

    def commitment(self, evidence: Evidence) -> bytes:
        """HMAC-SHA256 of kind and payload under the record's key, 32 bytes."""
        return hmac.digest(self._derived(b"commitment"), _canonical(evidence), "sha256")

    def sealed(self, evidence: Evidence, entry_id: UUID) -> bytes:
        """The evidence encrypted (AES-GCM), of use for that entry alone."""
        return sealing.seal(self._derived(b"evidence"), _canonical(evidence), entry_id.bytes)

    def opened(self, sealed: bytes, entry_id: UUID) -> bytes:
        """The canonical JSON that was sealed; raises `sealing.CannotOpen`."""
        return sealing.unseal(self._derived(b"evidence"), sealed, entry_id.bytes)

    def _derived(self, use: bytes) -> bytes:
        return hmac.digest(self.data_key, use, "sha256")


def append_with_evidence(proven: Sequence[tuple[NewEntry, Evidence]]) -> list[UUID]:
    """Append statements, each with what proves it; return the entry ids of the new ones.

    As `ledger.append`, and four queries more at most, however many. Of a record whose key was
    destroyed no evidence is kept. A statement that is known already keeps its first evidence.
    """
    return _append(proven) if proven else []


@transaction.atomic
def _append(proven: Sequence[tuple[NewEntry, Evidence]]) -> list[UUID]:
    keys = _keys_of({entry.record_id for entry, _ in proven})
    committed = [
        replace(entry, evidence_commitment=keys[entry.record_id].commitment(evidence))
        if entry.record_id in keys
        else entry
        for entry, evidence in proven
    ]
    added = ledger.append(committed)
    _keep(proven, set(added), keys)
    return added


def evidence_of(entry: LedgerEntry) -> Evidence | None:
    """What proves a statement, `None` where nothing was kept.

    Raises `EvidenceGone` when it can no longer be read, `EvidenceAltered` when it is not what
    the ledger row committed to.
    """
    kept = (
        ConsentEvidence.objects.select_related("subject_key")
        .filter(entry_id=entry.entry_id)
        .first()
    )
    if kept is None:
        if entry.evidence_commitment is None:
            return None
        raise EvidenceGone(f"the evidence of entry {entry.entry_id} was deleted")
    try:
        key = _read(kept.subject_key)
        content = key.opened(bytes(kept.payload), entry.entry_id)
    except sealing.CannotOpen as error:
        raise EvidenceAltered(f"the evidence of entry {entry.entry_id} was changed") from error
    evidence = Evidence(**json.loads(content))
    committed = bytes(entry.evidence_commitment or b"")
    if not hmac.compare_digest(key.commitment(evidence), committed):
        raise EvidenceAltered(f"the evidence of entry {entry.entry_id} is of something else")
    return evidence


def destroy_keys(record_ids: Collection[int]) -> int:
    """Make the evidence about these records unreadable for good; return how many keys."""
    return SubjectKey.objects.filter(record__in=record_ids, destroyed_at=None).update(
        wrapped_key=None, destroyed_at=timezone.now()
    )


def _keys_of(record_ids: Collection[int]) -> dict[int, Key]:
    """The keys of these records, made where there were none. One query, three if some are."""
    found = _stored(record_ids)
    if missing := sorted(set(record_ids) - found.keys()):
        _make_keys(missing)
        found = _stored(record_ids)
    return {record: _read(row) for record, row in found.items() if row.wrapped_key is not None}


def _stored(record_ids: Collection[int]) -> dict[int, SubjectKey]:
    return {row.record_id: row for row in SubjectKey.objects.filter(record__in=record_ids)}


def _make_keys(record_ids: Sequence[int]) -> None:
    made = [wrapping.new_key() for _ in record_ids]
    columns = (
        [each.ref for each in made],
        id_array(record_ids),
        [each.wrapped for each in made],
        [each.wrapped_by for each in made],
        [timezone.now()] * len(made),
    )
    with connection.cursor() as cursor:
        cursor.execute(MAKE_KEYS, columns)


def _read(row: SubjectKey) -> Key:
    if row.wrapped_key is None:
        raise EvidenceGone(f"the key {row.ref} was destroyed")
    try:
        data_key = wrapping.unwrap(row.ref, bytes(row.wrapped_key), row.wrapping_key_id)
    except sealing.CannotOpen as error:
        raise EvidenceGone(f"the key {row.ref} is wrapped by a key not known here") from error
    return Key(row.ref, data_key)


def _keep(
    proven: Sequence[tuple[NewEntry, Evidence]], added: set[UUID], keys: Mapping[int, Key]
) -> None:
    """Store the evidence of the entries that are new. One query."""
    kept = [
        (entry.entry_id, evidence, keys[entry.record_id])
        for entry, evidence in proven
        if entry.entry_id in added and entry.record_id in keys
    ]
    if not kept:
        return
    now = timezone.now()
    columns = (
        [entry_id for entry_id, _, _ in kept],
        [evidence.kind for _, evidence, _ in kept],
        [key.ref for _, _, key in kept],
        [key.sealed(evidence, entry_id) for entry_id, evidence, key in kept],
        [now] * len(kept),
    )
    with connection.cursor() as cursor:
        cursor.execute(KEEP, columns)


def _canonical(evidence: Evidence) -> bytes:
    """One JSON for one content, whatever the order of its keys."""
    content = {"kind": str(evidence.kind), "payload": evidence.payload}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")
