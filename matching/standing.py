"""Decisions that stand: no undo, not taken back by one, and with nothing later above them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from django.db.models import F, Q

from matching.models import Decision
from matching.models.decision import DecisionQuerySet

# `standing` in SQL, of a decision `d`, for statements that run with every answer.
STANDS = """
d.kind <> 'undo' AND NOT EXISTS (
    SELECT FROM matching_decision t WHERE t.supersedes_id = d.id AND t.undoes = d.action
)
"""


def standing() -> DecisionQuerySet:
    """Decisions that are no undo and were not taken back by one."""
    said = Decision.objects.exclude(kind=Decision.Kind.UNDO)
    return said.filter(Q(superseded_by=None) | ~Q(superseded_by__undoes=F("action")))


def are_in_force(rows: Sequence[Decision]) -> bool:
    """Whether every later word on the pairs of these rows has been taken back. One query."""
    first = {(row.lo_id, row.hi_id): row.pk for row in rows}
    ends = {pk for pair in first for pk in pair}
    said_since: dict[tuple[int, int], list[Decision]] = defaultdict(list)
    later = Decision.objects.filter(lo__in=ends, hi__in=ends, pk__gt=min(first.values()))
    for row in later.order_by("pk"):
        pair = row.lo_id, row.hi_id
        if pair in first and row.pk > first[pair]:
            said_since[pair].append(row)
    return not any(left_standing(each) for each in said_since.values())


class Said(Protocol):
    """A word of an action, which may take another one back."""

    @property
    def action(self) -> UUID: ...
    @property
    def undoes(self) -> UUID | None: ...


S = TypeVar("S", bound=Said)


def left_standing(chain: Sequence[S]) -> list[S]:
    """Of the words on one pair or record, oldest first, those no later one takes back. Pure."""
    left: list[S] = []
    for row in chain:
        if left and row.undoes is not None and row.undoes == left[-1].action:
            left.pop()
        else:
            left.append(row)
    return left
