"""What every word of a person has: who said it, by which action, and what it replaced."""

import uuid
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

W = TypeVar("W", bound="Word")


class WordQuerySet(models.QuerySet[W]):
    def current(self) -> Self:
        """The word that counts of each pair or record, that nothing is said included."""
        return self.filter(superseded_at=None)


class Word(models.Model):
    """One row of an action; never edited, only superseded by a later one that `supersedes` it.

    Rows written by one click share an `action`. Undoing it writes rows that say what held
    before.
    """

    action = models.UUIDField(default=uuid.uuid4)
    undoes = models.UUIDField(null=True, help_text="The action this one takes back.")
    reason = models.CharField(max_length=255, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
