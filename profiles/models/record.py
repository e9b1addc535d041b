"""Source records as they arrived: the facts everything else is derived from."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Reverse

from profiles.models.source import Source, SourceMapping


class RecordQuerySet(models.QuerySet["SourceRecord"]):
    def live(self) -> "RecordQuerySet":
        """Records their source still has."""
        return self.filter(deleted_at=None, erased_at=None)


class SourceRecord(models.Model):
    """One person record of one source: its newest version, read into attributes.

    `version` grows by one with each change of content, deletion or return. `born_at` is the
    first arrival and never changes; the oldest record of a cluster gives it its profile id.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="records", db_index=False)
    external_id = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    attributes = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    mapping = models.ForeignKey(SourceMapping, models.PROTECT, related_name="+", null=True)
    source_updated_at = models.DateTimeField(null=True)
    born_at = models.DateTimeField()
    received_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            # Serves: ingest finds the rows of a batch; lookup by source key.
            models.UniqueConstraint(
                fields=["source", "external_id"], name="one_record_per_source_key"
            ),
        ]
        indexes = [
            # Serves: freshness of a source on its admin page and in profile headers.
            models.Index(fields=["source", "-received_at"], name="record_source_freshness"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.external_id}"

    @property
    def is_live(self) -> bool:
        return self.deleted_at is None and self.erased_at is None


class RecordVersion(models.Model):
    """One payload of a record exactly as it came, with the mapping that read it.

    Late, older payloads are kept too, so the history does not depend on arrival.
    """

    record = models.ForeignKey(
        SourceRecord, models.CASCADE, related_name="versions", db_index=False
    )
    content_hash = models.CharField(max_length=64)
    payload = models.JSONField(help_text="The row as it arrived.")
    mapping = models.ForeignKey(SourceMapping, models.PROTECT, related_name="+", null=True)
    attributes = models.JSONField(default=dict)
    is_deletion = models.BooleanField(default=False)
    source_updated_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Serves: history of one record; recognising a payload that came before.
            models.Index(fields=["record", "content_hash"], name="version_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} at {self.received_at:%Y-%m-%d %H:%M}"


class Identifier(models.Model):
    """A value a live record can be found by: e-mail, phone, account or card number."""

    record = models.ForeignKey(
        SourceRecord, models.CASCADE, related_name="identifiers", db_index=False
    )
    namespace = models.CharField(max_length=60)
    value_norm = models.CharField(max_length=254)

    class Meta:
        constraints = [
            # Serves: replacing a record's identifiers at ingest.
            models.UniqueConstraint(
                fields=["record", "namespace", "value_norm"],
                name="identifier_once_per_record",
            ),
        ]
        indexes = [
            # Serves: search and lookup by any identifier, with or without its kind.
            models.Index(fields=["value_norm", "namespace"], name="identifier_lookup"),
            # Serves: search by the last digits of a phone number.
            models.Index(
                OpClass(Reverse("value_norm"), name="text_pattern_ops"),
                name="phone_tail",
                condition=models.Q(namespace="phone"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.namespace} of record {self.record_id}"
