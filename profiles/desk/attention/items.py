"""An item of the banner: what it says, why, since when, from where, and where the proof is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import IntEnum

MOST = 5
_NEVER = datetime.max.replace(tzinfo=UTC)


class Harm(IntEnum):
    """What is harmed when an agent does not know it, the worst first: the order of items."""

    RESTRICTION = 1  # safety, or use of the data limited by law
    COMPLAINT = 2
    CONTACT_BAN = 3
    UNDELIVERED = 4
    REFUND = 5
    OFFERS = 6
    RENEWAL = 7
    ENGAGEMENT = 8
    PURCHASES = 9


SELLING = frozenset({Harm.OFFERS, Harm.ENGAGEMENT, Harm.PURCHASES})


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an item is proved: the timeline from a moment on, or a part of the page.

    `group` is a key of `timeline.GROUPS`, `anchor` the id of an element.
    """

    group: str = ""
    at: datetime | None = None
    anchor: str = "timeline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that needs attention. There is none without a reason.

    `rule` is the name of its rule; `records` are those it rests on; `sources` their systems.
    """

    rule: str
    harm: Harm
    title: str
    reasons: tuple[str, ...]
    since: datetime | None
    sources: tuple[str, ...]
    proof: Proof
    records: frozenset[int]
    is_in_doubt: bool = False

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError(f"{self.rule}: an item says why")

    @property
    def tone(self) -> str:
        """The class of its colour; its icon and words say the same."""
        if self.harm <= Harm.CONTACT_BAN:
            return "bad"
        return "info" if self.harm == Harm.PURCHASES else "warn"

    @property
    def icon(self) -> str:
        return ICONS[self.harm]


ICONS = {
    Harm.RESTRICTION: "shield", Harm.COMPLAINT: "warn", Harm.CONTACT_BAN: "cross",
    Harm.UNDELIVERED: "truck", Harm.REFUND: "return", Harm.OFFERS: "tag",
    Harm.RENEWAL: "repeat", Harm.ENGAGEMENT: "down", Harm.PURCHASES: "order",
}  # fmt: skip


def chosen(items: Iterable[Item], doubted: frozenset[int] = frozenset()) -> list[Item]:
    """The items to show: worst first, of one harm the oldest first, at most five.

    An item that rests on a record of `doubted` says so. Where use is restricted, whatever
    would help to sell is left out.
    """
    found = list(items)
    if any(item.harm == Harm.RESTRICTION for item in found):
        found = [item for item in found if item.harm not in SELLING]
    found.sort(key=lambda item: (item.harm, item.since or _NEVER, item.rule, item.title))
    return [replace(item, is_in_doubt=bool(item.records & doubted)) for item in found[:MOST]]
