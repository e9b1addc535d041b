"""What a reader chose to see, and the place where a page goes on."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from profiles.desk.timeline.kinds import GROUPS

STATES = {"open": _("Open"), "resolved": _("Resolved")}
PERIODS = {
    "week": (_("7 days"), timedelta(days=7)),
    "month": (_("30 days"), timedelta(days=30)),
    "year": (_("1 year"), timedelta(days=365)),
}


class Cursor(NamedTuple):
    """A place in the timeline: that of one event. Written as microseconds and id: `17…-42`."""

    occurred_at: datetime
    id: int

    def __str__(self) -> str:
        past = self.occurred_at - datetime(1970, 1, 1, tzinfo=UTC)
        return f"{past // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """Read what `str` wrote; `None` for anything else."""
        micros, _dash, event_id = text.rpartition("-")
        try:
            past = timedelta(microseconds=int(micros))
            place = cls(datetime(1970, 1, 1, tzinfo=UTC) + past, int(event_id))
        except (ValueError, OverflowError):
            return None
        return place if abs(place.id) < 2**63 else None


@dataclass(frozen=True)
class Filters:
    """What the reader chose; empty means all. `each` shows every event in a row of its own."""

    groups: frozenset[str] = frozenset()
    source: str = ""
    state: str = ""
    period: str = ""
    find: str = ""
    each: bool = False

    @property
    def kinds(self) -> list[str]:
        return [kind for group in sorted(self.groups) for kind in GROUPS[group][1]]

    @property
    def is_on(self) -> bool:
        """True when something may be hidden."""
        return bool(self.groups or self.source or self.state or self.period or self.find)

    @property
    def is_narrowed(self) -> bool:
        """True when one of the filters is on that are folded away else."""
        return bool(self.source or self.state or self.period or self.each)

    def toggled(self, group: str) -> "Filters":
        return replace(self, groups=self.groups ^ {group})

    def parameters(self) -> list[tuple[str, str]]:
        """For an address; what was typed stays out of it."""
        chosen = [("kind", group) for group in GROUPS if group in self.groups]
        rest = [("source", self.source), ("state", self.state), ("period", self.period)]
        shown = [("each", "1")] if self.each else []
        return [*chosen, *[(name, value) for name, value in rest if value], *shown]
