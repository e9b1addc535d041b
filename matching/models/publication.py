"""What was live when, by whom, and on what evidence."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.version import MatchModelVersion


class Publication(models.Model):
    """A version went live, came back, or was spread to all records. Never edited."""

    append_only = True

    class Kind(models.TextChoices):
        PUBLISH = "publish", _("Published")
        TAKE_BACK = "take_back", _("Taken back")
        SPREAD = "spread", _("Applied to all records")
        COMMAND = "command", _("Published by command")
        AUTOMATIC = "automatic", _("Fitted to the records")

    class Scope(models.TextChoices):
        NEW = "new", _("New data only")
        ALL = "all", _("All records, in the background")

    kind = models.CharField(max_length=9, choices=Kind.choices)
    scope = models.CharField(max_length=3, choices=Scope.choices, default=Scope.ALL)
    version = models.ForeignKey(MatchModelVersion, models.PROTECT, related_name="publications")
    replaced = models.ForeignKey(MatchModelVersion, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who made the version; nobody where a command or the machine did.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    report = models.JSONField(null=True, help_text="What it rested on; no values.")
    marked = models.PositiveIntegerField(help_text="Records to be resolved again.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="publish") | Q(by__isnull=False, report__isnull=False),
                name="who_publishes_has_a_name_and_a_report",
            ),
            models.CheckConstraint(
                condition=~Q(kind="publish") | Q(made_by=None) | ~Q(by=F("made_by")),
                name="who_made_a_version_does_not_publish_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.kind}"
