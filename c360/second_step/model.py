"""The second step of a person, and the recovery codes that stand in for it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from c360 import sealing


class SecondStep(models.Model):
    """What makes the codes of one person, sealed under a key outside the database."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="second_step"
    )
    sealed_secret = models.BinaryField(editable=False)
    sealed_by = models.CharField(max_length=16, editable=False, help_text="Id of the key.")
    last_step = models.BigIntegerField(
        editable=False, help_text="Newest step of 30 seconds since 1970 whose code was used."
    )
    set_up_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"second step of user {self.user_id}"

    @property
    def secret(self) -> bytes:
        """The secret itself; raises `sealing.CannotOpen` without the key that sealed it."""
        return unsealed(bytes(self.sealed_secret), self.sealed_by, self.user_id)


class RecoveryCode(models.Model):
    """A code that signs in once in place of the phone. Only a keyed hash is kept."""

    second_step = models.ForeignKey(SecondStep, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, editable=False)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["second_step", "digest"], name="recovery_code_is_there_once"
            ),
        ]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


def sealed(secret: bytes, person: int) -> tuple[bytes, str]:
    """A secret as it may be stored for a person, by primary key, and the id of the key."""
    key_id, key = sealing.newest_key()
    return sealing.seal(key, secret, _bound_to(person)), key_id


def unsealed(sealed_secret: bytes, key_id: str, person: int) -> bytes:
    """What `sealed` sealed for the same person; raises `sealing.CannotOpen`."""
    return sealing.unseal(sealing.key_of(key_id), sealed_secret, _bound_to(person))


def _bound_to(person: int) -> bytes:
    return f"second step of user {person}".encode()
