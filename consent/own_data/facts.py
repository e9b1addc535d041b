"""What records and events say, each fact under its name."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from profiles.desk.values import label, shown
from profiles.survivorship.said import ADDRESS_PARTS, display_of


class Fact(NamedTuple):
    """A name and what is said under it."""

    label: str
    text: str


def is_empty(value: Any) -> bool:
    return value in (None, "", [], {})


def of_record(attributes: Mapping[str, Any], within: str = "") -> Iterator[Fact]:
    """The attributes of a record in their order, in the words of the customer page."""
    for name, value in attributes.items():
        attribute = f"{within}.{name}" if within else name
        if is_empty(value):
            continue
        if isinstance(value, Mapping) and not is_address(attribute, value):
            yield from of_record(value, attribute)
        elif attribute == "verified" and isinstance(value, list):
            yield Fact(label(attribute), ", ".join(map(label, value)))
        else:
            yield Fact(label(attribute), as_shown(attribute, value))


def is_address(attribute: str, value: Mapping[str, Any]) -> bool:
    """Whether a page shows all of it as one address."""
    return attribute == "address" and value.keys() <= set(ADDRESS_PARTS)


def as_shown(attribute: str, value: Any) -> str:
    """A value as pages show those of its attribute, several of them with commas between."""
    if isinstance(value, list):
        return ", ".join(as_shown(attribute, each) for each in value)
    if isinstance(value, str | Mapping):
        return shown(attribute, {"value": value, "display": display_of(attribute, value)})
    return as_text(value)


def of_source(said: Mapping[str, Any], within: str = "") -> Iterator[Fact]:
    """What a source says in words of its own: nothing is read into its names and values."""
    for name, value in said.items():
        whole = f"{within}.{name}" if within else name
        if isinstance(value, Mapping):
            yield from of_source(value, whole)
        elif not is_empty(value):
            yield Fact(whole, as_text(value))


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
