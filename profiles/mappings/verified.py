"""Which values of a row its source says it has verified. Pure."""

from collections.abc import Mapping
from typing import Any

from profiles.mappings.columns import Column, MappingError

VERIFIABLE = ("full_name", "birth_date", "email", "phone", "address")
PARTS = {"full_name": ("given_name", "family_name")}
FALSY = frozenset({"0", "false", "no", "n", "f", "off"})


def parse_verified(spec: object) -> dict[str, Column]:
    """Read the `verified` of a mapping, `{"email": "email_confirmed_at"}`."""
    if spec is None:
        return {}
    if not isinstance(spec, Mapping):
        raise MappingError('verified: expected {"email": "column", …}')
    if unknown := [name for name in spec if name not in VERIFIABLE]:
        raise MappingError(f"verified.{unknown[0]}: known are {', '.join(VERIFIABLE)}")
    return {name: Column.parse(column, f"verified.{name}") for name, column in spec.items()}


def verified_of(
    columns: Mapping[str, Column], row: Mapping[str, str], attributes: Mapping[str, Any]
) -> list[str]:
    """The attributes of a row that have a value and whose column says yes, or since when."""
    return [
        name
        for name in VERIFIABLE
        if name in columns
        and any(attributes.get(part) for part in PARTS.get(name, (name,)))
        and is_truthy(columns[name].text(row))
    ]


def is_truthy(value: str | None) -> bool:
    """Any stated value but a spelt-out no: sources often write the date."""
    return bool(value) and str(value).casefold() not in FALSY
