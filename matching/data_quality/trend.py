"""A figure over some days, as a line that can be drawn and as words that can be read."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

WIDTH, HEIGHT, MARGIN = 96, 24, 2


@dataclass(frozen=True, slots=True)
class Trend:
    """Percentages by day, oldest first."""

    points: tuple[tuple[date, float], ...]

    @property
    def is_drawn(self) -> bool:
        """One day makes no line."""
        return len(self.points) > 1

    @property
    def line(self) -> str:
        """The points of an SVG polyline in a box of `WIDTH` by `HEIGHT`, days to scale."""
        first, last = self.points[0][0], self.points[-1][0]
        days = max((last - first).days, 1)
        top = max((percent for _day, percent in self.points), default=0) or 1
        return " ".join(
            f"{_along((day - first).days / days, WIDTH):.1f},"
            f"{_along(1 - percent / top, HEIGHT):.1f}"
            for day, percent in self.points
        )

    @property
    def words(self) -> str:
        """What the line says."""
        if not self.points:
            return _("No figures yet")
        first, last = self.points[0][1], self.points[-1][1]
        if not self.is_drawn:
            return _("The first day")
        facts = {"then": f"{first:.1f}", "now": f"{last:.1f}", "days": len(self.points)}
        return _("From %(then)s %% to %(now)s %% over %(days)s counts") % facts


def _along(share: float, length: int) -> float:
    return MARGIN + share * (length - 2 * MARGIN)
