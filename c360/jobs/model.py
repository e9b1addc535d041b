"""One row for each job."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from c360.sentences import in_words


class Job(models.Model):
    """A piece of work that a worker does: how far it is, and what came out.

    Nothing in it is a customer's value: arguments and results hold names of versions, figures
    and ids of rows.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a worker")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(max_length=20, help_text="Names the function that does it.")
    about = models.CharField(max_length=80, blank=True, help_text="For lists: of what.")
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    stage = models.CharField(max_length=40, blank=True, help_text="What it is at.")
    percent = models.PositiveSmallIntegerField(default=0)
    wants_cancel = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True)
    problem = models.CharField(max_length=400, blank=True, help_text="Why it failed, in words.")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="nothing_is_done_twice"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], ended_at=None)
                | Q(state__in=["done", "failed", "cancelled"], ended_at__isnull=False),
                name="a_job_that_ended_has_its_time",
            ),
        ]
        indexes = [
            # Serves: the worker takes the next job, and finds those that others left behind.
            models.Index(fields=["id"], condition=Q(ended_at=None), name="jobs_not_ended"),
            # Serves: the last runs of one kind.
            models.Index(fields=["kind", "-id"], name="jobs_of_kind"),
        ]

    def __str__(self) -> str:
        return f"job {self.pk}: {self.kind} {self.about}, {self.state}"

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def problem_in_words(self) -> str:
        """Why it failed, in the language of the reader."""
        return in_words(self.problem)

    @property
    def signal(self) -> str:
        """What open pages are told when it has moved on."""
        return f"job:{self.pk}"
