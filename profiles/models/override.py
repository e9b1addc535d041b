"""What stewards say should be shown, for a while, whatever the rules choose."""

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.models.record import SourceRecord

LONGEST = timedelta(days=367)  # a year, and what is left of its last day


class OverrideQuerySet(models.QuerySet["Override"]):
    def standing(self) -> Self:
        """Those nobody has ended: neither a person nor the clock."""
        return self.filter(ended_at=None)

    def overdue(self) -> Self:
        """Standing ones whose time is over, which the clock is about to end."""
        return self.standing().filter(until__lte=timezone.now())


class Override(models.Model):
    """A steward prefers the value that one record has, until some day.

    It belongs to the record: it goes where the record goes and is deleted with it. The value
    is known again by its hash; while the record says something else, it prefers nothing. It
    holds until `ended_at` is written, by who takes it back or by the clock soon after `until`,
    so that what is shown is a function of rows and of no clock. The database refuses to change
    what was said. The id is made with the form, so that sending it twice stores one.
    """

    class End(models.TextChoices):
        TAKEN_BACK = "taken_back", _("Taken back")
        REPLACED = "replaced", _("Replaced by another choice")
        OVER = "over", _("Its time was over")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(
        SourceRecord, models.CASCADE, related_name="overrides", db_index=False
    )
    attribute = models.CharField(max_length=80, help_text="As golden values are named.")
    value_hash = models.CharField(max_length=64, help_text="Keyed hash of the value preferred.")
    reason = models.CharField(max_length=255)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(help_text="The moment after its last day.")
    end = models.CharField(max_length=10, choices=End.choices, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        constraints = [
            # Serves: choosing reads what stands on each record.
            models.UniqueConstraint(
                fields=["record", "attribute"],
                condition=Q(ended_at=None),
                name="one_standing_override_per_value",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("said_at"), until__lte=F("said_at") + LONGEST),
                name="an_override_ends_within_a_year",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="an_override_has_its_reason"),
            models.CheckConstraint(
                condition=Q(end="", ended_by=None, ended_at=None)
                | Q(end="over", ended_by=None, ended_at__isnull=False)
                | Q(
                    end__in=["taken_back", "replaced"],
                    ended_by__isnull=False,
                    ended_at__isnull=False,
                ),
                name="who_ended_an_override_is_known",
            ),
        ]
        indexes = [
            # Serves: the history of a customer; deleting a record.
            models.Index(fields=["record"], name="override_of_record"),
            # Serves: the clock, which ends those whose time is over.
            models.Index(fields=["until"], condition=Q(ended_at=None), name="override_until"),
        ]

    def __str__(self) -> str:
        return f"{self.attribute} of {self.record_id}"

    @property
    def is_overdue(self) -> bool:
        """Its time is over, and the clock has not come by yet."""
        return self.ended_at is None and self.until <= timezone.now()
