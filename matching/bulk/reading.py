"""The records of a bulk run as they are at one moment, read by COPY into arrays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from matching.bulk.candidates import Blocks, blocks_of
from matching.model import MatchModel

HEADER, TRAILER = 19, 2  # bytes around the rows of a binary COPY
RECORDS_AT_ONCE = 20_000  # whose keys are read by one query
STAGES = ("observe", "suggest", "assist", "auto")

MARKS = """
SELECT id, record_id FROM matching_dirtyrecord
WHERE attempts = 0 AND not_before <= now()  -- what failed before is taken alone
"""
RECORDS = """
SELECT r.id, r.version::int8, (r.deleted_at IS NULL AND r.erased_at IS NULL)::int::int8,
    array_position(%(stages)s::varchar[], s.stage)::int8 - 1, m.component
FROM profiles_sourcerecord r
JOIN profiles_source s ON s.id = r.source_id
JOIN profiles_membership m ON m.record_id = r.id
ORDER BY r.id
"""
# many keys in one row: row by row the client would take most of the time
KEYS = """
SELECT coalesce(string_agg(int8send(b.key), ''), ''),
    coalesce(string_agg(int8send(b.record_id), ''), ''),
    coalesce(string_agg(int2send(k.number), ''), '')
FROM matching_blockkey b
JOIN unnest(%(kinds)s::varchar[], %(numbers)s::int2[]) AS k (kind, number) ON k.kind = b.kind
WHERE b.record_id BETWEEN %(first)s AND %(last)s
"""
LOST = """
SELECT key, count(*) FROM matching_dirtyrecord d, unnest(d.touched_keys) key
WHERE d.attempts = 0 AND d.not_before <= now() GROUP BY key
"""
ATTRIBUTES = "COPY (SELECT id, attributes FROM profiles_sourcerecord ORDER BY id) TO STDOUT"


@dataclass(frozen=True)
class Seen:
    """All records as one snapshot saw them, ascending by id; a row is a place in these arrays.

    `stage` counts through `STAGES`. `marks` are the ids of dirty marks with `marked`, the rows
    they ask for. `noted` are the keys noted as generic, `lost` says how many records have just
    lost a key.
    """

    ids: NDArray[np.int64]
    version: NDArray[np.int64]
    is_live: NDArray[np.bool_]
    stage: NDArray[np.int64]
    component: NDArray[np.int64]
    marks: NDArray[np.int64]
    marked: NDArray[np.int64]
    blocks: Blocks
    noted: Mapping[int, str]
    lost: Mapping[int, int]

    def is_dirty(self) -> NDArray[np.bool_]:
        dirty = np.zeros(len(self.ids), bool)
        dirty[self.marked] = True
        return dirty

    def may_match(self) -> NDArray[np.bool_]:
        return np.asarray(self.is_live & (self.stage != STAGES.index("observe")))


def begin_snapshot() -> None:
    """Let all queries of the transaction that has just begun see one moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def read(model: MatchModel) -> Seen:
    """Read everything but the attributes. Six queries; about 400 bytes of memory a record."""
    ids, version, is_live, stage, component = _copy(RECORDS, 5, {"stages": list(STAGES)})
    marks, marked = _copy(MARKS, 2, {})
    known = np.isin(marked, ids)
    return Seen(
        ids=ids,
        version=version,
        is_live=is_live.astype(bool),
        stage=stage,
        component=component,
        marks=marks[known],
        marked=np.searchsorted(ids, marked[known]),
        blocks=_blocks(ids, model),
        noted=dict(_rows("SELECT key, kind FROM matching_generickey")),
        lost=dict(_rows(LOST)),
    )


def _blocks(ids: NDArray[np.int64], model: MatchModel) -> Blocks:
    kinds = list(model.generic_limits())
    parameters: dict[str, Any] = {"kinds": kinds, "numbers": list(range(len(kinds)))}
    columns: list[tuple[bytes, bytes, bytes]] = [(b"", b"", b"")]
    with connection.cursor() as cursor:
        for start in range(0, len(ids), RECORDS_AT_ONCE):
            reach = ids[start : start + RECORDS_AT_ONCE]
            ends = {"first": int(reach[0]), "last": int(reach[-1])}
            cursor.execute(KEYS, parameters | ends)
            columns.append(cursor.fetchone())
    keys, records, numbers = (b"".join(column) for column in zip(*columns, strict=True))
    return blocks_of(
        np.frombuffer(keys, ">i8").astype(np.int64),
        np.frombuffer(numbers, ">i2").astype(np.int16),
        np.searchsorted(ids, np.frombuffer(records, ">i8")).astype(np.int32),
    )


def attributes(size: int) -> Iterator[list[tuple[int, bytes]]]:
    """Ids and attributes (JSON) of all records, ascending, `size` at a time."""
    chunk: list[tuple[int, bytes]] = []
    with connection.cursor() as cursor, cursor.copy(ATTRIBUTES) as lines:
        for line in lines:
            pk, text = bytes(line).split(b"\t", 1)
            chunk.append((int(pk), text.replace(b"\\\\", b"\\")))
            if len(chunk) == size:
                yield chunk
                chunk = []
    if chunk:
        yield chunk


def _copy(query: str, width: int, parameters: dict[str, Any]) -> Sequence[NDArray[np.int64]]:
    """The columns of a query all of whose columns are bigint and never null."""
    row = np.dtype([("", ">i2"), *[("", ">i4"), ("", ">i8")] * width])
    copy = f"COPY ({query}) TO STDOUT (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(copy, parameters) as blocks:
        data = b"".join(blocks)
    rows = np.frombuffer(data, row, (len(data) - HEADER - TRAILER) // row.itemsize, HEADER)
    return [rows[f"f{2 * number + 2}"].astype(np.int64) for number in range(width)]


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
