"""Decisions that stand: no undo, and not taken back by one."""

from django.db.models import F, Q

from matching.models import Decision
from matching.models.decision import DecisionQuerySet


def standing() -> DecisionQuerySet:
    """Decisions that are no undo and were not taken back by one."""
    said = Decision.objects.exclude(kind=Decision.Kind.UNDO)
    return said.filter(Q(superseded_by=None) | ~Q(superseded_by__undoes=F("action")))
