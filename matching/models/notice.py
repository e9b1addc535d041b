"""What wants a steward's attention, since when, and who has seen to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One thing to look at. Derived, but for who has seen it and who is done with it.

    It is open as long as its reason holds, and cleared with it. What comes back after that is
    another notice, whoever was done with the first. `subject` names the thing: a figure, a
    source, a version, a report or a case; `detail` holds figures and names of ours, never
    values.
    """

    class Kind(models.TextChoices):
        REPORT = "report", _("Report without an answer")
        REFUSED = "refused", _("Answer contradicts others")
        STAGE = "stage", _("Source stepped back")
        AGREEMENT = "agreement", _("Stewards agree less")
        LIMIT = "limit", _("Quality above its limit")
        SIMULATED = "simulated", _("Simulation finished")
        DRAFT = "draft", _("Draft left lying")
        ENDING = "ending", _("Choice of a value ends soon")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)
    since = models.DateTimeField(default=timezone.now)
    cleared_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Serves: the page of notices, and bringing them up to date.
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(cleared_at=None),
                name="one_open_notice_per_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
