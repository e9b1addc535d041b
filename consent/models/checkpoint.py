"""Signed heads of the chains, also kept outside the database."""

from django.db import models


class Checkpoint(models.Model):
    """How long a chain was at a moment, and the hash of its last row, signed (Ed25519)."""

    append_only = True

    class Log(models.TextChoices):
        CONSENT = "consent", "Consent ledger"
        ACCESS = "access", "Access log"

    log = models.CharField(max_length=8, choices=Log.choices)
    chain = models.PositiveIntegerField()
    size = models.BigIntegerField(help_text="The number of its last row.")
    head = models.CharField(max_length=64, help_text="Hash of that row, hex.")
    previous = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the checkpoint before, hex."
    )
    signed_at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=128, help_text="Hex.")

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["log", "chain", "size"], name="one_checkpoint_per_head"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.chain} at {self.size}"
