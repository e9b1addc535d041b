"""Pairs a person should look at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

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

    class Reason(models.TextChoices):
        UNCERTAIN = "uncertain", "The evidence is not strong enough"
        IDENTIFIER = "identifier", "Different verified identifiers"
        BIRTH_DATE = "birth_date", "Different birth dates"
        TWINS = "twins", "Could be twins"
        GENERATION = "generation", "Could be parent and child of one name"
        HOUSEHOLD = "household", "Could be two people of one household"
        WEAK_BRIDGE = "weak_bridge", "A single weak link would join two groups"
        SIZE = "size", "The group would become very large"
        LOCKED = "locked", "A steward locked one of the two customers"
        DIFFERENT = "different", "A person said some of these records are different people"
        REPORTED = "reported", "Reported by an agent"
        AUDIT = "audit", "A join of the machine is checked"
        DISPUTED = "disputed", "Two stewards answered differently"

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
            # Serves: the queue, which ranks all open cases at once among settled ones.
            models.Index(
                fields=["-weight_bits", "id"],
                condition=Q(settled_at=None),
                name="open_cases_in_order",
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


NOT_OF_THE_MACHINE = (
    ReviewCase.Reason.REPORTED,
    ReviewCase.Reason.AUDIT,
    ReviewCase.Reason.DISPUTED,
)
"""Reasons of cases that the resolver neither opens nor settles."""
