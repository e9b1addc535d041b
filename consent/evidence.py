"""Reads, in one query, everything the fold needs to know about a profile."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from consent.fold import Pair, Statement
from consent.models import LedgerEntry

READ = """
WITH joined AS MATERIALIZED (
    SELECT record_id FROM profiles_membership WHERE profile_id = %(profile)s
), tied AS (
    SELECT hi_id AS record_id FROM matching_reviewcase
    JOIN joined ON lo_id = joined.record_id WHERE settled_at IS NULL
    UNION
    SELECT lo_id FROM matching_reviewcase
    JOIN joined ON hi_id = joined.record_id WHERE settled_at IS NULL
), pending AS (  -- a case names one pair of records and asks about two whole profiles
    SELECT DISTINCT sibling.record_id FROM tied
    JOIN profiles_membership own ON own.record_id = tied.record_id
    JOIN profiles_membership sibling ON sibling.profile_id = own.profile_id
    WHERE own.profile_id <> %(profile)s
), concerned AS (
    SELECT record_id, true AS is_joined FROM joined
    UNION ALL SELECT record_id, false FROM pending
)
SELECT e.id, e.record_id, e.purpose_id, e.channel, e.decision, e.stated_at, e.recorded_at,
       e.precision <> 'undated', concerned.is_joined, r.deleted_at IS NULL AND r.erased_at IS NULL,
       s.name, e.method,
       (SELECT json_agg(json_build_array(d.lo_id, d.hi_id)) FROM matching_decision d
        JOIN joined lo ON lo.record_id = d.lo_id JOIN joined hi ON hi.record_id = d.hi_id
        WHERE d.superseded_at IS NULL AND d.verdict = 'same')
FROM concerned
JOIN consent_ledgerentry e ON e.record_id = concerned.record_id
JOIN profiles_sourcerecord r ON r.id = e.record_id
JOIN profiles_source s ON s.id = r.source_id
"""
ONE_QUESTION = " WHERE e.purpose_id = %(purpose)s AND e.channel = %(channel)s"


@dataclass(frozen=True, slots=True)
class Origin:
    """How an entry came into the ledger."""

    source: str
    method: LedgerEntry.Method


@dataclass(frozen=True, slots=True)
class Evidence:
    """Statements on joined records and possible matches, and what people confirmed."""

    statements: Collection[Statement]
    confirmed: Collection[Pair]
    origins: dict[int, Origin]


def evidence_for(profile_id: str, *, purpose: str = "", channel: str = "") -> Evidence:
    """All statements that bear on a profile, or those on one purpose and channel. One query."""
    asked = {"profile": profile_id, "purpose": purpose, "channel": channel}
    with connection.cursor() as cursor:
        cursor.execute(READ + (ONE_QUESTION if purpose else ""), asked)
        rows = cursor.fetchall()
    return Evidence(
        statements=[_statement(*row[:10]) for row in rows],
        confirmed=[(lo, hi) for lo, hi in rows[0][12] or ()] if rows else [],
        origins={row[0]: Origin(row[10], LedgerEntry.Method(row[11])) for row in rows},
    )


def _statement(
    entry: int, record: int, purpose: str, channel: str, decision: str, *rest: Any
) -> Statement:
    granted = decision == LedgerEntry.Decision.GRANTED
    return Statement(entry, record, purpose, channel, granted, *rest)
