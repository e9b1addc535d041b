"""What the columns of a person file mean: mapping specs, and rows read through them.

A spec is checked once and whole (`MappingError` names the key that is wrong); a row is then
either read or refused (`RowError` names column, value and reason). Nothing here knows the
database. The spec's shape is DESIGN §11; the attributes' shape is in `read`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from profiles.mappings import normalise
from profiles.mappings.columns import Column, MappingError, RowError, absent, checked_keys
from profiles.mappings.declarations import DeclaredBasis, parse_bases
from profiles.mappings.events import EventMapping, ReadEvent, ReadObject
from profiles.mappings.verified import FALSY, is_truthy, parse_verified, verified_of

__all__ = [
    "ConsentStatement",
    "EventMapping",
    "MappingError",
    "ReadEvent",
    "ReadObject",
    "ReadRecord",
    "RecordMapping",
    "RowError",
]

NAME_PARTS = ("prefix", "given_name", "middle_name", "family_name", "suffix")
PLAIN = (*NAME_PARTS, "full_name", "birth_date", "gender", "organisation", "email", "phone")
ADDRESS_PARTS = ("line1", "city", "region", "postal_code", "country")
KEYS = ("key", "updated_at", "attributes", "region", "deleted", "consent", "basis", "verified")
TRUTHY = frozenset({"1", "true", "yes", "y", "t", "on", "x", "deleted"})


@dataclass(frozen=True)
class ConsentStatement:
    """One yes or no a row states; `stated_at` is `None` where the source does not say when.

    `policy` names the text people were shown, such as `marketing GB/en v2`, where known.
    `is_day` says that the source told the day and not the time. `cells` are the columns it was
    read from, word for word.
    """

    purpose: str
    channel: str
    granted: bool
    stated_at: datetime | None
    policy: str = ""
    is_day: bool = False
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class ReadRecord:
    """One row read: typed attributes, what it says of consent, and remarks without values."""

    external_id: str
    updated_at: datetime | None
    deleted: bool
    attributes: dict[str, Any]
    consent: list[ConsentStatement] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ConsentColumn:
    """One consent question of a source: its column, what it is about, and its answers."""

    column: Column
    purpose: str
    channel: str
    yes: frozenset[str]
    no: frozenset[str]
    at: Column | None
    policy: str = ""

    @classmethod
    def parse(cls, spec: object, at: str) -> "ConsentColumn":
        """Check one entry of `consent`; raises `MappingError` naming the key."""
        known = ("column", "purpose", "channel", "yes", "no", "at", "policy")
        checked = checked_keys(spec, known, at, required=("column", "purpose", "channel"))
        return cls(
            column=Column.parse(checked["column"], f"{at}.column"),
            purpose=_word(checked["purpose"], f"{at}.purpose"),
            channel=_word(checked["channel"], f"{at}.channel"),
            yes=_answers(checked.get("yes"), TRUTHY, f"{at}.yes"),
            no=_answers(checked.get("no"), FALSY, f"{at}.no"),
            at=Column.parse(checked["at"], f"{at}.at") if "at" in checked else None,
            policy=_word(checked["policy"], f"{at}.policy") if "policy" in checked else "",
        )

    def read(self, row: Mapping[str, str], notes: list[str]) -> ConsentStatement | None:
        """Return what the row states; a blank or an unknown answer states nothing."""
        answer = (self.column.text(row) or "").casefold()
        if answer not in self.yes | self.no:
            if answer:
                notes.append(f"{self.column.name}: answer not understood, so no statement")
            return None
        stated_at = self.at.moment(row) if self.at else None
        is_day = self.at is not None and self.at.is_day(row)
        granted = answer in self.yes
        about = (self.purpose, self.channel, granted)
        columns = (self.column, self.at) if self.at else (self.column,)
        cells = {column.name: column.raw(row) for column in columns}
        return ConsentStatement(*about, stated_at, self.policy, is_day, cells)


@dataclass(frozen=True)
class RecordMapping:
    """A checked mapping of one source's person records."""

    key: Column
    updated_at: Column | None
    deleted: Column | None
    region: str
    attributes: dict[str, tuple[Column, ...]]
    consent: tuple[ConsentColumn, ...]
    bases: tuple[DeclaredBasis, ...] = ()
    verified: Mapping[str, Column] = field(default_factory=dict)

    @classmethod
    def parse(cls, spec: Mapping[str, object]) -> "RecordMapping":
        """Check a spec whole; raises `MappingError` naming the key that is wrong."""
        checked = checked_keys(spec, KEYS, "mapping", required=("key", "attributes"))
        columns = checked["attributes"]
        if not isinstance(columns, Mapping) or not columns:
            raise MappingError('attributes: expected {"given_name": "column", …}')
        consent = checked.get("consent", [])
        if not isinstance(consent, list):
            raise MappingError("consent: expected a list of statements")
        return cls(
            key=Column.parse(checked["key"], "key"),
            updated_at=_optional(checked, "updated_at"),
            deleted=_optional(checked, "deleted"),
            region=_region(checked.get("region", "GB")),
            attributes={
                attribute_name(name): Column.parse_many(column, f"attributes.{name}")
                for name, column in columns.items()
            },
            consent=tuple(
                ConsentColumn.parse(each, f"consent[{number}]")
                for number, each in enumerate(consent)
            ),
            bases=parse_bases(checked.get("basis"), map(str, columns)),
            verified=parse_verified(checked.get("verified")),
        )

    @property
    def held(self) -> list[str]:
        """The names of what is held of a person by this mapping; each needs a lawful basis."""
        return list(self.attributes)

    def missing_columns(self, header: Iterable[str]) -> list[str]:
        """List the columns the mapping reads that a file's header lacks, in mapping order."""
        wanted = [self.key, self.updated_at, self.deleted]
        wanted += [column for columns in self.attributes.values() for column in columns]
        wanted += [column for each in self.consent for column in (each.column, each.at)]
        wanted += self.verified.values()
        return absent(wanted, header)

    def read(self, row: Mapping[str, str]) -> ReadRecord:
        """Read one row; raises `RowError` for a missing key or a broken date.

        Attributes are as written in the product's contract: `email` and `phone` are lists in
        source order, `address`, `identifiers` and `custom` are objects, an absent key is a
        missing value, and placeholders never appear. `verified` lists those of the others that
        the source has verified, where any.
        """
        notes: list[str] = []
        attributes = self._attributes(row, notes)
        if verified := verified_of(self.verified, row, attributes):
            attributes["verified"] = verified
        statements = (each.read(row, notes) for each in self.consent)
        return ReadRecord(
            external_id=self.key.required(row),
            updated_at=self.updated_at.moment(row) if self.updated_at else None,
            deleted=self.deleted is not None and is_truthy(self.deleted.text(row)),
            attributes=attributes,
            consent=[statement for statement in statements if statement],
            notes=notes,
        )

    def _attributes(self, row: Mapping[str, str], notes: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, columns in self.attributes.items():
            value = self._value(name, columns, row, notes)
            group, _, part = name.partition(".")
            if value and part:
                found.setdefault(group, {})[part] = value
            elif value:
                found[name] = value
        return _with_names(found)

    def _value(
        self, name: str, columns: tuple[Column, ...], row: Mapping[str, str], notes: list[str]
    ) -> Any:
        """Read one attribute: a list for repeatable ones, else columns joined by a space."""
        group, _, part = name.partition(".")
        if group in ("email", "phone", "identifiers"):
            raw = [each for column in columns for each in _values(column.raw(row))]
            cleaned = [self._clean_many(group, each) for each in raw]
            if None in cleaned:
                notes.append(f"{name}: a placeholder or unusable value was left out")
            return list(dict.fromkeys(value for value in cleaned if value))
        if name == "birth_date":
            return next((day for column in columns if (day := column.birth_date(row))), None)
        joined = " ".join(value for column in columns if (value := column.text(row)))
        return _clean_one(part if group == "address" else name, joined)

    def _clean_many(self, group: str, raw: str) -> str | None:
        if group == "email":
            return normalise.email(raw)
        if group == "phone":
            return normalise.phone(raw, self.region)
        return normalise.identifier(raw)


def _values(raw: str) -> list[str]:
    """Several e-mails or numbers in one cell are split at semicolons and bars."""
    return [part for part in raw.replace("|", ";").split(";") if part.strip()]


def _clean_one(name: str, value: str) -> str | None:
    if name == "postal_code":
        return normalise.postcode(value)
    if name == "country":
        return normalise.country(value)
    if name in ADDRESS_PARTS:
        return normalise.address_part(value)
    if name == "gender":
        return normalise.gender(value)
    return normalise.text(value)


def _with_names(found: dict[str, Any]) -> dict[str, Any]:
    """Split a full name, lift "Jr" out of the family name, drop "Test Test".

    A full name only fills the parts that have no column of their own.
    """
    full = found.pop("full_name", None)
    names = normalise.split_full_name(full) if full else {}
    names |= {part: found.pop(part) for part in NAME_PARTS if part in found}
    if "family_name" in names:
        names["family_name"], suffix = normalise.strip_suffix(names["family_name"])
        if suffix:
            names.setdefault("suffix", suffix)
    names = normalise.drop_placeholders(names)
    return {part: names[part] for part in NAME_PARTS if part in names} | found


def attribute_name(name: object) -> str:
    """Check an attribute's name; raises `MappingError` listing the known ones."""
    group, dot, part = str(name).partition(".")
    if name in PLAIN or (group == "address" and part in ADDRESS_PARTS):
        return str(name)
    if group in ("identifiers", "custom") and dot and part.replace("_", "").isalnum():
        return str(name)
    known = [*PLAIN, *(f"address.{each}" for each in ADDRESS_PARTS)]
    raise MappingError(
        f"attributes.{name}: no such attribute; known are {', '.join(known)}, "
        "identifiers.<namespace>, custom.<name>"
    )


def _optional(spec: Mapping[str, object], key: str) -> Column | None:
    return Column.parse(spec[key], key) if key in spec else None


def _region(value: object) -> str:
    if isinstance(value, str) and len(value) == 2 and value.isalpha() and value.isascii():
        return value.upper()
    raise MappingError(f"region: expected two letters such as GB, not {value!r}")


def _word(value: object, at: str) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise MappingError(f"{at}: expected a word, not {value!r}")


def _answers(value: object, default: frozenset[str], at: str) -> frozenset[str]:
    if value is None:
        return default
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise MappingError(f"{at}: expected a list of answers such as ['1', 'yes']")
    return frozenset(each.strip().casefold() for each in value)
