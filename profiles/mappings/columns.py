"""One column of a mapping: where a value comes from, and how it is read or refused."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from profiles.mappings import normalise

_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}|\d{4}-?W\d{2}(-?\d)?")
_TIME = re.compile(r"%-?[HIcXfs]")


class MappingError(ValueError):
    """The mapping spec itself is wrong; the message names the key."""


class RowError(ValueError):
    """A row cannot be taken in: which column, what it held, and why."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column, self.value, self.reason = column, value, reason


@dataclass(frozen=True)
class Column:
    """A column of the file, with the form of its dates where one is given."""

    name: str
    format: str | None = None

    @classmethod
    def parse(cls, spec: object, at: str) -> "Column":
        """Read `"name"` or `{"column": "name", "format": "%d/%m/%Y"}`."""
        if isinstance(spec, str) and spec:
            return cls(spec)
        if not isinstance(spec, Mapping):
            raise MappingError(f"{at}: expected a column name, not {spec!r}")
        checked = checked_keys(spec, ("column", "format"), at, required=("column",))
        name, format_ = checked["column"], checked.get("format")
        if not isinstance(name, str) or not name:
            raise MappingError(f"{at}.column: expected a column name, not {name!r}")
        if format_ is not None and (not isinstance(format_, str) or "%" not in format_):
            raise MappingError(f"{at}.format: expected a form such as %d/%m/%Y")
        return cls(name, format_)

    @classmethod
    def parse_many(cls, spec: object, at: str) -> tuple["Column", ...]:
        """Read one column or a list of them."""
        if not isinstance(spec, list):
            return (cls.parse(spec, at),)
        if not spec:
            raise MappingError(f"{at}: the list of columns is empty")
        return tuple(cls.parse(each, f"{at}[{number}]") for number, each in enumerate(spec))

    def raw(self, row: Mapping[str, str]) -> str:
        """Return the cell as text; a cell that is not there is blank."""
        value = row.get(self.name)
        return "" if value is None else str(value)

    def text(self, row: Mapping[str, str]) -> str | None:
        """Return the trimmed cell, or `None` for blanks and placeholders."""
        return normalise.text(self.raw(row))

    def required(self, row: Mapping[str, str]) -> str:
        """Return the trimmed cell; raises `RowError` where it is blank."""
        value = self.raw(row).strip()
        if not value:
            raise RowError(self.name, value, "the key is missing")
        return value

    def moment(self, row: Mapping[str, str]) -> datetime | None:
        """Return an aware time or `None`; raises `RowError` for what is no time."""
        try:
            return normalise.moment(self.raw(row), self.format)
        except ValueError as problem:
            raise RowError(self.name, self.raw(row), str(problem)) from None

    def is_day(self, row: Mapping[str, str]) -> bool:
        """Whether `moment` finds a day without a time: its midnight then stands for the day."""
        if self.format is not None:
            return not _TIME.search(self.format)
        return _DAY.fullmatch(self.raw(row).strip()) is not None

    def birth_date(self, row: Mapping[str, str]) -> str | None:
        """Return a whole or partial ISO date or `None`; raises `RowError` for broken ones."""
        try:
            return normalise.birth_date(self.raw(row), self.format)
        except ValueError as problem:
            raise RowError(self.name, self.raw(row), str(problem)) from None


def checked_keys(
    spec: object, known: Sequence[str], at: str, *, required: Sequence[str] = ()
) -> Mapping[str, object]:
    """Return `spec` as an object that has the required keys and none but the known ones."""
    if not isinstance(spec, Mapping):
        raise MappingError(f"{at}: expected an object with {', '.join(required or known)}")
    for key in spec:
        if key not in known:
            raise MappingError(f"{at}: unknown key {key!r}; known are {', '.join(known)}")
    for key in required:
        if key not in spec:
            raise MappingError(f"{at}: the key {key!r} is missing")
    return spec


def absent(columns: Iterable[Column | None], header: Iterable[str]) -> list[str]:
    """List the columns a header lacks, each once, in the order given."""
    present = set(header)
    names = dict.fromkeys(column.name for column in columns if column)
    return [name for name in names if name not in present]
