"""The records of a bulk run as they are at one moment, read into arrays."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from django.db import connection, transaction
from numpy.typing import NDArray

from matching.bulk.candidates import Blocks, blocks_of
from matching.bulk.workers import Workers
from matching.core.blocking import KEY_SCHEME
from matching.core.model import MatchModel

RECORDS_AT_ONCE = 20_000  # read by one query
PAGES_AT_ONCE = 4_000  # of keys, some 500,000
KIND_AT = 40  # ids of records are smaller than this many bits
FAR_APART = 4  # ids for each record; a table of all of them is larger than what it saves
STAGES = ("observe", "suggest", "assist", "auto")

# Many numbers in one value: row by row the client would take most of the time. Each query is
# asked for one range of record ids after the other.
RECORDS = """
SELECT coalesce(string_agg(int8send(r.id) || int8send(r.version) || int8send(m.component)
    || int8send(CASE WHEN r.deleted_at IS NULL AND r.erased_at IS NULL THEN r.source_id
        ELSE -r.source_id END), ''), '')
FROM profiles_sourcerecord r JOIN profiles_membership m ON m.record_id = r.id
WHERE r.id BETWEEN %(first)s AND %(last)s
    AND m.record_id BETWEEN %(first)s AND %(last)s  -- so that it is read in order too
"""
MARKS = """
SELECT coalesce(string_agg(int8send(id) || int8send(record_id), ''), '')
FROM matching_dirtyrecord
WHERE attempts = 0 AND not_before <= now()  -- what failed before is taken alone
    AND record_id BETWEEN %(first)s AND %(last)s
"""
# The kind is a number in the upper bits of a record's id: to join kinds takes longer.
KEYS = f"""
SELECT coalesce(string_agg(
    int8send(key) || int8send(record_id | (hashtext(kind)::bigint << {KIND_AT})), ''), '')
FROM matching_blockkey
WHERE ctid >= format('(%%s,0)', %(first)s)::tid AND ctid < format('(%%s,0)', %(last)s)::tid
"""  # noqa: S608 - words of our own
KINDS = f"""
SELECT (hashtext(kind)::bigint << {KIND_AT}) >> {KIND_AT}
FROM unnest(%(kinds)s::varchar[]) WITH ORDINALITY AS k (kind, number) ORDER BY number
"""  # noqa: S608 - words of our own
PAGES = "SELECT pg_relation_size('matching_blockkey') / current_setting('block_size')::int"
LOST = """
SELECT key, count(*) FROM matching_dirtyrecord d, unnest(d.touched_keys) key
WHERE d.attempts = 0 AND d.not_before <= now() GROUP BY key
"""
RANGE = "SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM profiles_sourcerecord"
# As `matching.live.WHAT_IT_SAYS`, but that the server need not read the JSON.
WHAT_ALL_SAY = f"""
SELECT r.id, coalesce(CASE WHEN k.version = r.version AND k.scheme = {KEY_SCHEME}
    THEN k.folded END, r.attributes::text)
FROM profiles_sourcerecord r LEFT JOIN matching_keyedrecord k
    ON k.record_id = r.id AND k.record_id BETWEEN %(first)s AND %(last)s
WHERE r.id BETWEEN %(first)s AND %(last)s ORDER BY r.id
"""  # noqa: S608 - words of our own


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
    """Let all queries of the transaction that has just begun see one moment.

    It may wait long between them, while pairs are found; it holds no lock that anybody needs.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def share_snapshot() -> str:
    """A name by which other processes see the same moment while this transaction lasts."""
    ((name,),) = _rows("SELECT pg_export_snapshot()")
    return str(name)


def read(model: MatchModel, workers: Workers) -> Seen:
    """Read everything but what the records say; about 500 bytes of memory a record.

    Keys, of which there are most, are read by the workers.
    """
    records = _numbers(RECORDS, 4, {}, _ranges(RECORDS_AT_ONCE))
    order = np.argsort(records[0])
    ids, version, component, source = (column[order] for column in records)
    marks, marked = _numbers(MARKS, 2, {}, _ranges(RECORDS_AT_ONCE))
    known = np.isin(marked, ids)
    return Seen(
        ids=ids,
        version=version,
        is_live=source > 0,
        stage=_stages(np.abs(source)),
        component=component,
        marks=marks[known],
        marked=np.searchsorted(ids, marked[known]),
        blocks=_blocks(ids, model, workers),
        noted=dict(_rows("SELECT key, kind FROM matching_generickey")),
        lost=dict(_rows(LOST)),
    )


def _stages(sources: NDArray[np.int64]) -> NDArray[np.int64]:
    """The stages of sources, by their number."""
    each = sorted(_rows("SELECT id, stage FROM profiles_source"))
    stages = np.array([STAGES.index(stage) for _, stage in each], np.int64)
    return stages[np.searchsorted([pk for pk, _ in each], sources)]


