"""What a decision would change, counted before it is made: profiles, records, what moves."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Lower
from django.utils.translation import ngettext

from matching.cases import open_cases, pairs_asked
from matching.deciding.locks_met import LockMet, locks_met
from matching.deciding.preview import (
    Preview,
    changed_groups,
    moved_records,
    preview,
    preview_different,
)
from matching.models import ReviewCase
from matching.refusals import DecisionRefused
from matching.second_person.reading import cautions_for, events_of
from matching.world import Pair
from profiles.desk.states import CLOSED
from profiles.models import CustomerObject

ORDER = ("open ticket", "order", "ticket", "other", "event")


@dataclass(frozen=True, slots=True)
class Impact:
    """Of the profiles a decision touches: how many before and after, and what moves.

    `moving` are phrases such as "7 orders". `seen` is the fingerprint of the world this was
    computed from; a decision made on it is refused once that world has changed. `refusal` says
    why the decision cannot be made; everything else is empty then. `cautions` are the codes of
    why a second person must agree, `locks` those on customers that would get records.
    """

    before: int = 0
    after: int = 0
    records: int = 0
    moving: tuple[str, ...] = ()
    settles: int = 0
    seen: str = ""
    refusal: str = ""
    cautions: tuple[str, ...] = ()
    locks: tuple[LockMet, ...] = ()


def impact_of_different(case: ReviewCase) -> Impact:
    """What telling two records apart would do."""
    try:
        planned = preview_different(case.lo_id, case.hi_id)
    except DecisionRefused as refused:
        return Impact(refusal=str(refused))
    return _impact(planned, case)


def impact_of_same(case: ReviewCase) -> Impact:
    """What marking the pair as one person would do, other pairs it settles included."""
    try:
        planned = preview(same=[(case.lo_id, case.hi_id)])
    except DecisionRefused as refused:
        return Impact(refusal=str(refused))
    cautions = tuple(cautions_for(planned)) if settings.C360_FOUR_EYES else ()
    return replace(_impact(planned, case), cautions=cautions, locks=locks_met(planned))


def _impact(planned: Preview, case: ReviewCase) -> Impact:
    before, after = changed_groups(planned)
    return Impact(
        before=len(before),
        after=len(after),
        records=sum(len(group.record_ids) for group in after),
        moving=tuple(what_moves(moved_records(before, after))),
        settles=_settled_by(planned, case),
        seen=planned.fingerprint,
    )


def what_moves(record_ids: Collection[int]) -> list[str]:
    """Orders, tickets and events of these records as phrases, zeros left out. Two queries."""
    objects = CustomerObject.objects.filter(record__in=record_ids)
    by_state = objects.values_list("kind", Lower("state")).annotate(n=Count("pk"))
    numbers = dict.fromkeys(ORDER, 0)
    for kind, state, number in by_state.order_by():
        numbers[_named(kind, state)] += number
    numbers["event"] = events_of(tuple(record_ids))
    return [_phrase(kind, number) for kind, number in numbers.items() if number]


def _named(kind: str, state: str) -> str:
    """Tickets somebody waits for are named apart, what is rare is counted together."""
    if kind == "ticket":
        return "ticket" if state in CLOSED else "open ticket"
    return kind if kind == "order" else "other"


def _phrase(kind: str, number: int) -> str:
    return {
        "order": ngettext("%d order", "%d orders", number),
        "open ticket": ngettext("%d open ticket", "%d open tickets", number),
        "ticket": ngettext("%d closed ticket", "%d closed tickets", number),
        "other": ngettext("%d other case", "%d other cases", number),
        "event": ngettext("%d event", "%d events", number),
    }[kind] % number


def _settled_by(planned: Preview, case: ReviewCase) -> int:
    """Other pairs the machine asks about now and would not any more. Two queries.

    What people reported or lots drew is left out: only words answer it.
    """
    others = {
        pair for pair, asked in open_cases(planned.then.members).items() if asked.id != case.pk
    }
    return len(others - _asked(planned))


def _asked(planned: Preview) -> set[Pair]:
    """The pairs that would still be asked about. One query."""
    return pairs_asked(planned.then, planned.solution)
