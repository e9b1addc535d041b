"""Keyed hashes of what must not come back: erased people, blocked contact points."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Suppression(models.Model):
    """A tombstone without any plain value. Ingest reads it before it stores a record."""

    class Kind(models.TextChoices):
        SOURCE_KEY = "source_key", "Source key"
        CONTACT_POINT = "contact_point", "Contact point"

    class Mode(models.TextChoices):
        BLOCK_INGEST = "block_ingest", "Refuse the record"
        QUARANTINE = "quarantine", "Hold the record for a person to look at"
        NO_CONTACT = "no_contact", "Never contact"

    class Cause(models.TextChoices):
        ERASURE = "erasure", "Erasure"
        OBJECTION = "objection", "Objection"
        BOUNCE = "bounce", "Bounce"
        LEGAL = "legal", "Legal"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    digest = models.BinaryField(max_length=32, help_text="HMAC-SHA256; the key is outside.")
    key_id = models.CharField(max_length=16)
    purpose = models.CharField(max_length=60, blank=True, help_text="Empty means all.")
    mode = models.CharField(max_length=16, choices=Mode.choices)
    cause = models.CharField(max_length=12, choices=Cause.choices)
    since = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Serves: the check of each arriving record.
            models.UniqueConstraint(
                fields=["kind", "digest", "key_id", "purpose"],
                condition=Q(lifted_at=None),
                name="one_suppression_per_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.mode} since {self.since:%Y-%m-%d}"
