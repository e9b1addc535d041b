"""Both logs as lines of JSON, for `docs/verify_ledger.py` and whoever else wants to recompute.

One object a line: rows as `{"log", "chain", "seq", "prev_hash", "row_hash", "columns"}`, each
column as the text that was hashed or null; then the signed heads as `{"head": …}`; at the end
`{"end": …}` with the number of rows and the public keys, so that a torn file shows.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from consent.chain import signing
from consent.chain.format import LOGS, Log
from consent.chain.heads import Head
from consent.chain.rows import Row, rows


def lines(heads: Iterable[Head]) -> Iterator[str]:
    """Yield the lines. Needs a transaction around it, so that all are of one moment."""
    counts = dict.fromkeys((log.name for log in LOGS), 0)
    for log in LOGS:
        for row in rows(log):
            counts[log.name] += 1
            yield _dumped(_row(log, row))
    for head in {each.signature: each for each in heads}.values():
        yield f'{{"head":{head.as_json()}}}'
    yield _dumped({"end": {"rows": counts, "public_keys": signing.known_keys()}})


def _row(log: Log, row: Row) -> dict[str, Any]:
    return {
        "log": log.name,
        "chain": row.chain,
        "seq": row.seq,
        "prev_hash": row.prev_hash.hex(),
        "row_hash": row.row_hash.hex(),
        "columns": dict(zip(log.columns, row.parts, strict=True)),
    }


def _dumped(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
