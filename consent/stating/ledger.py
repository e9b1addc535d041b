"""The one way into the consent ledger."""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.utils.text import slugify

from c360.models import User
from c360.sql.arrays import id_array
from consent import tasks
from consent.models import LedgerEntry, PolicyVersion, Purpose
from consent.permitting.projection import follow
from profiles.models.source import LawfulBasis

# Column to the type of its array; number, time and hashes are the database's own.
COLUMNS = {
    "entry_id": "uuid",
    "record_id": "bigint",
    "contact_point_id": "uuid",
    "purpose_id": "text",
    "channel": "text",
    "decision": "text",
    "scope": "text",
    "scope_records": "text",
    "basis": "text",
    "policy_version_id": "bigint",
    "jurisdiction": "text",
    "language": "text",
    "stated_at": "timestamptz",
    "precision": "text",
    "valid_until": "timestamptz",
    "method": "text",
    "actor_type": "text",
    "actor_id": "bigint",
    "corrects_id": "bigint",
    "evidence_commitment": "bytea",
    "body": "jsonb",
    "statement_hash": "text",
}
STATED = (  # what makes two statements one
    "record_id",
    "contact_point_id",
    "purpose_id",
    "channel",
    "decision",
    "scope",
    "scope_records",
    "policy_version_id",
    "stated_at",
    "precision",
    "corrects_id",
)
READ = {"scope_records": "scope_records::bigint[]"}
APPEND = f"""
INSERT INTO consent_ledgerentry ({", ".join(COLUMNS)})
SELECT {", ".join(READ.get(name, name) for name in COLUMNS)}
FROM unnest({", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())})
     WITH ORDINALITY AS stated ({", ".join(COLUMNS)}, position)
ORDER BY position
ON CONFLICT (record_id, statement_hash) DO NOTHING
RETURNING entry_id, seq
"""  # noqa: S608 - our names
SIGN_EVERY = 1000  # entries; the clock signs as well, after minutes


class BadStatement(ValueError):
    """A statement the ledger cannot hold; the message names what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """One statement about one record, as `LedgerEntry` describes its parts.

    `purpose` is read as a key (`Offers by mail` is `offers-by-mail`) of one that is there. An
    empty purpose or channel means all of them.
    """

    record_id: int
    purpose: str
    channel: str
    decision: str
    stated_at: datetime
    precision: str = LedgerEntry.Precision.EXACT
    contact_point: uuid.UUID | None = None
    scope: str = LedgerEntry.Scope.RECORD
    scope_records: tuple[int, ...] = ()
    basis: str = LawfulBasis.CONSENT
    policy_version: PolicyVersion | None = None
    jurisdiction: str = ""
    language: str = ""
    valid_until: datetime | None = None
    method: str = LedgerEntry.Method.IMPORT
    actor_type: str = LedgerEntry.ActorType.SOURCE
    actor: User | None = None
    corrects: LedgerEntry | None = None
    evidence_commitment: bytes | None = None
    body: dict[str, Any] = field(default_factory=dict)
    entry_id: uuid.UUID = field(default_factory=uuid.uuid4)


def append(statements: Iterable[NewEntry]) -> list[uuid.UUID]:
    """Add statements and return the entry ids of the new ones; a known one adds nothing.

    Raises `BadStatement` for a channel or a purpose that is not known, and then adds none
    of them. What follows from them is up to date when it returns. A constant number of
    queries, however many statements. Whoever appends waits for all who appended before to
    commit, so do it late in a transaction.
    """
    entries = list(statements)
    return _append(entries) if entries else []


@transaction.atomic
def _append(entries: Sequence[NewEntry]) -> list[uuid.UUID]:
    rows = sorted((_row(each) for each in entries), key=itemgetter(1, -1))
    _check_purposes({entry.purpose for entry in entries if entry.purpose})
    columns = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [list(column) for column in columns])
        numbered = cursor.fetchall()
    added = [entry_id for entry_id, _ in numbered]
    if added:
        follow(added)
    if any(seq % SIGN_EVERY == 0 for _, seq in numbered):
        transaction.on_commit(tasks.ask_for_signature, robust=True)
    return added


def _check_purposes(names: Collection[str]) -> None:
    """Raise `BadStatement` naming the purposes that nobody made. They are made by officers."""
    keys = {purpose_key(name): name for name in names}
    known = Purpose.objects.filter(pk__in=keys).values_list("key", flat=True)
    if unknown := sorted(keys[key] for key in keys.keys() - set(known)):
        raise BadStatement(f"There is no purpose {', '.join(map(repr, unknown))}.")


def _row(entry: NewEntry) -> tuple[object, ...]:
    """The values of `COLUMNS`."""
    values = {
        "entry_id": entry.entry_id,
        "record_id": entry.record_id,
        "contact_point_id": entry.contact_point,
        "purpose_id": purpose_key(entry.purpose) if entry.purpose else None,
        "channel": _channel(entry.channel),
        "decision": str(entry.decision),
        "scope": str(entry.scope),
        "scope_records": id_array(sorted(entry.scope_records)),
        "basis": str(entry.basis),
        "policy_version_id": entry.policy_version.pk if entry.policy_version else None,
        "jurisdiction": entry.jurisdiction,
        "language": entry.language,
        "stated_at": entry.stated_at,
        "precision": str(entry.precision),
        "valid_until": entry.valid_until,
        "method": str(entry.method),
        "actor_type": str(entry.actor_type),
        "actor_id": entry.actor.pk if entry.actor else None,
        "corrects_id": entry.corrects.pk if entry.corrects else None,
        "evidence_commitment": entry.evidence_commitment,
        "body": json.dumps(_body(entry), sort_keys=True),
    }
    stated = [values[name] for name in STATED]
    return (*values.values(), statement_hash(stated))


def _body(entry: NewEntry) -> dict[str, Any]:
    """Further facts; the hash of the text people were shown is chained along with them."""
    text = entry.policy_version
    return {**entry.body, "text_sha256": text.body_sha256} if text else entry.body


def _channel(name: str) -> str:
    channel = name.strip().lower()
    if channel and channel not in LedgerEntry.Channel.values:
        known = ", ".join(LedgerEntry.Channel.values)
        raise BadStatement(f"Channel {name!r} is not known; known are {known}.")
    return channel


def purpose_key(name: str) -> str:
    """The key of a purpose as a mapping names it; raises `BadStatement` without letters."""
    key = slugify(name)[: Purpose._meta.get_field("key").max_length]
    if not key:
        raise BadStatement(f"Purpose {name!r} needs letters or digits.")
    return key


def statement_hash(stated: list[object]) -> str:
    """SHA-256 of a statement, hex; one moment written in two time zones is one statement."""
    plain = [
        each.astimezone(UTC).isoformat() if isinstance(each, datetime) else each
        for each in stated
    ]
    return hashlib.sha256(json.dumps(plain, default=str).encode()).hexdigest()
