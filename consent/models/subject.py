"""What the ledger points at and never holds: contact points, keys of subjects, evidence.

All of it can be deleted without touching the ledger, whose rows then mean nobody.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from profiles.models import SourceRecord


class ContactPoint(models.Model):
    """An e-mail address, a number or a postal address, known by its keyed hash alone."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail address"
        PHONE = "phone", "Phone number"
        POSTAL = "postal", "Postal address"

    ref = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    digest = models.BinaryField(max_length=32, help_text="HMAC-SHA256; the key is outside.")
    key_id = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Serves: from a value of a record to what was said about it.
            models.UniqueConstraint(
                fields=["kind", "digest", "key_id"], name="one_contact_point_per_value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class SubjectKey(models.Model):
    """The key under which evidence about one record is kept; destroyed when it is erased."""

    ref = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.OneToOneField(SourceRecord, models.CASCADE, related_name="subject_key")
    wrapped_key = models.BinaryField(null=True)
    wrapping_key_id = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=timezone.now)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped_key=None, destroyed_at__isnull=False)
                | Q(wrapped_key__isnull=False, destroyed_at=None),
                name="a_key_is_there_or_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class ConsentEvidence(models.Model):
    """What proves a statement: the row, the script read out, a form. Encrypted; deletable."""

    class Kind(models.TextChoices):
        ROW = "row", "Row of a source"
        SCRIPT = "script", "Text read out"
        FORM = "form", "Form"

    entry_id = models.UUIDField(unique=True, help_text="Of the ledger entry it proves.")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    subject_key = models.ForeignKey(SubjectKey, models.CASCADE, related_name="evidence")
    payload = models.BinaryField(help_text="AES-GCM under the subject's key.")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} for {self.entry_id}"
