"""How the work goes: pairs answered today, how fast, and since when without a break."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from c360.models import User
from c360.sql.prepared import ask
from matching.standing import STANDS

PAUSE = timedelta(minutes=10)  # without an answer ends a sitting
LOOK_BACK = timedelta(minutes=10)  # for the speed
FEWEST = 3  # answers that make a speed
TIRED_AFTER = timedelta(minutes=45)
ANSWERS = """
SELECT d.action, d.decided_at FROM matching_decision d
WHERE d.decided_by_id = %(user)s AND d.decided_at >= %(since)s
    AND d.kind = 'decide' AND <stands>
UNION  -- an action may have many rows
SELECT action, read_at FROM matching_reading
WHERE read_by_id = %(user)s AND read_at >= %(since)s
""".replace("<stands>", STANDS)


@dataclass(frozen=True, slots=True)
class Pace:
    """Of one steward. `per_minute` is 0 where too little was answered lately to say."""

    today: int = 0
    per_minute: float = 0.0
    sitting: timedelta = timedelta(0)

    @property
    def is_tiring(self) -> bool:
        return self.sitting >= TIRED_AFTER

    @property
    def minutes(self) -> int:
        return int(self.sitting.total_seconds() // 60)


def pace_of(user: User) -> Pace:
    """The pace of answers that were not taken back, readings included. One query."""
    now = timezone.now()
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = ask(ANSWERS, {"user": user.pk, "since": today})
    return paced(sorted(moment for _, moment in rows), now)


def paced(moments: Sequence[datetime], now: datetime) -> Pace:
    """What ascending moments of answers say about the pace now. Pure."""
    began = _began(moments, now)
    if began is None:
        return Pace(today=len(moments))
    since = max(began, now - LOOK_BACK)
    lately = sum(moment >= since for moment in moments)
    minutes = max((now - since) / timedelta(minutes=1), 1.0)
    return Pace(
        today=len(moments),
        per_minute=lately / minutes if lately >= FEWEST else 0.0,
        sitting=now - began,
    )


def _began(moments: Sequence[datetime], now: datetime) -> datetime | None:
    """When the sitting began that is not over yet; none where the last answer is long ago."""
    began, after = None, now
    for moment in reversed(moments):
        if after - moment > PAUSE:
            break
        began = after = moment
    return began
