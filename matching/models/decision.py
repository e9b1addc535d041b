"""What people decided, and the immutable receipt of every change of membership."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.version import MatchModelVersion
from matching.models.word import Word, WordQuerySet
from profiles.models import Profile, SourceRecord


class DecisionQuerySet(WordQuerySet["Decision"]):
    def binding(self) -> Self:
        """Current decisions that say something: `same` or `different`."""
        return self.current().exclude(verdict=Decision.Verdict.NONE)


class Decision(Word):
    """What a person said of two records. Outlives every model.

    Undoing an action gives each pair the verdict it had before.
    """

    class Verdict(models.TextChoices):
        SAME = "same", _("Same person")
        DIFFERENT = "different", _("Not the same person")
        NONE = "none", _("Nothing said")

    class Kind(models.TextChoices):
        DECIDE = "decide", _("Decided a pair")
        SPLIT = "split", _("Split records out")
        UNDO = "undo", _("Took an action back")

    lo = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")
    hi = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lo__lt=F("hi")), name="decision_is_ordered"),
            # Serves: the resolver reads the word that counts for a record's pairs.
            models.UniqueConstraint(
                fields=["lo", "hi"],
                condition=Q(superseded_at=None),
                name="one_current_decision_per_pair",
            ),
        ]
        indexes = [
            # Serves: decisions of a record, from its other end.
            models.Index(
                fields=["hi"], condition=Q(superseded_at=None), name="decision_from_hi"
            ),
            # Serves: undo; a steward's last actions.
            models.Index(fields=["action"], name="decision_action"),
            models.Index(fields=["decided_by", "-decided_at"], name="decision_of_steward"),
        ]

    def __str__(self) -> str:
        return f"{self.lo_id}–{self.hi_id} {self.verdict}"


class MergeEvent(models.Model):
    """Receipt of one change of membership: what moved, from where to where, and why.

    Its profiles and its version are never deleted, and it is written with every join: like
    derived rows it names them without a constraint (`matching.models.derived`).
    """

    append_only = True

    class Kind(models.TextChoices):
        JOIN = "join", _("Joined")
        SPLIT = "split", _("Split")
        MOVE = "move", _("Moved")

    kind = models.CharField(max_length=5, choices=Kind.choices)
    from_profile = models.ForeignKey(
        Profile, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    to_profile = models.ForeignKey(
        Profile, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    records = ArrayField(models.BigIntegerField(), help_text="Records that moved.")
    members_after = ArrayField(models.BigIntegerField(), help_text="All records of the target.")
    evidence = models.JSONField(help_text="Links and decisions that caused it; no values.")
    model_version = models.ForeignKey(
        MatchModelVersion,
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    action = models.UUIDField(null=True, help_text="The person's action, if one caused it.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    happened_at = models.DateTimeField(default=timezone.now)
    hash_before = models.CharField(max_length=64)
    hash_after = models.CharField(max_length=64)

    class Meta:
        indexes = [
            # Serves: the history of a profile, newest first, from either side.
            models.Index(fields=["to_profile", "-id"], name="receipt_of_target"),
            models.Index(fields=["from_profile", "-id"], name="receipt_of_origin"),
            # Serves: what an action did, for undo and audit.
            models.Index(
                fields=["action"],
                condition=Q(action__isnull=False),
                name="receipt_of_action",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.from_profile_id} → {self.to_profile_id}"
