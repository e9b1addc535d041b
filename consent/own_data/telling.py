"""Rows of a copy as people read them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.own_data.person import Coded, Row

LABELS = {
    "action": gettext_lazy("What"),
    "amount_minor": gettext_lazy("Amount in the smallest unit"),
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


class Line(NamedTuple):
    """One fact of a row. `is_data` of what is shown as it is stored."""

    label: str
    text: str
    is_data: bool = False


def lines(row: Row) -> list[Line]:
    """What a row says, without what it leaves empty."""
    return [
        Line(str(LABELS[key]), _text(value), isinstance(value, Mapping))
        for key, value in row.items()
        if value not in (None, "", [], {})
    ]


def _text(value: Any) -> str:
    if isinstance(value, Coded):
        return value.words
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, Mapping):
        return json.dumps(value, indent=1, ensure_ascii=False, default=str)
    if isinstance(value, list):
        return ", ".join(_brief(each) for each in value)
    return str(value)


def _brief(value: Any) -> str:
    """A part of a list: of a lawful basis its purpose, basis and days."""
    if isinstance(value, Mapping):
        return " · ".join(f"{LABELS[key]}: {_text(each)}" for key, each in value.items())
    return _text(value)
