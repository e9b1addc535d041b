"""What the columns of an activity file mean: orders, tickets, calls, visits and their kin."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from profiles.mappings import normalise
from profiles.mappings.columns import Column, MappingError, RowError, absent, checked_keys
from profiles.mappings.declarations import DeclaredBasis, parse_bases

# fmt: off
KINDS = (
    "order", "payment", "refund", "return", "ticket", "call", "chat", "message",
    "visit", "product", "search", "cart", "consent", "loyalty", "review", "account",
    "identity", "note", "subscription", "delivery", "other",
)
# fmt: on
# fmt: off
KEYS = (
    "key", "record", "occurred_at", "kind", "name", "text", "channel", "amount",
    "identifiers", "object", "region", "basis",
)
# fmt: on
PARTS = ("return", "refund", "delivery", "payment")  # what an order's row may hold
HELD = "events"  # what all of it counts as where a lawful basis is asked
FIRST_YEAR = 1990
# ISO 4217: currencies whose minor unit is not a hundredth.
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "XAF": 0, "XOF": 0} | {
    "BHD": 3,
    "JOD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}


@dataclass(frozen=True)
class ReadObject:
    """The order, ticket or subscription an event is about, with its state after the event."""

    namespace: str
    kind: str
    id: str
    state: str | None
    part_of: tuple[str, str] | None = None  # namespace and id, of a return that of its order


@dataclass(frozen=True)
class ReadEvent:
    """One row read. `record_key` is the person's external id in the same source, if stated."""

    message_id: str
    record_key: str | None
    occurred_at: datetime
    kind: str
    name: str
    text: str
    channel: str
    amount_minor: int | None
    currency: str
    identifiers: list[tuple[str, str]]
    object: ReadObject | None
    properties: dict[str, str]


@dataclass(frozen=True)
class _Wording:
    """A fixed word, or a column whose values may be translated."""

    column: Column | None = None
    value: str = ""
    values: Mapping[str, str] | None = None

    @classmethod
    def parse(cls, spec: object, at: str) -> "_Wording":
        if not isinstance(spec, Mapping):
            return cls(Column.parse(spec, at))
        checked = checked_keys(spec, ("value", "column", "values"), at)
        if "value" in checked:
            if not isinstance(checked["value"], str) or len(checked) > 1:
                raise MappingError(f"{at}: expected one fixed word under 'value'")
            return cls(value=checked["value"])
        values = checked.get("values")
        if values is not None and not isinstance(values, Mapping):
            raise MappingError(f"{at}.values: expected an object of translations")
        column = Column.parse(checked.get("column"), f"{at}.column")
        translated = {str(k): str(v) for k, v in values.items()} if values else None
        return cls(column, values=translated)

    def read(self, row: Mapping[str, str]) -> str:
        if self.column is None:
            return self.value
        found = self.column.text(row) or ""
        return self.values.get(found, found) if self.values else found


@dataclass(frozen=True)
class _Amount:
    column: Column
    currency: str = ""
    currency_column: Column | None = None

    @classmethod
    def parse(cls, spec: object, at: str) -> "_Amount":
        known = ("column", "currency", "currency_column")
        checked = checked_keys(spec, known, at, required=("column",))
        if ("currency" in checked) == ("currency_column" in checked):
            raise MappingError(f"{at}: give either 'currency' or 'currency_column'")
        column = Column.parse(checked["column"], f"{at}.column")
        if "currency_column" in checked:
            other = Column.parse(checked["currency_column"], f"{at}.currency_column")
            return cls(column, currency_column=other)
        return cls(column, currency=_currency(checked["currency"], f"{at}.currency"))

    def read(self, row: Mapping[str, str]) -> tuple[int | None, str]:
        """Return minor units and currency; raises `RowError` for what is no amount."""
        raw = self.column.text(row)
        if raw is None:
            return None, ""
        currency = self.currency
        if self.currency_column:
            stated = self.currency_column.text(row) or ""
            try:
                currency = _currency(stated, self.currency_column.name)
            except MappingError:
                reason = "not a three-letter currency"
                raise RowError(self.currency_column.name, stated, reason) from None
        return self._minor(raw, currency), currency

    def _minor(self, raw: str, currency: str) -> int:
        factor = 10 ** MINOR_DIGITS.get(currency, 2)
        try:
            amount = Decimal(raw.strip("£$€ ").replace(",", "")) * factor
            minor = int(amount.to_integral_value())
        except (InvalidOperation, ValueError, OverflowError):
            raise RowError(self.column.name, raw, "not an amount") from None
        if minor != amount or abs(minor) >= 2**63:
            raise RowError(self.column.name, raw, f"not an amount of whole minor {currency}")
        return minor


