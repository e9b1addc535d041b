"""The one way into the consent ledger."""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter

from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from c360.models import User
from consent.models import LedgerEntry, Purpose

APPEND = """
INSERT INTO consent_ledgerentry (entry_id, record_id, purpose_id, channel, decision, stated_at,
                                 is_dated, recorded_at, method, actor_id, statement_hash)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[],
                     %s::timestamptz[], %s::boolean[], %s::timestamptz[], %s::text[],
                     %s::bigint[], %s::text[])
ON CONFLICT (record_id, statement_hash) DO NOTHING
"""


class BadStatement(ValueError):
    """A statement the ledger cannot hold; the message names what is wrong with it."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One yes or no about one record.

    `purpose` is read as a key (`Offers by mail` is `offers-by-mail`); one nobody has named
    before becomes a purpose of that name. `is_dated` is false where `stated_at` is only the
    time of the row that carried the statement.
    """

    record_id: int
    purpose: str
    channel: str
    granted: bool
    stated_at: datetime
    is_dated: bool = True
    method: str = LedgerEntry.Method.IMPORT
    actor: User | None = None


@transaction.atomic
def append(statements: Iterable[NewEntry]) -> int:
    """Add statements and return how many are new; one that is known already adds nothing.

    Raises `BadStatement` for an unknown channel or a purpose without letters, and then adds
    none of them. Two queries, however many statements.
    """
    entries = list(statements)
    if not entries:
        return 0
    now = timezone.now()
    rows = sorted((_row(each, now) for each in entries), key=itemgetter(1, -1))
    _register({entry.purpose for entry in entries})
    columns = zip(*rows, strict=True)  # sorted: whoever appends takes row locks in one order
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [list(column) for column in columns])
        return int(cursor.rowcount)


def _register(names: Collection[str]) -> None:
    """Make the purposes nobody named before. Their names can be mended, their keys stay."""
    purposes = [Purpose(key=purpose_key(name), name=name[:80]) for name in sorted(names)]
    Purpose.objects.bulk_create(purposes, ignore_conflicts=True)


def _row(entry: NewEntry, now: datetime) -> tuple[object, ...]:
    """The columns of `APPEND`, the statement's hash last."""
    channel = entry.channel.strip().lower()
    if channel not in LedgerEntry.Channel.values:
        known = ", ".join(LedgerEntry.Channel.values)
        raise BadStatement(f"Channel {entry.channel!r} is not known; known are {known}.")
    purpose = purpose_key(entry.purpose)
    Decision = LedgerEntry.Decision
    decision = (Decision.GRANTED if entry.granted else Decision.REFUSED).value
    stated = [entry.record_id, purpose, channel, decision, entry.stated_at, entry.is_dated]
    actor = entry.actor.pk if entry.actor else None
    return (uuid.uuid4(), *stated, now, str(entry.method), actor, statement_hash(stated))


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
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()
