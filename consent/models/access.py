"""Who saw which customer, when and why: rows are only ever added, and hold no values."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q

from c360.showing import Action
from profiles.models import Source


class AccessEntry(models.Model):
    """One answer of ours that carried customer data. Values are never stored, ids are.

    `chain`, `seq` and the hashes are set by the database; the application may not name them.
    """

    append_only = True
    set_by_database = ("at", "chain", "seq", "prev_hash", "row_hash")

    entry_id = models.UUIDField(default=uuid.uuid4, unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    roles = models.CharField(max_length=120, blank=True)
    session = models.CharField(max_length=16, blank=True, help_text="Keyed hash of it.")
    address = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=8, choices=Action.choices)
    view = models.CharField(max_length=80, help_text="The name of the address asked.")
    status = models.PositiveSmallIntegerField(help_text="Of the answer.")
    profiles = ArrayField(models.CharField(max_length=14), default=list)
    records = ArrayField(models.BigIntegerField(), default=list)
    fields = ArrayField(models.CharField(max_length=80), default=list)
    terms = ArrayField(
        models.CharField(max_length=32), default=list, help_text="Keyed hashes of search words."
    )
    results = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    chain = models.PositiveIntegerField()
    seq = models.BigIntegerField()
    prev_hash = models.BinaryField(max_length=32)
    row_hash = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="access_log_has_no_gaps"),
        ]
        indexes = [
            # Serves: "who looked at this customer".
            GinIndex(fields=["profiles"], name="access_by_profile"),
            # Serves: the same for answers that name records, such as the history of joins.
            GinIndex(fields=["records"], name="access_by_record", condition=~Q(records=[])),
            # Serves: the same for exports, which show everyone.
            models.Index(fields=["at"], name="access_by_export", condition=Q(action="export")),
            # Serves: what somebody looked at.
            models.Index(fields=["actor", "-at"], name="access_by_actor"),
            # Serves: the figures of a day, and the filter by day.
            BrinIndex(fields=["at"], name="access_by_time", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.view} at {self.at:%Y-%m-%d %H:%M}"
