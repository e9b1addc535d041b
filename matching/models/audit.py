"""Joins of the machine that people check, and the stages that sources climb and fall by."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.review import ReviewCase
from matching.models.version import MatchModelVersion
from profiles.models import Source, SourceRecord


class Audit(models.Model):
    """A join drawn to be checked: what joined it then, and how likely it was to be drawn.

    Its answer is the decision that stands on the pair. Never edited but for its case.
    """

    lo = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")
    hi = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")
    share = models.FloatField(help_text="Of such joins, the share that is drawn: 0 to 1.")
    weight_bits = models.FloatField()
    model_version = models.ForeignKey(MatchModelVersion, models.PROTECT, related_name="+")
    case = models.ForeignKey(ReviewCase, models.SET_NULL, null=True, related_name="audits")
    drawn_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lo__lt=F("hi")), name="audit_is_ordered"),
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1), name="audit_has_a_share"
            ),
            # Serves: a join is drawn once.
            models.UniqueConstraint(fields=["lo", "hi"], name="a_join_is_audited_once"),
        ]
        indexes = [
            # Serves: how right joins are, of the last year.
            models.Index(fields=["drawn_at"], name="audits_by_time"),
        ]

    def __str__(self) -> str:
        return f"audit of {self.lo_id}–{self.hi_id}"


class StageChange(models.Model):
    """A source climbed to another stage, or fell back. Never edited."""

    append_only = True

    class Kind(models.TextChoices):
        SET = "set", _("Set by a person")
        FELL = "fell", _("Stepped back by itself")

    source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    before = models.CharField(max_length=10, choices=Source.Stage.choices)
    after = models.CharField(max_length=10, choices=Source.Stage.choices)
    evidence = models.JSONField(help_text="Figures it rests on.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="set", by__isnull=False) | Q(kind="fell", by=None),
                name="a_stage_is_set_by_a_person_or_falls",
            ),
        ]
        indexes = [
            # Serves: what became of a source last.
            models.Index(fields=["source", "-id"], name="stage_changes_of_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.before} → {self.after}"
