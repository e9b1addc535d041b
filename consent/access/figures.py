"""How much each person saw in a day, and who saw so much that somebody should ask why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import User
from c360.showing import Action
from consent.access.filter import midnight

UNUSUAL = 50  # customers opened by one person within an hour of the clock
LISTED = (Action.SEARCH, Action.LIST)  # hits of a search are seen, and not opened
COUNTS = """
SELECT actor_id, hour, count(DISTINCT id), count(DISTINCT customer)
FROM (
    SELECT e.id, e.actor_id, date_trunc('hour', e.at, %(zone)s) AS hour, customer
    FROM consent_accessentry e
    LEFT JOIN LATERAL unnest(
        CASE WHEN e.action = ANY(%(listed)s) THEN '{}' ELSE e.profiles END
    ) AS customer ON true
    WHERE e.at >= %(since)s AND e.at < %(until)s AND e.actor_id IS NOT NULL
) seen
GROUP BY GROUPING SETS ((actor_id), (actor_id, hour))
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One person's day: answers with customer data, customers opened, the busiest hour."""

    person: User
    answers: int
    customers: int
    busiest: int
    hour: datetime | None

    @property
    def warning(self) -> str:
        """Why somebody should ask; empty on a day like others."""
        if self.busiest < UNUSUAL or self.hour is None:
            return ""
        told = _("%(n)d customers opened from %(start)s to %(end)s; %(limit)d are unusual")
        start = timezone.localtime(self.hour)
        return told % {
            "n": self.busiest,
            "start": f"{start:%H:%M}",
            "end": f"{start + timedelta(hours=1):%H:%M}",
            "limit": UNUSUAL,
        }


def figures_of(day: date) -> list[Figure]:
    """Each person who saw customers on a day, most customers first. Two queries."""
    counted = _counted(day)
    days = {actor: (answers, seen) for actor, hour, answers, seen in counted if hour is None}
    people = User.objects.in_bulk(days)
    found = [Figure(people[actor], *days[actor], *_busiest(actor, counted)) for actor in people]
    return sorted(found, key=lambda each: (-each.customers, -each.answers, each.person.pk))


Counted = list[tuple[int, datetime | None, int, int]]


def _counted(day: date) -> Counted:
    """Actor, hour (`None` for the whole day), answers, customers opened."""
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTS,
            {
                "zone": timezone.get_current_timezone_name(),
                "listed": [str(action) for action in LISTED],
                "since": midnight(day),
                "until": midnight(day + timedelta(days=1)),
            },
        )
        return list(cursor.fetchall())


def _busiest(
    actor: int, counted: Iterable[tuple[int, datetime | None, int, int]]
) -> tuple[int, datetime | None]:
    hours = [(seen, hour) for who, hour, _answers, seen in counted if who == actor and hour]
    return max(hours, default=(0, None), key=lambda each: each[0])
