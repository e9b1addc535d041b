"""What agents report: records that do not belong to a customer."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.review import ReviewCase
from profiles.models import Profile, SourceRecord


class Report(models.Model):
    """Somebody said that records of one customer do not belong there. Never edited.

    The id is made with the form, so that sending it twice stores one report. What became of it
    is read from memberships and decisions (`matching.reports.outcomes`), never stored.
    """

    class Why(models.TextChoices):
        CUSTOMER = "customer", _("The customer says it is not theirs")
        PERSON = "person", _("It belongs to someone else")
        SHARED = "shared", _("Several people share this contact")
        UNSURE = "unsure", _("Something does not fit")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+")
    records_seen = ArrayField(
        models.BigIntegerField(), help_text="All records joined at that moment."
    )
    why = models.CharField(max_length=10, choices=Why.choices)
    words = models.CharField(max_length=500, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            # Serves: the list of one's own reports, newest first.
            models.Index(fields=["reported_by", "-reported_at"], name="report_of_agent"),
            # Serves: the reports about a customer, wherever its records are now.
            GinIndex(fields=["records_seen"], name="report_by_record"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def stayed(self) -> set[int]:
        """The records seen that nobody objected to. Uses the loaded `records`."""
        return set(self.records_seen) - {each.record_id for each in self.records.all()}


class ReportedRecord(models.Model):
    """One record of a report. `events` are the things that gave it away, where some were named.

    `asked_of` and `case` are derived: the record of the same customer that stewards are asked
    to compare it with, and the case in which they are.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="records")
    record = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")
    events = ArrayField(models.BigIntegerField(), default=list)
    asked_of = models.ForeignKey(SourceRecord, models.SET_NULL, null=True, related_name="+")
    case = models.ForeignKey(
        ReviewCase, models.SET_NULL, null=True, related_name="reported_records"
    )

    class Meta:
        constraints = [
            # Serves: the records of a report.
            models.UniqueConstraint(
                fields=["report", "record"], name="a_report_names_a_record_once"
            ),
            models.CheckConstraint(
                condition=Q(asked_of=None) | ~Q(asked_of=F("record")),
                name="nobody_is_compared_with_himself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} in {self.report_id}"
