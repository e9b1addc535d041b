"""What versions of any rules have in common: how they come to be live, and who lets them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RuleVersion(models.Model):
    """One version of some rules. Its spec never changes."""

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
        abstract = True

    def __str__(self) -> str:
        return f"{self.version} ({self.state})"


class RulePublication(models.Model):
    """A version went live, came back, or was spread to what was there already. Never edited."""

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
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


def one_live(name: str) -> models.UniqueConstraint:
    """The constraint that no two versions are live at once."""
    return models.UniqueConstraint(fields=["state"], condition=Q(state="live"), name=name)


def a_second_person_publishes(of: str = "") -> list[models.BaseConstraint]:
    """The constraints on publications; `of` tells their names from those of other tables."""
    return [
        models.CheckConstraint(
            condition=~Q(kind="publish") | Q(by__isnull=False, report__isnull=False),
            name=f"who_publishes{of}_has_a_name_and_a_report",
        ),
        models.CheckConstraint(
            condition=~Q(kind="publish") | Q(made_by=None) | ~Q(by=F("made_by")),
            name=f"who_made_a_version{of}_does_not_publish_it",
        ),
    ]
