"""Systems that contribute records, how their rows are read, and their tokens."""

import hashlib
import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LawfulBasis(models.TextChoices):
    """GDPR article 6(1)."""

    CONSENT = "consent", _("Consent")
    CONTRACT = "contract", _("Contract")
    LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation")
    VITAL_INTERESTS = "vital_interests", _("Vital interests")
    PUBLIC_TASK = "public_task", _("Public task")
    LEGITIMATE_INTERESTS = "legitimate_interests", _("Legitimate interests")


class Source(models.Model):
    """A system that contributes records: a CRM, a shop, a support desk."""

    class TrustClass(models.TextChoices):
        SERVER = "server", _("Server")
        BROWSER = "browser", _("Browser")
        FILE = "file", _("File")
        WEBHOOK = "webhook", _("Webhook")

    class Stage(models.TextChoices):
        OBSERVE = "observe", _("Observe: matches nothing yet")
        SUGGEST = "suggest", _("Suggest: every match asks a person")
        ASSIST = "assist", _("Assist")
        AUTO = "auto", _("Automatic")

    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(
        _("kind"), max_length=40, blank=True, help_text=_("CRM, shop, support desk…")
    )
    owner = models.CharField(
        _("owner"), max_length=120, blank=True, help_text=_("Who answers for its data.")
    )
    trust_class = models.CharField(
        _("trust class"), max_length=10, choices=TrustClass.choices, default=TrustClass.FILE
    )
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage.choices, default=Stage.AUTO
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=50, help_text=_("Lower wins when values of one age disagree.")
    )
    region = models.CharField(
        _("region"),
        max_length=2,
        blank=True,
        help_text=_("Country of telephone numbers without a prefix."),
    )
    max_age_days = models.PositiveIntegerField(
        _("max age days"),
        null=True,
        blank=True,
        help_text=_("Older data counts as stale; empty means never."),
    )
    is_active = models.BooleanField(_("is active"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class SourceMapping(models.Model):
    """One version of how a source's columns become attributes. Never edited."""

    class Reads(models.TextChoices):
        RECORDS = "records", _("Person records")
        EVENTS = "events", _("Events")

    source = models.ForeignKey(Source, models.CASCADE, related_name="mappings")
    reads = models.CharField(max_length=10, choices=Reads.choices)
    version = models.PositiveIntegerField()
    spec = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reads", "version"], name="mapping_versions_count_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.reads} v{self.version}"


def token_digest(token: str) -> str:
    """SHA-256 of a token, hex; tokens carry 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class SourceToken(models.Model):
    """A secret with which a source sends its records. At most two are valid at a time."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=8, editable=False, help_text="The token's last letters.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"{self.source} …{self.hint}"

    @classmethod
    def rotate(cls, source: Source) -> str:
        """Make a new token, keep the newest old one valid beside it, and return the secret.

        The secret is shown once and stored only as a hash.
        """
        still_valid = cls.objects.filter(source=source, revoked_at=None)
        keep = still_valid.order_by("-created_at", "-pk").values("pk")[:1]
        still_valid.exclude(pk__in=list(keep.values_list("pk", flat=True))).update(
            revoked_at=timezone.now()
        )
        secret = f"c360_{secrets.token_urlsafe(32)}"
        cls.objects.create(source=source, digest=token_digest(secret), hint=secret[-4:])
        return secret
