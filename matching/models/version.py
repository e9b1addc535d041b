"""Published versions of the match model."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class MatchModelVersion(models.Model):
    """One version of weights, thresholds and limits. The spec of a version never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SHADOW = "shadow", "Shadow"
        LIVE = "live", "Live"
        RETIRED = "retired", "Retired"

    version = models.CharField(max_length=40, primary_key=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    spec = models.JSONField()
    report = models.JSONField(
        null=True, help_text="What would change against the version live then; no values."
    )
    is_automatic = models.BooleanField(
        default=False,
        help_text="Nobody chose it: it is renewed from the records as they grow.",
    )
    based_on = models.CharField(
        max_length=40, blank=True, help_text="The version it was derived from."
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who made it on a page; nobody where a command or the machine did.",
    )
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="live"), name="one_live_model"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} ({self.state})"
