"""Invented customers put into a database by COPY, as ingest would leave them, but faster.

Django is set up. What nobody reads while resolving (payloads, identifiers) is left out.
"""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any

from django.db import connection

from bench.customer_rows import COLUMNS
from bench.customers import Customer, customers, mapping

AT_ONCE = 2_000
# source, external id, attributes, block keys, features
Row = tuple[str, str, str, list[tuple[str, int]], str | None]
REST = """
INSERT INTO profiles_profile (id, birth_record_id, record_count, golden, display_name,
    search_name, name_sounds, postcode_norm)
SELECT 'P-' || lpad(id::text, 12, '0'), id, 0, '{}', '', '', '{}', '{}'
FROM profiles_sourcerecord ORDER BY id;
INSERT INTO profiles_membership (record_id, profile_id, component)
SELECT birth_record_id, id, birth_record_id FROM profiles_profile ORDER BY id;
"""
RECORDS = """
COPY profiles_sourcerecord (source_id, external_id, version, attributes, content_hash,
    born_at, received_at) FROM STDIN
"""
KEYS = "COPY matching_blockkey (record_id, kind, key) FROM STDIN"
FOLDED = """
COPY matching_keyedrecord (record_id, source_id, scheme, version, folded) FROM STDIN
"""


def load(records: int, *, seed: int) -> None:
    """Store that many invented customers of four sources, each with a dirty mark."""
    load_rows(customers(records, seed))


def load_rows(arriving: Iterator[Customer]) -> None:
    """Store rows in a new database; each record gets its keys and a dirty mark."""
    from matching.resolving.marks import mark_all_dirty
    from profiles.models import Source

    found = Source.objects.bulk_create(Source(slug=name, name=name) for name in COLUMNS)
    sources = {source.slug: source.pk for source in found}
    connection.close()
    number = 0
    with ProcessPoolExecutor(2, get_context("fork")) as workers:
        for rows in _in_order(workers, _chunks(arriving)):
            _copy(number, rows, sources)
            number += len(rows)
    with connection.cursor() as cursor:
        cursor.execute(REST)
    mark_all_dirty()


def _chunks(rows: Iterator[Customer]) -> Iterator[list[Customer]]:
    while chunk := list(islice(rows, AT_ONCE)):
        yield chunk


def _in_order(
    workers: ProcessPoolExecutor, chunks: Iterable[list[Customer]]
) -> Iterator[list[Row]]:
    running: list[Any] = []
    for chunk in chunks:
        running.append(workers.submit(_read, chunk))
        if len(running) > 6:
            yield running.pop(0).result()
    for each in running:
        yield each.result()


def _read(chunk: list[Customer]) -> list[Row]:
    """Rows as their mappings read them, those refused left out, and what is made of them."""
    from matching.resolving.keys import made
    from profiles.mappings.records import RecordMapping, RowError

    read = {name: RecordMapping.parse(mapping(name)) for name in COLUMNS}
    rows: list[Row] = []
    for each in chunk:
        values = dict(zip(COLUMNS[each.source], each.values, strict=True))
        try:
            attributes = read[each.source].read(values).attributes
        except RowError:
            continue
        kept = made(0, 1, attributes, is_live=True)  # of a source not known here
        rows.append(
            (
                each.source,
                each.external_id,
                json.dumps(attributes),
                sorted(kept.keys),
                kept.folded,
            )
        )
    return rows


def _copy(start: int, rows: list[Row], sources: dict[str, int]) -> None:
    """Store rows; in a new database the records get the ids from `start` + 1 on."""
    from matching.core.blocking import KEY_SCHEME

    now = "2026-01-01T00:00:00Z"
    with connection.cursor() as cursor:
        with cursor.copy(RECORDS) as copy:
            for source, key, attributes, *_ in rows:
                copy.write_row((sources[source], key, 1, attributes, "-", now, now))
        with cursor.copy(KEYS) as copy:
            for pk, (*_, keys, _) in enumerate(rows, start + 1):
                for kind, key_hash in keys:
                    copy.write_row((pk, kind, key_hash))
        with cursor.copy(FOLDED) as copy:
            for pk, (source, *_, folded) in enumerate(rows, start + 1):
                copy.write_row((pk, sources[source], KEY_SCHEME, 1, folded))
