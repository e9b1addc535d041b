"""Answers that are asked of a second person, who does not know the first."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from profiles.models import SourceRecord


class Reading(models.Model):
    """A pair that somebody answered, drawn to be read again by somebody else.

    It measures how often stewards agree. The second answer changes nothing by itself: where it
    differs, a review case asks which of the two is right.
    """

    class Verdict(models.TextChoices):
        SAME = "same", "Same person"
        DIFFERENT = "different", "Not the same person"

    lo = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")
    hi = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")
    action = models.UUIDField(unique=True, help_text="The first answer.")
    first_verdict = models.CharField(max_length=9, choices=Verdict.choices)
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(default=timezone.now)
    put_off_until = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=9, choices=Verdict.choices, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True)
    is_known = models.BooleanField(
        db_default=False, help_text="Drawn since its answer is known."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(read_by=F("first_by")), name="nobody_reads_the_own_answer_again"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", read_by=None, read_at=None)
                | (~Q(verdict="") & Q(read_by__isnull=False, read_at__isnull=False)),
                name="a_reading_has_its_time_and_person",
            ),
        ]
        indexes = [
            # Serves: the next pair to read again, in the queue.
            models.Index(fields=["drawn_at"], condition=Q(read_at=None), name="reading_due"),
            # Serves: a steward's pace of today.
            models.Index(fields=["read_by", "-read_at"], name="reading_of_steward"),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk} of {self.lo_id}–{self.hi_id}"
