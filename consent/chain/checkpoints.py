"""Signing where the chains end, and holding the chains against what was signed before."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from c360 import advisory
from consent.chain import heads
from consent.chain.check import HeadMismatch
from consent.chain.format import LOGS, Log
from consent.chain.heads import Head
from consent.chain.rows import hash_at, head
from consent.models import Checkpoint

logger = logging.getLogger(__name__)


def sign_all() -> list[Head]:
    """Sign the end of each log that has grown; return the new heads.

    Raises `HeadMismatch` where a log no longer holds what was signed last: nothing is signed
    over a chain that was cut off or rewritten. What grew in the other log is signed all the
    same. Safe to repeat, also after a writer that died in between.
    """
    made, complaint = [], None
    for log in LOGS:
        try:
            made += sign(log)
        except HeadMismatch as mismatch:
            complaint = mismatch
            logger.error("Nothing signed: %s", mismatch)
    if complaint:
        raise complaint
    return made


@transaction.atomic
def sign(log: Log) -> list[Head]:
    """Sign the end of one log, if it has grown. In the file first: the row may be lost."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [advisory.SIGNING, log.name]
        )
    last = _last(log)
    if last and hash_at(log, last.place) != bytes.fromhex(last.head):
        raise HeadMismatch(f"{log.name} no longer holds {heads.name(last)}")
    found = head(log)
    if found is None or (last and last.place == found[0]):
        if last:
            _note(last)
        return []
    fresh = heads.signed(log.name, *found, previous=last)
    heads.keep(fresh)
    _note(fresh)
    # As an error would be, so that it stands in every log, whatever its level.
    logger.warning("Signed head %s", fresh.as_json())
    return [fresh]


def _last(log: Log) -> Head | None:
    """The newest head, of the file or, where that is gone or older, of the database."""
    known = [*heads.of(log.name, heads.kept()), *stored(log.name)]
    return max(known, key=lambda each: each.place, default=None)


def _note(fresh: Head) -> None:
    """Add its row, unless it is there."""
    Checkpoint.objects.get_or_create(
        log=fresh.log,
        chain=fresh.chain,
        size=fresh.size,
        defaults={
            "head": fresh.head,
            "previous": fresh.previous,
            "signed_at": datetime.fromisoformat(fresh.signed_at),
            "key_id": fresh.key_id,
            "signature": fresh.signature,
        },
    )


def stored(log: str | None = None) -> list[Head]:
    """The heads in the database, oldest first."""
    found = Checkpoint.objects.order_by("chain", "size")
    if log:
        found = found.filter(log=log)
    return [
        Head(
            log=each.log,
            chain=each.chain,
            size=each.size,
            head=each.head,
            previous=each.previous,
            signed_at=each.signed_at.isoformat(timespec="microseconds"),
            key_id=each.key_id,
            signature=each.signature,
        )
        for each in found
    ]


def check_kept(in_database: Iterable[Head], in_file: Iterable[Head]) -> None:
    """Raise `HeadMismatch` where the file lacks a head of the database, or says another.

    A file may begin later than the database, where somebody put the earlier one away; the
    first head then names the one before it.
    """
    kept = {(each.log, each.place): each for each in in_file}
    begins = {log: min(place for of, place in kept if of == log) for log, _ in kept}
    for each in in_database:
        if each.place < begins.get(each.log, each.place):
            continue
        if kept.get((each.log, each.place)) != each:
            raise HeadMismatch(f"{heads.name(each)} is not in the file of heads")
