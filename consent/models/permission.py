"""What follows from the ledger for each profile: derived, and rebuilt at any time."""

from django.db import models
from django.db.models import Q

from consent.models.purpose import Purpose
from consent.models.subject import ContactPoint
from profiles.models import Profile


class EffectivePermission(models.Model):
    """The answer for one contact point of a profile under one purpose and channel.

    Written in the transaction that changed what it follows from. No row means no: nobody said
    anything. `changes_at` is when time alone may change the answer.
    """

    pk = models.CompositePrimaryKey("profile_id", "purpose_id", "channel", "contact_point_id")
    profile = models.ForeignKey(
        Profile, models.CASCADE, related_name="permissions", db_index=False
    )
    purpose = models.ForeignKey(Purpose, models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=8)
    contact_point = models.ForeignKey(ContactPoint, models.CASCADE, related_name="+")
    allowed = models.BooleanField()
    reason = models.CharField(max_length=20)
    since = models.DateTimeField(null=True)
    record_id = models.BigIntegerField(null=True, help_text="Whose word it is.")
    entry_id = models.BigIntegerField(null=True, help_text="The deciding ledger entry.")
    records_disagree = models.BooleanField(default=False)
    valid_until = models.DateTimeField(null=True, help_text="An allowed one ends then.")
    changes_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Serves: the task that looks again when a time has come.
            models.Index(
                fields=["changes_at"],
                name="permission_changes_at",
                condition=Q(changes_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        verdict = "allowed" if self.allowed else "not allowed"
        return f"{self.purpose_id}/{self.channel} {verdict}: {self.reason}"


class PermissionState(models.Model):
    """Whether the permissions of a profile are those of now; while stale, all are no."""

    profile = models.OneToOneField(
        Profile, models.CASCADE, primary_key=True, related_name="permission_state"
    )
    is_stale = models.BooleanField(default=False)
    computed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Serves: the task that brings stale ones up to date.
            models.Index(
                fields=["profile"], name="permission_is_stale", condition=Q(is_stale=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {'stale' if self.is_stale else 'current'}"
