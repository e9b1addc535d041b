"""A payload as the database can hold it: plain JSON, its hash, its cells as text."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

CLEANED = "characters or numbers that cannot be stored were left out"


class NotStorable(ValueError):
    """A payload that no JSON column takes, whatever is left out."""


def as_json(value: object) -> str:
    """Canonical JSON: one text for one content, whatever the order of its keys."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def as_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as one JSON text for `json_to_recordset`.

    JSON inside an array parameter has every quote escaped one by one, in Python, and costs
    several times as much.
    """
    return json.dumps(
        list(rows), ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat
    )


def storable(payload: dict[str, Any]) -> tuple[dict[str, Any], str, bool]:
    """Return the payload, its canonical JSON, and whether something had to be left out.

    PostgreSQL refuses NUL, lone surrogates and numbers that are none. Raises `NotStorable`
    for what is too deep or no JSON at all.
    """
    try:
        try:
            text = as_json(payload)
            text.encode()
            if "\\u0000" not in text:
                return payload, text, False
        except ValueError:
            pass
        cleaned = _cleaned(payload)
        text = as_json(cleaned)
    except (ValueError, TypeError, RecursionError):
        raise NotStorable("not a row that can be stored") from None
    return cleaned, text, cleaned != payload


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {_cleaned(str(key)): _cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return value


def content_hash(text: str, *, updated_at: datetime | None, deleted: bool) -> str:
    """SHA-256 of a canonical payload with its time and what it says of deletion, hex."""
    said = f"{updated_at.isoformat() if updated_at else ''}\n{int(deleted)}\n{text}"
    return hashlib.sha256(said.encode()).hexdigest()


def cells(payload: Mapping[str, Any]) -> Mapping[str, str]:
    """A payload as a row of text: objects by dotted names, lists joined by semicolons."""
    if all(isinstance(value, str) for value in payload.values()):
        return payload
    row: dict[str, str] = {}
    for name, value in payload.items():
        if isinstance(value, Mapping):
            row |= {f"{name}.{part}": text for part, text in cells(value).items()}
        elif isinstance(value, list):
            row[name] = ";".join(_text(each) for each in value)
        else:
            row[name] = _text(value)
    return row


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
