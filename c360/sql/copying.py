"""Many rows into a table at once, by COPY.

Each value is read once and becomes what the column holds. Rows in one JSON parameter are parsed
first, then taken apart, and JSON inside them is written out and parsed again: for documents
that costs the server three times as much.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection

NULL = "\\N"
AT_ONCE = 500  # rows in one message


def copy_rows(into: str, rows: Iterable[Sequence[str]]) -> None:
    """Insert rows of texts; `into` names a table and its columns, as `shop_order (id, note)`.

    A value is the text PostgreSQL would show, `NULL` for none; one that may hold a backslash or
    a line end goes through `escaped` first. Nothing is sent where there are no rows.
    """
    rest = iter(rows)
    lines = _lines(rest)
    if lines:
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,  # errors as those of any other statement
            cursor.copy(f"COPY {into} FROM STDIN") as copy,
        ):
            while lines:
                copy.write(lines)
                lines = _lines(rest)


def _lines(rest: Iterator[Sequence[str]]) -> str:
    return "".join(["\t".join(row) + "\n" for row in islice(rest, AT_ONCE)])


def escaped(text: str) -> str:
    """A text as COPY takes it, whatever signs it holds."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def escaped_json(text: str) -> str:
    """The same for JSON without white space of its own: tabs within are written as signs."""
    return text.replace("\\", "\\\\") if "\\" in text else text
