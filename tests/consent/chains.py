"""Rows in both logs, and the hand of somebody who may do everything in the database."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from consent.chain.format import LOGS, Log
from consent.models import LedgerEntry
from tests.consent.statements import say
from tests.profiles.customers import make_record

# How one byte of a column changes, by the type of the column; `{0}` is its name.
CHANGES = {
    "bigint": "coalesce({0}, 0) + 1000",
    "integer": "coalesce({0}, 0) + 1000",
    "smallint": "{0} + 1",
    "uuid": "gen_random_uuid()",
    "character varying": (
        "CASE WHEN coalesce({0}, '') = '' THEN 'x'"
        " ELSE left({0}, -1) || chr(ascii(right({0}, 1)) # 1) END"
    ),
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 microsecond'",
    "bytea": "coalesce(set_byte({0}, 0, get_byte({0}, 0) # 1), '\\x00')",
    "jsonb": "{0} || '{{\"more\": 1}}'",
    "ARRAY": "{0} || '{{7}}'",
    "inet": "coalesce(set_masklen({0}, 24), '10.0.0.1')",
}
CONSTRAINTS = """
SELECT conrelid::regclass, conname FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('c', 'f')
"""
TABLES = [log.table for log in LOGS]


def fill(count: int = 5) -> list[LedgerEntry]:
    """So many rows in each log; the first one of the ledger has a value in every column."""
    record = make_record()
    entries = [
        say(
            record,
            number % 2 == 0,
            on=number,
            body={"é": [1, 2.50, None], "aa": "\t\u2028\\", "b": {"deep": True}},
            scope_records=(number, 3),
            evidence_commitment=bytes(range(32)) if number == 0 else None,
        )
        for number in range(count)
    ]
    for number in range(count):
        see(terms=["a,b", 'c"d\\'], records=[number], address="2001:db8::1")
    return entries


def see(**fields: Any) -> None:
    """One row of the access log, written as the application may."""
    values = {
        "entry_id": "0f" * 15 + f"{fields['records'][0]:02x}",
        "action": "view",
        "view": "profiles:customer",
        "status": 200,
        "roles": "Service agents",
        "session": "",
        "profiles": ["C-00000000001"],
        "fields": [],
        "results": None,
        "reason": "Anna 🙂 rang",
        "request_id": "r",
        "terms": [],
        **fields,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO consent_accessentry ({', '.join(values)})"  # noqa: S608 - our names
            f" VALUES ({', '.join(['%s'] * len(values))})",
            list(values.values()),
        )


def columns_of(log: Log) -> dict[str, str]:
    """Every column of the table and its type."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = %s ORDER BY ordinal_position",
            [log.table],
        )
        return dict(cursor.fetchall())


@contextmanager
def all_powerful() -> Iterator[None]:
    """Take the guards away, as only the owner of the tables or a superuser can, and back."""
    connection.check_constraints()  # pending foreign keys would stop ALTER TABLE
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS, [TABLES])
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgenabled = 'D'")
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def change(log: Log, column: str, seq: int) -> None:
    """Change one byte of one column of one row, whatever guards it."""
    how = CHANGES[columns_of(log)[column]].format(column)
    execute(f"UPDATE {log.table} SET {column} = {how} WHERE seq = {seq}")  # noqa: S608 - our names


def delete_last(log: Log, count: int) -> None:
    """Cut rows off the end."""
    execute(
        f"DELETE FROM {log.table} WHERE id IN"  # noqa: S608 - our names
        f" (SELECT id FROM {log.table} ORDER BY chain DESC, seq DESC LIMIT {count})"
    )


def execute(statement: str) -> None:
    """Run a statement with every power."""
    with all_powerful(), connection.cursor() as cursor:
        cursor.execute(statement)


def ledger(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and report of the command."""
    out = io.StringIO()
    try:
        call_command("ledger", *arguments, "--json", stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue().splitlines()[-1])
    return 0, json.loads(out.getvalue().splitlines()[-1])


def lines_of(path: Path) -> list[str]:
    """Its lines; `splitlines` would also end them inside of values."""
    return path.read_text().split("\n")[:-1]


def write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))
