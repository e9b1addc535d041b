"""Rows that could not be taken in: kept once, settled when a later import reads them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from profiles.ingest.payload import NotStorable, storable
from profiles.mappings.columns import RowError
from profiles.models import Source, SourceMapping

KEEP = """
INSERT INTO profiles_quarantinedrow (source_id, mapping_id, origin, line, "column", value,
                                     reason, raw, row_hash, received_at, settled_at)
SELECT %s, %s, %s, line, "column", value, reason, raw, row_hash, %s, settled_at
FROM unnest(%s::bigint[], %s::varchar[], %s::text[], %s::varchar[], %s::jsonb[],
            %s::varchar[], %s::timestamptz[])
    AS bad (line, "column", value, reason, raw, row_hash, settled_at)
ON CONFLICT ON CONSTRAINT bad_row_is_kept_once DO NOTHING
"""
SETTLE = """
UPDATE profiles_quarantinedrow SET settled_at = %s WHERE id IN (
    SELECT id FROM profiles_quarantinedrow
    WHERE source_id = %s AND settled_at IS NULL
      AND (row_hash = ANY(%s) OR raw ->> %s = ANY(%s))
    ORDER BY id FOR UPDATE
)
"""
LONGEST_VALUE = 1000


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row refused: where it stood, which column, what it held, and why."""

    raw: dict[str, Any]
    reason: str
    line: int | None = None
    column: str = ""
    value: str = ""

    @classmethod
    def of(cls, problem: Exception, raw: dict[str, Any], line: int | None) -> "BadRow":
        """Of what was raised while the row was read: its words, if they are ours."""
        if isinstance(problem, RowError):
            return cls(raw, problem.reason, line, problem.column, problem.value)
        reason = str(problem) if isinstance(problem, NotStorable) else "cannot be read"
        return cls(raw, reason, line)


def row_hash(text: str) -> str:
    """SHA-256 of a row's canonical JSON, hex: the same bad row is recognised by it."""
    return hashlib.sha256(text.encode()).hexdigest()


def settle_and_keep(
    source: Source,
    mapping: SourceMapping | None,
    *,
    texts: Iterable[str],
    last_good: Mapping[str, int],
    bad: Sequence[tuple[int, BadRow]],
    key_column: str,
    origin: str,
    at: datetime,
) -> None:
    """Settle what earlier imports could not read, and keep what this one cannot.

    `texts` are the canonical payloads that were read, `last_good` tells by key where in the
    batch it was read last. A bad row is settled by a later row that has its key, or by itself
    being read. One that was kept before is not kept twice. At most two statements.
    """
    _settle(source, texts, key_column, last_good, at)
    marked = [
        _facts(row, at if last_good.get(_key(row, key_column), -1) > position else None)
        for position, row in bad
    ]
    if marked:
        # Sorted by hash and reason: two importers of one file wait in one order.
        columns = [list(each) for each in zip(*sorted(marked, key=_identity), strict=True)]
        shared: list[Any] = [source.pk, mapping.pk if mapping else None, origin[:255], at]
        with connection.cursor() as cursor:
            cursor.execute(KEEP, shared + columns)


def _settle(
    source: Source, texts: Iterable[str], key_column: str, keys: Iterable[str], at: datetime
) -> None:
    hashes = [row_hash(text) for text in texts]
    if hashes:
        facts: list[Any] = [at, source.pk, hashes, key_column, list(keys)]
        with connection.cursor() as cursor:
            cursor.execute(SETTLE, facts)


def _key(bad: BadRow, key_column: str) -> str:
    return str(bad.raw.get(key_column, "")).strip()


def _identity(facts: tuple[Any, ...]) -> tuple[str, str]:
    return facts[5], facts[3]


def _facts(bad: BadRow, settled_at: datetime | None) -> tuple[Any, ...]:
    text = _text(bad)
    words = {"column": bad.column[:120], "value": bad.value[:LONGEST_VALUE]}
    clean, _, _ = storable(words)
    reason = bad.reason[:255]
    return bad.line, clean["column"], clean["value"], reason, text, row_hash(text), settled_at


def _text(bad: BadRow) -> str:
    """The row as canonical JSON; of one that no column takes, its plain cells."""
    try:
        return storable(bad.raw)[1]
    except NotStorable:
        cells = {str(name): cell for name, cell in bad.raw.items() if isinstance(cell, str)}
        return storable(cells)[1]
