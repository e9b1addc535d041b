"""What a decision would change, counted before it is made: profiles, records, what moves."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import ngettext

from matching.models import ReviewCase
from matching.preview import (
    Group,
    changed_groups,
    moved_records,
    preview,
    preview_different,
)
from matching.refusals import DecisionRefused
from matching.second_person.reading import cautions_for
from profiles.models import CustomerObject, Event


@dataclass(frozen=True, slots=True)
class Impact:
    """Of the profiles a decision touches: how many before and after, and what moves.

    `moving` are phrases such as "7 orders". `seen` is the fingerprint of the world this was
    computed from; a decision made on it is refused once that world has changed. `refusal` says
    why the decision cannot be made; everything else is empty then. `cautions` are the codes of
    why a second person must agree.
    """

    before: int = 0
    after: int = 0
    records: int = 0
    moving: tuple[str, ...] = ()
    settles: int = 0
    seen: str = ""
    refusal: str = ""
    cautions: tuple[str, ...] = ()


def impact_of_different(case: ReviewCase) -> Impact:
    """What telling two joined records apart would do."""
    try:
        planned = preview_different(case.lo_id, case.hi_id)
    except DecisionRefused as refused:
        return Impact(refusal=str(refused))
    before, after = changed_groups(planned)
    return Impact(
        before=len(before),
        after=len(after),
        records=len([pk for group in after for pk in group.record_ids]),
        moving=tuple(what_moves(moved_records(before, after))),
        seen=planned.fingerprint,
    )


def impact_of_same(case: ReviewCase) -> Impact:
    """What marking the pair as one person would do, other pairs it settles included."""
    try:
        planned = preview(same=[(case.lo_id, case.hi_id)])
    except DecisionRefused as refused:
        return Impact(refusal=str(refused))
    before, after = changed_groups(planned)
    records = [pk for group in after for pk in group.record_ids]
    return Impact(
        before=len(before),
        after=len(after),
        records=len(records),
        moving=tuple(what_moves(moved_records(before, after))),
        settles=_settled_by(after, case),
        seen=planned.fingerprint,
        cautions=tuple(cautions_for(planned)) if settings.C360_FOUR_EYES else (),
    )


def what_moves(record_ids: Collection[int]) -> list[str]:
    """Orders, tickets and events of these records as phrases, zeros left out. Two queries."""
    objects = CustomerObject.objects.filter(record__in=record_ids).values("kind")
    kinds = dict(objects.annotate(n=Count("pk")).values_list("kind", "n"))
    orders, tickets = kinds.pop("order", 0), kinds.pop("ticket", 0)
    others = sum(kinds.values())
    events = Event.objects.filter(record__in=record_ids).count()
    phrases = [
        (orders, ngettext("%d order", "%d orders", orders)),
        (tickets, ngettext("%d ticket", "%d tickets", tickets)),
        (others, ngettext("%d other case", "%d other cases", others)),
        (events, ngettext("%d event", "%d events", events)),
    ]
    return [phrase % number for number, phrase in phrases if number]


def _settled_by(after: Iterable[Group], case: ReviewCase) -> int:
    """Other open cases whose two records would end up in one group. One query."""
    group_of = {pk: number for number, group in enumerate(after) for pk in group.record_ids}
    cases = ReviewCase.objects.open().exclude(pk=case.pk)
    cases = cases.exclude(reason=ReviewCase.Reason.AUDIT)  # a join does not answer it
    touching = cases.filter(Q(lo__in=list(group_of)) & Q(hi__in=list(group_of)))
    ends = touching.values_list("lo_id", "hi_id")
    return sum(group_of[lo] == group_of[hi] for lo, hi in ends)
