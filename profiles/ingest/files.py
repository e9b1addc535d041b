"""CSV and JSON Lines as rows with line numbers, plain or gzipped, one row in memory at a time.

A line that is broken becomes a `BadRow` and the next one is read; only a file that cannot be
read at all raises `FileProblem`, before its first row.
"""

import csv
import gzip
import json
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, NoReturn, TextIO, cast

from profiles.ingest.quarantine import BadRow
from profiles.ingest.reading import Row

SEPARATORS = ",;\t|"
SAMPLE_CHARACTERS = 65_536
SHOWN_CHARACTERS = 10_000
JSON_ENDINGS = {".jsonl", ".ndjson", ".json"}


class FileProblem(ValueError):
    """The file cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class RowFile:
    """An open file: its columns where it has a header, and its rows."""

    header: list[str] | None
    rows: Iterator[Row | BadRow]


@contextmanager
def open_rows(path: Path) -> Iterator[RowFile]:
    """Open a file of rows; raises `FileProblem` where that cannot be done."""
    encoding = _encoding(path)
    with (
        _binary(path) as raw,
        TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as text,
    ):
        if _is_json(path, encoding):
            yield RowFile(None, _json_rows(text))
        else:
            yield _csv(text, path, encoding)


def _binary(path: Path) -> IO[bytes]:
    # whoever asked for the file closes it, so no `with` here
    opened = gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # noqa: SIM115
    return cast("IO[bytes]", opened)


def _encoding(path: Path) -> str:
    """Read the file once and tell its encoding: UTF-8 where all of it is, else Windows'."""
    decoder = getincrementaldecoder("utf-8")()
    try:
        with _binary(path) as raw:
            first = raw.read(2)
            if first in (BOM_UTF16_LE, BOM_UTF16_BE):
                return "utf-16"
            decoder.decode(first)
            while chunk := raw.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except (OSError, EOFError, zlib.error) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise FileProblem(f"{path} cannot be read: {reason}.") from None
    return "utf-8-sig"


def _sample(path: Path, encoding: str) -> str:
    with (
        _binary(path) as raw,
        TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as text,
    ):
        return text.read(SAMPLE_CHARACTERS)


def _is_json(path: Path, encoding: str) -> bool:
    """Tell JSON Lines by the name, else by how the file begins."""
    endings = path.with_suffix("") if path.suffix == ".gz" else path
    begins = _sample(path, encoding).lstrip()[:1]
    if endings.suffix.lower() in JSON_ENDINGS and begins == "[":
        raise FileProblem(f"{path} is one JSON list. Write one object per line instead.")
    return endings.suffix.lower() in JSON_ENDINGS or begins == "{"


def _csv(text: TextIO, path: Path, encoding: str) -> RowFile:
    sample = _sample(path, encoding)
    if not sample.strip():
        raise FileProblem(f"{path} is empty. A header line with column names is needed.")
    reader = csv.reader(text, delimiter=_separator(sample))
    header = _unlike(next((cells for cells in reader if cells), []))
    return RowFile(header, _csv_rows(reader, header, path.name))


def _separator(sample: str) -> str:
    """The separator that gives the header the most columns."""

    def columns(separator: str) -> int:
        rows = csv.reader(sample.splitlines(keepends=True), delimiter=separator)
        try:
            return len(next((cells for cells in rows if cells), []))
        except csv.Error:
            return 0

    return max(SEPARATORS, key=columns)


def _unlike(names: list[str]) -> list[str]:
    """Trim names; the second of two alike becomes `name (2)`, so that no cell is lost."""
    met: dict[str, int] = {}
    unlike = []
    for name in (each.strip() for each in names):
        met[name] = met.get(name, 0) + 1
        unlike.append(name if met[name] == 1 else f"{name} ({met[name]})")
    return unlike


def _csv_rows(reader: Any, header: list[str], file_name: str) -> Iterator[Row | BadRow]:
    """Number each row by the line it begins on: a quoted cell may hold several lines."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            where = {"file": file_name, "line": line}
            yield BadRow(where, f"a quoted cell does not end ({problem})", line)
            continue
        if len(cells) == len(header):
            yield Row(dict(zip(header, cells, strict=True)), line)
        elif cells:
            reason = f"{len(cells)} cells where the header has {len(header)}"
            row: dict[str, Any] = dict(zip(header, cells, strict=False))
            yield BadRow(row | {"(more)": cells[len(header) :]}, reason, line)


def _json_rows(text: TextIO) -> Iterator[Row | BadRow]:
    for line, written in enumerate(text, start=1):
        if not written.strip():
            continue
        try:
            payload = json.loads(written, parse_constant=_refuse)
        except (ValueError, RecursionError):
            payload = None
        if isinstance(payload, dict):
            yield Row(payload, line)
        else:
            yield BadRow({"text": written[:SHOWN_CHARACTERS]}, "not a JSON object", line)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