def _currency(value: object, at: str) -> str:
    if isinstance(value, str) and len(value) == 3 and value.isalpha() and value.isascii():
        return value.upper()
    raise MappingError(f"{at}: expected three letters such as GBP, not {value!r}")


@dataclass(frozen=True)
class _ObjectColumns:
    namespace: str
    kind: str
    id: Column
    state: _Wording | None
    whole: "_Whole | None"

    @classmethod
    def parse(cls, spec: object, at: str) -> "_ObjectColumns":
        known = ("namespace", "kind", "id", "state", "part_of")
        checked = checked_keys(spec, known, at, required=("namespace", "kind", "id"))
        for key in ("namespace", "kind"):
            if not isinstance(checked[key], str) or not checked[key]:
                raise MappingError(f"{at}.{key}: expected a word, not {checked[key]!r}")
        state = _Wording.parse(checked["state"], f"{at}.state") if "state" in checked else None
        if "part_of" in checked and checked["kind"] not in PARTS:
            raise MappingError(f"{at}.part_of: only of kind {', '.join(PARTS)}")
        return cls(
            namespace=str(checked["namespace"]),
            kind=str(checked["kind"]),
            id=Column.parse(checked["id"], f"{at}.id"),
            state=state,
            whole=_Whole.parse(checked["part_of"], f"{at}.part_of")
            if "part_of" in checked
            else None,
        )

    @property
    def columns(self) -> list[Column | None]:
        state = self.state.column if self.state else None
        return [self.id, state, self.whole.id if self.whole else None]

    def read(self, row: Mapping[str, str]) -> ReadObject | None:
        found = self.id.text(row)
        if found is None:
            return None
        state = self.state.read(row) if self.state else ""
        whole = self.whole.read(row) if self.whole else None
        is_own = whole == (self.namespace, found)
        part_of = None if is_own else whole
        return ReadObject(self.namespace, self.kind, found, state or None, part_of)


@dataclass(frozen=True)
class _Whole:
    """The thing a return, refund or delivery is part of: its namespace, and where its id is."""

    namespace: str
    id: Column

    @classmethod
    def parse(cls, spec: object, at: str) -> "_Whole":
        checked = checked_keys(spec, ("namespace", "id"), at, required=("namespace", "id"))
        namespace = checked["namespace"]
        if not isinstance(namespace, str) or not namespace:
            raise MappingError(f"{at}.namespace: expected a word, not {namespace!r}")
        return cls(namespace, Column.parse(checked["id"], f"{at}.id"))

    def read(self, row: Mapping[str, str]) -> tuple[str, str] | None:
        found = self.id.text(row)
        return (self.namespace, found) if found else None


