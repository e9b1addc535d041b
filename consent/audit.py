"""The whole proof at once: chains, signed heads, guards of the tables, texts as shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from consent.chain import checkpoints, heads
from consent.chain.check import BrokenChain, HeadMismatch, Walk
from consent.chain.format import LOGS, Log
from consent.chain.heads import Head
from consent.chain.rows import rows
from consent.policies import text_hash

GUARDS = """
SELECT count(*) FROM pg_trigger
WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'A'
  AND (tgtype & 2) = 2  -- before
"""
# The texts that entries name, and their hashes as the entries have them.
SHOWN = """
SELECT DISTINCT e.policy_version_id, e.body->>'text_sha256', p.body
FROM consent_ledgerentry e LEFT JOIN consent_policyversion p ON p.id = e.policy_version_id
WHERE e.policy_version_id IS NOT NULL ORDER BY e.policy_version_id
"""
GUARDS_OF_EACH = 3  # numbering and chaining, UPDATE and DELETE, TRUNCATE


@dataclass(frozen=True, slots=True)
class Report:
    """What a log was found to hold: rows checked, heads compared, and where it ends."""

    log: str
    rows: int
    heads: int
    end: str
    head_hash: str


@contextmanager
def one_moment() -> Iterator[list[Head]]:
    """See one moment of the database, and all heads that were signed by then.

    The file is read first: what it holds then is in the database already.
    """
    in_file = heads.kept()
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        in_database = checkpoints.stored()
        checkpoints.check_kept(in_database, heads.kept())
        yield list(dict.fromkeys([*in_file, *in_database]))


def audit(*, from_checkpoint: bool = False) -> list[Report]:
    """Check everything and report on each log; raises `BrokenChain` or `HeadMismatch`.

    With `from_checkpoint` each log is read from its newest signed head on, and what lies
    before is believed to be as it was when it was signed.
    """
    with one_moment() as signed:
        heads.check(signed)
        reports = [_walk(log, signed, from_checkpoint=from_checkpoint) for log in LOGS]
        for log in LOGS:
            _check_guards(log)
        if not from_checkpoint:
            _check_texts()
    return reports


def _walk(log: Log, signed: list[Head], *, from_checkpoint: bool) -> Report:
    own = {each.place: each.head for each in heads.of(log.name, signed)}
    since = max(own, default=None) if from_checkpoint else None
    if since:
        own = {since: own[since]}
    walk = Walk(log, own).over(rows(log, since), since=since)
    last = walk.last
    end = f"{last.chain}/{last.seq}" if last else "empty"
    return Report(
        log.name, walk.count, len(own), end, last.row_hash.hex() if last else log.genesis.hex()
    )


def _check_guards(log: Log) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GUARDS, [log.table])
        (found,) = cursor.fetchone()
    if found < GUARDS_OF_EACH:
        raise BrokenChain(
            f"{log.name}: the triggers that guard {log.table} are not all there and switched on"
        )


def _check_texts() -> None:
    """Every text is still the one that was shown when somebody answered."""
    with connection.cursor() as cursor:
        cursor.execute(SHOWN)
        for number, shown, body in cursor.fetchall():
            if body is None or text_hash(body) != shown:
                raise BrokenChain(f"text {number} is not what people were shown")


__all__ = ["BrokenChain", "HeadMismatch", "Report", "audit", "one_moment"]
