"""What is wrong with the data of each source, counted once a day, and when to warn."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.models import Source


class QualityRun(models.Model):
    """One count of everything. Of a day the last one stays."""

    day = models.DateField(unique=True)
    taken_at = models.DateTimeField()
    records = models.PositiveIntegerField(help_text="Live records counted.")

    class Meta:
        permissions = [("see_data_quality", "Can see how good the data of each source is")]

    def __str__(self) -> str:
        return f"data quality of {self.day}"


class Metric(models.TextChoices):
    """What can be wrong with an attribute of a source."""

    MISSING = "missing", _("Missing")
    INVALID = "invalid", _("Unusable")
    STALE = "stale", _("Out of date")
    CONFLICT = "conflict", _("In conflict")
    QUARANTINED = "quarantined", _("Rows in quarantine")


class QualityFigure(models.Model):
    """How many of `total` have a defect in an attribute of a source; "" is the whole record.

    `detail` holds counts and, of unusable values, those that several customers share.
    """

    run = models.ForeignKey(QualityRun, models.CASCADE, related_name="figures")
    metric = models.CharField(max_length=12, choices=Metric.choices)
    source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    attribute = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [
            # Serves: the board reads a run; a cell reads its own figures of all days.
            models.UniqueConstraint(
                fields=["run", "metric", "source", "attribute"], name="one_figure_per_cell"
            ),
        ]
        indexes = [
            # Serves: the trend of one cell.
            models.Index(fields=["source", "metric", "attribute"], name="figure_trend"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.attribute}: {self.count} of {self.total}"


class QualityThreshold(models.Model):
    """From how many percent on a cell is a problem; without one its metric's usual holds."""

    metric = models.CharField(max_length=12, choices=Metric.choices)
    source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    attribute = models.CharField(max_length=200, blank=True)
    percent = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "source", "attribute"], name="one_threshold_per_cell"
            ),
            models.CheckConstraint(
                condition=Q(percent__lte=100), name="threshold_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.attribute}: {self.percent} %"
