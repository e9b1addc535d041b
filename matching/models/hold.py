"""Which records a steward locked together: facts, one row for each record and word."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.models.word import Word, WordQuerySet
from profiles.models import SourceRecord


class HoldQuerySet(WordQuerySet["Hold"]):
    def binding(self) -> Self:
        """Records that are held now."""
        return self.current().exclude(lock=None)


class Hold(Word):
    """That a record is held by a lock, or by none any more.

    Records of one `lock` stay one customer, and no link joins another to them. Undoing gives
    each record what held it before. A record that is deleted stays in its lock, and is part of
    it when it comes back.
    """

    class Kind(models.TextChoices):
        LOCK = "lock", _("Locked a customer")
        UNLOCK = "unlock", _("Took a lock off")
        UNDO = "undo", _("Took an action back")

    record = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+", db_index=False)
    lock = models.UUIDField(null=True, help_text="What holds the record; empty for nothing.")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            # Serves: the resolver reads what holds a record.
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(superseded_at=None),
                name="one_current_hold_per_record",
            ),
            models.CheckConstraint(
                condition=~Q(kind="lock") | (Q(lock__isnull=False) & ~Q(reason="")),
                name="a_lock_has_its_reason",
            ),
        ]
        indexes = [
            # Serves: the history of a customer; all that was said of a record.
            models.Index(fields=["record", "id"], name="hold_of_record"),
            # Serves: who locked a customer, and why.
            models.Index(fields=["lock"], condition=Q(kind="lock"), name="words_of_lock"),
            # Serves: undo.
            models.Index(fields=["action"], name="hold_action"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.record_id}"

    @property
    def stands(self) -> bool:
        """It is no undo and was not taken back by one."""
        above = getattr(self, "superseded_by", None)
        return self.kind != self.Kind.UNDO and (above is None or above.undoes != self.action)
