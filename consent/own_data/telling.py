"""Rows of a copy as people read them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from consent.own_data.facts import (
    Fact,
    as_shown,
    as_text,
    is_address,
    is_empty,
    of_record,
    of_source,
)
from consent.own_data.person import Coded, Row
from profiles.money import format_minor

LABELS = {
    "action": gettext_lazy("What"),
    "amount_minor": gettext_lazy("Amount"),
    "at": gettext_lazy("When"),
    "attribute": gettext_lazy("Attribute"),
    "attributes": gettext_lazy("Attributes"),
    "bases": gettext_lazy("Lawful basis"),
    "basis": gettext_lazy("Lawful basis"),
    "by": gettext_lazy("By"),
    "channel": gettext_lazy("Channel"),
    "currency": gettext_lazy("Currency"),
    "decision": gettext_lazy("Statement"),
    "ended": gettext_lazy("How it ended"),
    "ended_at": gettext_lazy("Ended"),
    "ended_by": gettext_lazy("Ended by"),
    "evidence": gettext_lazy("Evidence"),
    "fields": gettext_lazy("Fields"),
    "first_received": gettext_lazy("First received"),
    "how": gettext_lazy("How"),
    "identifiers": gettext_lazy("Identifiers"),
    "is_shown": gettext_lazy("Is shown"),
    "kept_until": gettext_lazy("Kept until"),
    "kind": gettext_lazy("Kind"),
    "last_received": gettext_lazy("Last received"),
    "left_out": gettext_lazy("Left out"),
    "model": gettext_lazy("Version of the model"),
    "name": gettext_lazy("Name"),
    "object": gettext_lazy("Number"),
    "page": gettext_lazy("Page"),
    "part_of": gettext_lazy("Part of"),
    "payload": gettext_lazy("As it came"),
    "properties": gettext_lazy("Properties"),
    "purpose": gettext_lazy("Purpose"),
    "reason": gettext_lazy("Reason"),
    "record": gettext_lazy("Record"),
    "recorded_at": gettext_lazy("Recorded"),
    "records": gettext_lazy("Records"),
    "retention_days": gettext_lazy("Days kept"),
    "rule": gettext_lazy("Rule"),
    "said_by": gettext_lazy("Who says so"),
    "source": gettext_lazy("Source"),
    "state": gettext_lazy("State"),
    "text_shown": gettext_lazy("Text that was shown"),
    "until": gettext_lazy("Until"),
    "value": gettext_lazy("Value"),
    "verdict": gettext_lazy("Answer"),
    "why": gettext_lazy("Why"),
    "words": gettext_lazy("Words"),
}


MOST_COLUMNS = 5  # side by side on a page of A4


class Line(NamedTuple):
    """What a row says under one label. `is_as_it_came` of what nobody read."""

    label: str
    text: str = ""
    facts: Sequence[Fact] = ()
    is_as_it_came: bool = False


class Section(NamedTuple):
    """Rows under a title. Where they have `columns`, each has a line for every one of them."""

    title: str
    rows: Sequence[Sequence[Line]]
    columns: Sequence[str] = ()


def section(title: str, rows: Iterable[Row]) -> Section:
    """The rows of a section: in columns where these are few and hold nothing long."""
    told = [_lines(row) for row in rows]
    keys = list(dict.fromkeys(key for row in told for key in row))
    is_long = any(line.facts or line.is_as_it_came for row in told for line in row.values())
    if is_long or len(keys) > MOST_COLUMNS:
        return Section(title, [list(row.values()) for row in told])
    columns = [str(LABELS[key]) for key in keys]
    by_column = [
        [row.get(key) or Line(name) for key, name in zip(keys, columns, strict=True)]
        for row in told
    ]
    return Section(title, by_column, columns)


def _lines(row: Row) -> dict[str, Line]:
    """What a row says, by its keys, without what it leaves empty."""
    found = {key: _line(key, each, row) for key, each in row.items() if not is_empty(each)}
    if "amount_minor" in found:  # the currency stands beside the amount
        found.pop("currency", None)
    return found


def _line(key: str, value: Any, row: Row) -> Line:
    name = str(LABELS[key])
    if key == "payload":
        return Line(name, json.dumps(value, indent=1, ensure_ascii=False), is_as_it_came=True)
    if key == "amount_minor":
        return Line(name, format_minor(value, row.get("currency") or ""))
    attribute = row.get("attribute", "")
    if key == "attributes" or (
        key == "value" and isinstance(value, Mapping) and not is_address(attribute, value)
    ):
        return Line(name, facts=list(of_record(value)))
    if key == "value":
        return Line(name, as_shown(attribute, value))
    if key == "identifiers":
        return Line(name, facts=list(of_record(value, key)))
    if isinstance(value, Mapping):
        return Line(name, facts=list(of_source(value)))
    return Line(name, _text(value))


def _text(value: Any) -> str:
    if isinstance(value, Coded):
        return value.words
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, list):
        return ", ".join(_brief(each) for each in value)
    return as_text(value)


def _brief(value: Any) -> str:
    """A part of a list: of a lawful basis its purpose, basis and days."""
    if isinstance(value, Mapping):
        return " · ".join(f"{LABELS[key]}: {_text(each)}" for key, each in value.items())
    return _text(value)
