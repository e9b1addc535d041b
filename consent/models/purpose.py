"""What data may be used for, the texts people were shown, and who processes what and why."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.models import Source
from profiles.models.source import LawfulBasis


class PurposeQuerySet(models.QuerySet["Purpose"]):
    def asked(self) -> "PurposeQuerySet":
        """Purposes in use that people may allow or refuse."""
        return self.filter(is_retired=False).exclude(mode=Purpose.Mode.NECESSARY)


class Purpose(models.Model):
    """A reason to use personal data that people can be asked about."""

    class Mode(models.TextChoices):
        OPT_IN = "opt_in", _("Only with a yes")
        OPT_OUT = "opt_out", _("Unless refused")
        NECESSARY = "necessary", _("Needed for the service itself; no advertising")

    key = models.SlugField(_("key"), max_length=60, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.OPT_IN)
    validity_months = models.PositiveSmallIntegerField(
        _("validity months"),
        null=True,
        blank=True,
        help_text=_("How long a yes lasts; empty means until taken back."),
    )
    dpv_iri = models.URLField(
        blank=True, help_text="Its term in the W3C Data Privacy Vocabulary, for receipts."
    )
    is_retired = models.BooleanField(
        _("is retired"),
        default=False,
        help_text=_("Nothing new is asked under it, and nothing is allowed."),
    )

    objects = PurposeQuerySet.as_manager()

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """The exact text shown when people were asked. Frozen once published."""

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="policies")
    jurisdiction = models.CharField(max_length=8, help_text=_("Country or region, e.g. GB."))
    language = models.CharField(max_length=12, help_text=_("Such as en or de."))
    version = models.PositiveIntegerField()
    body = models.TextField(help_text=_("What people read, word for word."))
    body_sha256 = models.CharField(max_length=64, editable=False)
    labels = models.JSONField(default=list, help_text="The buttons and boxes, in their order.")
    material_change = models.BooleanField(
        default=False, help_text="A yes to an earlier version no longer counts."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "jurisdiction", "language", "version"],
                name="policy_versions_count_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id} {self.jurisdiction}/{self.language} v{self.version}"


class ProcessingActivity(models.Model):
    """One entry of the record of processing activities (GDPR article 30)."""

    class Role(models.TextChoices):
        CONTROLLER = "controller", _("Controller")
        JOINT = "joint", _("Joint controller")
        PROCESSOR = "processor", _("Processor")

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.CONTROLLER)
    purposes = models.ManyToManyField(Purpose, related_name="activities", blank=True)
    people = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    data_categories = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    recipients = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    transfers = models.TextField(
        blank=True, help_text=_("Countries outside, and the safeguard.")
    )
    retention = models.TextField(blank=True, help_text=_("When the data is erased."))
    security = models.TextField(blank=True, help_text=_("How the data is protected."))
    assessment = models.CharField(
        max_length=200, blank=True, help_text=_("Where the impact or interest assessment is.")
    )
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class FieldBasis(models.Model):
    """Why one attribute of one source may be held, on what basis and for how long."""

    source = models.ForeignKey(
        Source, models.CASCADE, related_name="field_bases", verbose_name=_("source")
    )
    attribute = models.CharField(
        _("attribute"),
        max_length=80,
        help_text=_("As its mapping names it, or `events` for its events."),
    )
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, related_name="+", verbose_name=_("purpose")
    )
    activity = models.ForeignKey(
        ProcessingActivity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="field_bases",
        verbose_name=_("processing activity"),
    )
    basis = models.CharField(_("lawful basis"), max_length=24, choices=LawfulBasis.choices)
    special_condition = models.CharField(
        _("special condition"),
        max_length=80,
        blank=True,
        help_text=_("Article 9(2) condition of sensitive data."),
    )
    reference = models.CharField(
        _("reference"),
        max_length=200,
        blank=True,
        help_text=_("The clause, law or assessment it rests on."),
    )
    retention_days = models.PositiveIntegerField(
        _("days kept"), help_text=_("Days kept after last seen.")
    )

    class Meta:
        verbose_name = _("lawful basis")
        verbose_name_plural = _("lawful bases")
        constraints = [
            # Serves: the basis of every value on a page, and what a source still lacks.
            models.UniqueConstraint(
                fields=["source", "attribute", "purpose"], name="one_basis_per_purpose"
            ),
            models.CheckConstraint(
                condition=Q(retention_days__gt=0), name="retention_is_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute} of {self.source_id} for {self.purpose_id}"
