"""Rows that could not be read, kept with the reason until someone deals with them."""

from django.db import models
from django.utils import timezone

from profiles.models.source import Source, SourceMapping


class QuarantinedRow(models.Model):
    """One bad row: where it stood, what is wrong, and the row itself."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="quarantined_rows")
    mapping = models.ForeignKey(SourceMapping, models.PROTECT, related_name="+", null=True)
    origin = models.CharField(max_length=255, help_text="File name, or 'api'.")
    line = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=120, blank=True)
    value = models.TextField(blank=True)
    reason = models.CharField(max_length=255)
    raw = models.JSONField()
    row_hash = models.CharField(max_length=64)
    received_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, help_text="When a later import read the row.")

    class Meta:
        constraints = [
            # Importing the same file again finds its bad rows here and adds none.
            models.UniqueConstraint(
                fields=["source", "row_hash", "reason"], name="bad_row_is_kept_once"
            ),
        ]
        indexes = [
            # Serves: a source's list of rows to mend, newest first.
            models.Index(fields=["source", "-received_at"], name="quarantine_of_source"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} line {self.line}: {self.reason}"
