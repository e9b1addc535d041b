"""Rows of the two logs as they lie in the database, streamed in the order of their chain."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from consent.chain.format import MOMENT, Log, texts

CHUNK = 5_000
# Read plainly: moments as seconds, since Python's own end with the year 9999.
SELECTED = {"body": "body::text", "address": "address::text"}


@dataclass(slots=True)
class Row:
    """One row: where it stands, its parts as they are hashed, and the hashes stored with it."""

    chain: int
    seq: int
    parts: list[str | None]
    prev_hash: bytes
    row_hash: bytes

    @property
    def place(self) -> "Place":
        return Place(self.chain, self.seq)


class Place(NamedTuple):
    """Where a row stands; places compare as their rows follow each other."""

    chain: int
    seq: int


def rows(log: Log, since: Place | None = None) -> Generator[Row]:
    """Yield the rows from `since` (included) on, or all; holds `CHUNK` of them at a time.

    Needs a transaction around it: the cursor is the server's.
    """
    columns = ", ".join(_selected(name, form) for name, form in log.columns.items())
    where = "WHERE (chain, seq) >= (%s, %s)" if since else ""
    query = (
        f"SELECT chain, seq, prev_hash, row_hash, {columns} FROM {log.table} {where}"  # noqa: S608 - our names
        " ORDER BY chain, seq"
    )
    connection.ensure_connection()
    with connection.connection.cursor(name="c360_chain") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(query, [since.chain, since.seq] if since else None)
        for chain, seq, prev_hash, row_hash, *values in cursor:
            yield Row(chain, seq, texts(log, tuple(values)), bytes(prev_hash), bytes(row_hash))


def _selected(name: str, form: object) -> str:
    if form is MOMENT:
        return f"extract(epoch FROM {name})"
    return SELECTED.get(name, name)


def head(log: Log) -> tuple[Place, bytes] | None:
    """The last row and its hash, or `None` of an empty log."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT chain, seq, row_hash FROM {log.table}"  # noqa: S608 - our names
            " ORDER BY chain DESC, seq DESC LIMIT 1"
        )
        found = cursor.fetchone()
    return (Place(found[0], found[1]), bytes(found[2])) if found else None


def hash_at(log: Log, place: Place) -> bytes | None:
    """The stored hash of one row, or `None` where there is no such row."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT row_hash FROM {log.table} WHERE chain = %s AND seq = %s",  # noqa: S608 - our names
            [place.chain, place.seq],
        )
        found = cursor.fetchone()
    return bytes(found[0]) if found else None
