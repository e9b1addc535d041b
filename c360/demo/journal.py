"""Where events are written down: one list a file, numbers as the systems give them."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from c360.demo.people import Person
from c360.demo.products import Product

HISTORY = timedelta(days=548)
# The first columns of each events file: key, person, time; then what the system says.
COLUMNS = {
    "crm_events": "activity_id customer_no happened_at activity subject note channel value "
    "plan_no plan_status offer_code valid_until sku product",
    "shop_events": "event_id user_id created_at event_type order_no order_status amount "
    "currency summary carrier parcel offer_code valid_until rating sku product",
    "shop_returns_events": "event_id user_id created_at step return_no return_status order_no "
    "amount currency reason",
    "support_events": "interaction_id contact_id logged_at type subject ticket_no "
    "ticket_status body channel agent minutes order_ref priority",
    "loyalty_events": "TXN_ID MEMBER_ID TXN_DATE TXN_TYPE POINTS SPEND STORE DESCRIPTION "
    "RECEIPT_NO UPLOADED",
    "app_events": "event_id account_id ts_ms event detail platform sku campaign",
}
_PREFIXES = {"crm_events": "A", "shop_events": "E", "shop_returns_events": "RE",
             "support_events": "I", "loyalty_events": "TX", "app_events": "AE"}  # fmt: skip


@dataclass(frozen=True)
class Customer:
    """A person with the key of their record in each system that knows them."""

    person: Person
    keys: dict[str, str]


@dataclass(frozen=True)
class Entry:
    """One row to be: `values` by column, without key and time."""

    at: datetime
    key: str
    values: dict[str, str]


class Pen(Protocol):
    """Writes down one event; false where nothing was written, as in `Journal.note`."""

    def __call__(self, at: datetime, **values: str) -> bool: ...


class Journal:
    """Collects what happens between `start` and `now`; nothing later is written down."""

    def __init__(self, rng: random.Random, today: date) -> None:
        self.rng = rng
        self.now = datetime.combine(today, time(), UTC)
        self.start = self.now - HISTORY
        self.entries: dict[str, list[Entry]] = {name: [] for name in COLUMNS}
        # Where to go on looking from a number that is taken.
        self._free: dict[tuple[str, int], int] = {}

    def note(self, file: str, customer: Customer, at: datetime, **values: str) -> bool:
        """Write down one event; false where the system does not know the person yet, or the
        time has not come."""
        key = customer.keys.get(file.split("_")[0])
        if key is None or at >= self.now:
            return False
        self.entries[file].append(Entry(at.replace(microsecond=0), key, values))
        return True

    def pen(self, file: str, customer: Customer, **always: str) -> "Pen":
        """A `note` that knows its file, its customer and the values of every row."""

        def write(at: datetime, **values: str) -> bool:
            return self.note(file, customer, at, **always, **values)

        return write

    def number(self, prefix: str, first: int, span: int, at: datetime) -> str:
        """The next free number of a series that grew by `span` over the whole history."""
        grown = max(0.0, (at - self.start) / HISTORY)
        wanted = first + int(grown * span)
        number = self._free.get((prefix, wanted), wanted)
        while (prefix, number) in self._free:
            number = self._free[prefix, number]
        self._free[prefix, wanted] = self._free[prefix, number] = number + 1
        return f"{prefix}{number}"

    def order_number(self, at: datetime) -> str:
        return self.number("HP-", 104_000, 30_000, at)

    def ticket_number(self, at: datetime) -> str:
        return self.number("T-", 4_000, 9_000, at)

    def ago(self, most_days: float, least_days: float = 0.0) -> datetime:
        """A moment that many days ago, at an hour when people are awake."""
        day = self.now - timedelta(days=self.rng.uniform(max(least_days, 0.0), most_days) + 1)
        awake = self.rng.triangular(7, 22.5, 17) * 3600
        return day.replace(hour=0, minute=0, second=0) + timedelta(seconds=int(awake))

    def rows(self, file: str) -> list[dict[str, str]]:
        """The rows of one file in the order of time, with keys and times written."""
        key, person, moment, *_rest = columns = COLUMNS[file].split()
        found = []
        ordered = sorted(self.entries[file], key=lambda entry: (entry.at, entry.key))
        for number, entry in enumerate(ordered, start=1):
            row = dict.fromkeys(columns, "") | entry.values
            row[key] = f"{_PREFIXES[file]}{number:06d}"
            row[person], row[moment] = entry.key, _written(file, entry.at)
            found.append(row)
        return found


def _written(file: str, at: datetime) -> str:
    if file == "support_events":
        return at.strftime("%d/%m/%Y %H:%M")
    if file == "loyalty_events":
        return at.strftime("%d/%m/%Y %H:%M:%S")
    if file == "app_events":
        return f"{int(at.timestamp())}000"
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def pounds(pence: int) -> str:
    """1234 as 12.34; never a float in between."""
    return f"{pence // 100}.{pence % 100:02d}"


def hours(low: float, high: float, rng: random.Random) -> timedelta:
    return timedelta(seconds=int(rng.uniform(low, high) * 3600))


def daytime(at: datetime) -> datetime:
    """The same moment, or the next one between eight and nineteen o'clock."""
    if at.hour < 8:
        return at.replace(hour=8 + at.minute % 5)
    return at if at.hour < 19 else at.replace(hour=8 + at.minute % 5) + timedelta(days=1)


def listed(basket: list[tuple[int, Product]]) -> str:
    """Line items as a picker reads them: 2 × Linen cushion, sea green · 1 × Wool throw."""
    return " · ".join(f"{number} × {product.name}" for number, product in basket)