def _blocks(ids: NDArray[np.int64], model: MatchModel, workers: Workers) -> Blocks:
    found = [(np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int32))]
    snapshot, row_of = share_snapshot(), rows_of(ids)
    kind_of = kinds_by_number(list(model.generic_limits()))
    for keys, records in workers.each(_keys_within, ((snapshot, ends) for ends in _pages())):
        kind, record = kind_of(records)
        known = kind >= 0  # else the model knows no limit of this kind
        found.append((keys[known], kind[known], row_of(record[known]).astype(np.int32)))
    return blocks_of(*map(np.concatenate, zip(*found, strict=True)))


def kinds_by_number(
    kinds: Sequence[str],
) -> Callable[[NDArray[np.int64]], tuple[NDArray[np.int8], NDArray[np.int64]]]:
    """A function from what is read beside keys to the place of the kind among these, and the
    record; the place is -1 for a kind that is none of them."""
    hashes = [row[0] for row in _rows(KINDS, {"kinds": list(kinds)})]
    number_of = np.full(1 << (64 - KIND_AT), -1, np.int8)
    number_of[hashes] = np.arange(len(kinds))
    return lambda records: (number_of[records >> KIND_AT], records & ((1 << KIND_AT) - 1))


def all_keys() -> Iterator[list[NDArray[np.int64]]]:
    """All keys, and the records with the kinds beside them, some pages at a time."""
    for ends in _pages():
        yield _numbers(KEYS, 2, {}, [ends])


def rows_of(ids: NDArray[np.int64]) -> Callable[[NDArray[np.int64]], NDArray[np.integer]]:
    """A function from ids to their rows: by a table, unless ids lie far apart."""
    if not len(ids) or ids[-1] - ids[0] > FAR_APART * len(ids):
        return lambda wanted: np.searchsorted(ids, wanted)
    first = ids[0]
    rows = np.searchsorted(ids, np.arange(first, ids[-1] + 1)).astype(np.int32)
    return lambda wanted: rows.take(wanted - first, mode="clip")


def what_all_say(size: int) -> Iterator[list[tuple[int, str]]]:
    """Ids of all records and what they say (JSON), ascending, about `size` at a time."""
    for ends in _ranges(size):
        if rows := _rows(WHAT_ALL_SAY, ends):
            yield rows


@contextmanager
def _seen_from(snapshot: str) -> Iterator[None]:
    """Let the queries of the block see the moment of that name, in any process."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        yield


def _keys_within(snapshot: str, ends: dict[str, int]) -> list[NDArray[np.int64]]:
    """The keys on some pages, and the records with the kinds."""
    with _seen_from(snapshot):
        return _numbers(KEYS, 2, {}, [ends])


def what_these_say(snapshot: str, ids: NDArray[np.int64]) -> list[str]:
    """What some records say (JSON), in the order of their ids, which ascend; in any process."""
    wanted = frozenset(ids.tolist())
    with _seen_from(snapshot):
        found = _rows(WHAT_ALL_SAY, {"first": int(ids[0]), "last": int(ids[-1])})
    return [said for pk, said in found if pk in wanted]


def _numbers(
    query: str, width: int, parameters: dict[str, Any], ranges: Iterable[dict[str, int]]
) -> list[NDArray[np.int64]]:
    """The columns of a query that packs `width` bigints a row, gathered over all ranges."""
    tables = [[np.empty(0, np.int64)] * width, *_tables(query, width, parameters, ranges)]
    return [np.concatenate(column) for column in zip(*tables, strict=True)]


def _tables(
    query: str, width: int, parameters: dict[str, Any], ranges: Iterable[dict[str, int]]
) -> Iterator[list[NDArray[np.int64]]]:
    """The columns of one range after the other.

    As bytes, which the text protocol of other queries would write out sign by sign.
    """
    with psycopg.Cursor(connection.connection) as cursor:
        for ends in ranges:
            found = cursor.execute(query, parameters | ends, binary=True).fetchone()
            if found is not None:
                table = np.frombuffer(found[0], ">i8").reshape(-1, width)
                yield [column.astype(np.int64) for column in table.T]


def _ranges(size: int) -> Iterator[dict[str, int]]:
    """First and last id of consecutive ranges that hold all records."""
    first, last = _rows(RANGE)[0]
    for start in range(first, last + 1, size):
        yield {"first": start, "last": start + size - 1}


def _pages() -> Iterator[dict[str, int]]:
    """First page and the one after the last of ranges that hold all keys."""
    ((pages,),) = _rows(PAGES)
    for start in range(0, pages, PAGES_AT_ONCE):
        yield {"first": start, "last": start + PAGES_AT_ONCE}


def _rows(query: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
