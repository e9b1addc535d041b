"""People who sign in, and their tokens. What they may do comes from groups."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from c360.scopes import Scope


class UserManager(BaseUserManager["User"]):
    """Makes users who sign in by e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **fields}
        )


class Density(models.TextChoices):
    """How much room pages leave between things."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class User(AbstractUser):
    """Someone who signs in with an e-mail address."""

    username = None  # type: ignore[assignment]  # the e-mail address is the sign-in
    first_name = None  # type: ignore[assignment]  # one name, as the person writes it
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    shortcuts_enabled = models.BooleanField(
        "single-key shortcuts", default=True, help_text="Single keys such as M and N act."
    )
    density = models.CharField(
        max_length=20, choices=Density.choices, default=Density.COMFORTABLE
    )
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="E.g. Europe/Berlin; empty for that of the server."
    )
    language = models.CharField(
        max_length=10, blank=True, help_text="E.g. de; empty for what the browser asks for."
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()  # type: ignore[assignment,misc]  # narrower than Django's manager

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_email"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class PersonalTokens(models.QuerySet["PersonalToken"]):
    """Answers which tokens still open something."""

    def valid(self) -> "PersonalTokens":
        """Neither revoked nor expired, of people who may still sign in."""
        alive = Q(revoked_at=None, expires_at__gt=timezone.now(), owner__is_active=True)
        return self.filter(alive)


class PersonalToken(models.Model):
    """A secret with which a program reads what its owner may read, within its scopes.

    Only a hash is kept; see `c360.tokens.making`.
    """

    owner = models.ForeignKey(
        User, models.CASCADE, related_name="personal_tokens", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("What it is for."))
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("scopes")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(
        _("hint"), max_length=8, editable=False, help_text=_("Its last letters.")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)

    objects = PersonalTokens.as_manager()

    class Meta:
        verbose_name = _("personal token")
        verbose_name_plural = _("personal tokens")
        constraints = [
            models.CheckConstraint(condition=~Q(scopes=[]), name="personal_token_has_a_scope"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="personal_token_expires"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} …{self.hint}"

    @property
    def is_valid(self) -> bool:
        """Whether it opens anything, its owner being active."""
        return self.revoked_at is None and self.expires_at > timezone.now()


# Django finds models here; these are in packages of their own, which need those above.
from c360.jobs.model import Job  # noqa: E402, F401  # registered
from c360.second_step.model import RecoveryCode, SecondStep  # noqa: E402, F401  # registered
