"""What people say a value of a record should be."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.models.record import SourceRecord


class ProposalQuerySet(models.QuerySet["CorrectionProposal"]):
    def standing(self) -> "ProposalQuerySet":
        """Proposals nobody took back, on records their source still has."""
        return self.filter(
            state=CorrectionProposal.State.PROPOSED,
            record__deleted_at=None,
            record__erased_at=None,
        )


class CorrectionProposal(models.Model):
    """Somebody said that a value of a record is wrong, and perhaps what is right.

    It belongs to the record, goes where the record goes and is deleted with it. It changes
    neither the record nor what a customer shows. The id is made with the form, so that sending
    it twice stores one proposal. The lawful basis is that of the record's own attribute.
    """

    class Why(models.TextChoices):
        OUTDATED = "outdated", _("It is out of date")
        MISSPELT = "misspelt", _("It is misspelt")
        NEVER = "never", _("It never was theirs")

    class SaidBy(models.TextChoices):
        CUSTOMER = "customer", _("The customer")
        DOCUMENT = "document", _("A letter or document")
        STAFF = "staff", _("I saw it myself")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        WITHDRAWN = "withdrawn", _("Taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(SourceRecord, models.CASCADE, related_name="corrections")
    attribute = models.CharField(max_length=80, help_text="As golden values are named.")
    old_hash = models.CharField(max_length=64, help_text="Keyed hash of the value objected to.")
    value = models.JSONField(
        default=dict,
        help_text="Attributes as ingest reads them; empty where no better is known.",
    )
    why = models.CharField(max_length=8, choices=Why.choices)
    said_by = models.CharField(max_length=8, choices=SaidBy.choices)
    words = models.CharField(max_length=255, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed", withdrawn_by=None, withdrawn_at=None)
                | Q(state="withdrawn", withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="who_withdrew_a_correction_is_known",
            ),
        ]
        indexes = [
            # Serves: the proposals of the records of a customer.
            models.Index(
                fields=["record", "attribute"],
                condition=Q(state="proposed"),
                name="standing_corrections",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute} of {self.record_id}"