@dataclass(frozen=True)
class EventMapping:
    """A checked mapping of one source's events."""

    key: Column
    record: Column | None
    occurred_at: Column
    kind: _Wording
    name: _Wording | None
    text: _Wording | None
    channel: _Wording | None
    amount: _Amount | None
    identifiers: dict[str, Column]
    about: _ObjectColumns | None
    region: str
    bases: tuple[DeclaredBasis, ...] = ()

    @classmethod
    def parse(cls, spec: Mapping[str, object]) -> "EventMapping":
        """Check a spec whole; raises `MappingError` naming the key that is wrong."""
        checked = checked_keys(spec, KEYS, "mapping", required=("key", "occurred_at", "kind"))
        identifiers = checked.get("identifiers", {})
        if not isinstance(identifiers, Mapping):
            raise MappingError('identifiers: expected {"email": "column", …}')
        kind = _Wording.parse(checked["kind"], "kind")
        _check_kinds(kind)

        def wording(key: str) -> _Wording | None:
            return _Wording.parse(checked[key], key) if key in checked else None

        amount, about = checked.get("amount"), checked.get("object")
        return cls(
            key=Column.parse(checked["key"], "key"),
            record=Column.parse(checked["record"], "record") if "record" in checked else None,
            occurred_at=Column.parse(checked["occurred_at"], "occurred_at"),
            kind=kind,
            name=wording("name"),
            text=wording("text"),
            channel=wording("channel"),
            amount=None if amount is None else _Amount.parse(amount, "amount"),
            identifiers={
                str(namespace): Column.parse(column, f"identifiers.{namespace}")
                for namespace, column in identifiers.items()
            },
            about=None if about is None else _ObjectColumns.parse(about, "object"),
            region=str(checked.get("region", "GB")).upper(),
            bases=parse_bases(checked.get("basis"), [HELD]),
        )

    @property
    def held(self) -> list[str]:
        """The one name under which activity is held; it needs a lawful basis."""
        return [HELD]

    def _columns(self) -> list[Column | None]:
        wordings = (self.kind, self.name, self.text, self.channel)
        found: list[Column | None] = [self.key, self.record, self.occurred_at]
        found += [each.column for each in wordings if each]
        if self.amount:
            found += [self.amount.column, self.amount.currency_column]
        found += self.identifiers.values()
        if self.about:
            found += self.about.columns
        return found

    def missing_columns(self, header: Iterable[str]) -> list[str]:
        """List the columns the mapping reads that a file's header lacks, in mapping order."""
        return absent(self._columns(), header)

    def read(self, row: Mapping[str, str]) -> ReadEvent:
        """Read one row; columns without a meaning land in `properties`.

        Raises `RowError` for a missing key, a time that is none or lies outside 1990 to next
        year, an unknown kind, or a broken amount.
        """
        kind = self._kind(row)
        minor, currency = self.amount.read(row) if self.amount else (None, "")
        mapped = {column.name for column in self._columns() if column}
        return ReadEvent(
            message_id=self.key.required(row),
            record_key=(self.record.raw(row).strip() or None) if self.record else None,
            occurred_at=self._occurred_at(row),
            kind=kind,
            name=_read(self.name, row) or kind.capitalize(),
            text=_read(self.text, row),
            channel=_read(self.channel, row),
            amount_minor=minor,
            currency=currency,
            identifiers=self._identifiers(row),
            object=self.about.read(row) if self.about else None,
            properties={
                name: str(value)
                for name, value in row.items()
                if isinstance(name, str) and name not in mapped and value not in (None, "")
            },
        )

    def _kind(self, row: Mapping[str, str]) -> str:
        kind = self.kind.read(row)
        if kind not in KINDS:
            column = self.kind.column.name if self.kind.column else "kind"
            reason = "the kind is missing" if not kind else "unknown kind of event"
            raise RowError(column, kind, reason)
        return kind

    def _occurred_at(self, row: Mapping[str, str]) -> datetime:
        found = self.occurred_at.moment(row)
        raw = self.occurred_at.raw(row)
        if found is None:
            raise RowError(self.occurred_at.name, raw, "the time is missing")
        if not FIRST_YEAR <= found.year <= datetime.now(UTC).year + 1:
            reason = f"the year lies outside {FIRST_YEAR} to next year"
            raise RowError(self.occurred_at.name, raw, reason)
        return found

    def _identifiers(self, row: Mapping[str, str]) -> list[tuple[str, str]]:
        found = []
        for namespace, column in self.identifiers.items():
            raw = column.raw(row)
            if namespace == "email":
                value = normalise.email(raw)
            elif namespace == "phone":
                value = normalise.phone(raw, self.region)
            else:
                value = normalise.identifier(raw)
            if value:
                found.append((namespace, value))
        return found


def _read(wording: _Wording | None, row: Mapping[str, str]) -> str:
    return wording.read(row) if wording else ""


def _check_kinds(kind: _Wording) -> None:
    """Refuse a fixed or translated kind outside the closed list while the spec is checked."""
    named = [kind.value] if kind.column is None else list((kind.values or {}).values())
    for each in named:
        if each not in KINDS:
            raise MappingError(f"kind: {each!r} is no kind; known are {', '.join(KINDS)}")
