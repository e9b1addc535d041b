"""Rows of a copy as people read them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.own_data.person import Coded, Row
from profiles.desk.values import label, shown
from profiles.money import format_minor
from profiles.survivorship.said import display_of

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


TOLD_WITH = {"currency"}  # what stands in the line of another field
MOST_COLUMNS = 5  # side by side on a page of A4


class Line(NamedTuple):
    """One fact of a row, or several under one label. `is_as_it_came` of what nobody read."""

    label: str
    text: str = ""
    facts: Sequence["Line"] = ()
    is_as_it_came: bool = False


class Section(NamedTuple):
    """Rows under a title. Where they have `columns`, each has a line for every one of them."""

    title: str
    rows: Sequence[Sequence[Line]]
    columns: Sequence[str] = ()


def section(title: str, rows: Iterable[Row]) -> Section:
    """The rows of a section: in columns where these are few and hold nothing long."""
    told = [_lines(row) for row in rows]
    columns = list(dict.fromkeys(line.label for row in told for line in row))
    is_short = all(not (line.facts or line.is_as_it_came) for row in told for line in row)
    if not (is_short and len(columns) <= MOST_COLUMNS):
        return Section(title, told)
    by_label = [{line.label: line for line in row} for row in told]
    aligned = [[row.get(name) or Line(name) for name in columns] for row in by_label]
    return Section(title, aligned, columns)


def _lines(row: Row) -> list[Line]:
    """What a row says, without what it leaves empty."""
    return [
        _line(key, value, row)
        for key, value in row.items()
        if key not in TOLD_WITH and not _is_empty(value)
    ]


def _line(key: str, value: Any, row: Row) -> Line:
    name = str(LABELS[key])
    if key == "payload":
        return Line(name, json.dumps(value, indent=1, ensure_ascii=False), is_as_it_came=True)
    if key == "amount_minor":
        return Line(name, format_minor(value, row.get("currency") or ""))
    if key == "value":
        return Line(name, _of_attribute(row.get("attribute", ""), value))
    if isinstance(value, Mapping):
        within = "identifiers" if key == "identifiers" else ""
        return Line(name, facts=list(_facts(value, within)))
    return Line(name, _text(value))


def _facts(said: Mapping[str, Any], within: str = "") -> Iterator[Line]:
    """What a record or an event says, attribute by attribute, in its order."""
    for name, value in said.items():
        attribute = f"{within}.{name}" if within else name
        if isinstance(value, Mapping) and attribute != "address":
            yield from _facts(value, attribute)
        elif not _is_empty(value):
            yield Line(label(attribute), _of_attribute(attribute, value))


def _of_attribute(attribute: str, value: Any) -> str:
    """A value as pages show those of its attribute, several of them with commas between."""
    if attribute == "verified":
        return ", ".join(map(label, value))
    if isinstance(value, list):
        return ", ".join(_of_attribute(attribute, each) for each in value)
    if isinstance(value, str | Mapping):
        return shown(attribute, {"value": value, "display": display_of(attribute, value)})
    return _text(value)


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {})


def _text(value: Any) -> str:
    if isinstance(value, Coded):
        return value.words
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, list):
        return ", ".join(_brief(each) for each in value)
    return str(value)


def _brief(value: Any) -> str:
    """A part of a list: of a lawful basis its purpose, basis and days."""
    if isinstance(value, Mapping):
        return " · ".join(f"{LABELS[key]}: {_text(each)}" for key, each in value.items())
    return _text(value)
