"""Pairs a person should look at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from matching.models.gravity import Reason, gravity, opened_week
from profiles.models import SourceRecord


class CaseQuerySet(models.QuerySet["ReviewCase"]):
    def open(self) -> "CaseQuerySet":
        """Cases that still wait for an answer, also those put off until later."""
        return self.filter(settled_at=None)


class ReviewCase(models.Model):
    """Two records that may be one person, where the machine will not say so by itself.

    Derived: the resolver opens a case when a pair falls into the review band or a union was
    refused, brings its weight up to date, and settles it when records or decisions answer it.
    """

    Reason = Reason

    lo = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")
    hi = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    detail = models.TextField(blank=True, help_text="Field names and limits; never values.")
    weight_bits = models.FloatField()
    opened_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(
        null=True, help_text="An answer was refused then, for what people had said before."
    )
    snoozed_until = models.DateTimeField(null=True)
    stake = models.FloatField(db_default=1.0, help_text="See `queueing.stakes`; 1 is nothing.")
    has_complaint = models.BooleanField(db_default=False)
    gravity = models.GeneratedField(
        expression=gravity(), output_field=models.FloatField(), db_persist=True
    )
    opened_week = models.GeneratedField(
        expression=opened_week(), output_field=models.IntegerField(), db_persist=True
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        permissions = [
            ("review_matches", "Can decide, split and undo matches"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(lo__lt=F("hi")), name="case_is_ordered"),
            # Serves: the resolver finds the open case of a pair.
            models.UniqueConstraint(
                fields=["lo", "hi"], condition=Q(settled_at=None), name="one_open_case_per_pair"
            ),
        ]
        indexes = [
            # Serves: the head of the queue, the gravest cases of each week.
            models.Index(
                fields=["opened_week", "-gravity", "-weight_bits", "id"],
                condition=Q(settled_at=None),
                name="open_cases_by_week",
            ),
            # Serves: the head of the queue, what comes before all turns.
            models.Index(
                fields=["id"],
                condition=Q(settled_at=None)
                & (Q(reason=Reason.REPORTED) | Q(has_complaint=True)),
                name="open_cases_come_first",
            ),
            # Serves: the cases of a record, from its other end (the constraint has `lo`).
            models.Index(fields=["hi"], condition=Q(settled_at=None), name="open_case_from_hi"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"

    @property
    def is_reported(self) -> bool:
        return self.reason == self.Reason.REPORTED

    @property
    def is_audit(self) -> bool:
        """Asked blind: who answers should not know what the machine has said."""
        return self.reason == self.Reason.AUDIT


NOT_OF_THE_MACHINE = (Reason.REPORTED, Reason.AUDIT, Reason.DISPUTED)
"""Reasons of cases that the resolver neither opens nor settles."""
