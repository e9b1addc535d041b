"""The consent ledger: rows are only ever added."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from consent.models.purpose import Purpose
from profiles.models import SourceRecord


class LedgerOnlyGrows(Exception):
    """Somebody tried to write to the ledger other than by `consent.ledger.append`."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise LedgerOnlyGrows(
        "The consent ledger only grows. Add statements with consent.ledger.append; correct one "
        "by appending a newer statement."
    )


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    """Reads. Every way of writing raises `LedgerOnlyGrows` before the database would."""

    create = get_or_create = update_or_create = bulk_create = _refuse
    update = bulk_update = delete = _raw_delete = _refuse


class LedgerEntry(models.Model):
    """One statement of consent or refusal, attached to the record it came with.

    There is no profile column: joining and splitting records never touches the ledger. The
    database refuses UPDATE, DELETE and TRUNCATE.
    """

    append_only = True

    class Decision(models.TextChoices):
        GRANTED = "granted", "Allowed"
        REFUSED = "refused", "Refused"

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "SMS"
        PHONE = "phone", "Phone"
        POST = "post", "Post"

    class Method(models.TextChoices):
        IMPORT = "import", "Came with a record"
        AGENT = "agent", "Told to an agent"

    entry_id = models.UUIDField(default=uuid.uuid4, unique=True)
    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="ledger_entries")
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    decision = models.CharField(max_length=8, choices=Decision.choices)
    stated_at = models.DateTimeField(help_text="When the person said so.")
    is_dated = models.BooleanField(
        default=True,
        help_text="The source told when; otherwise the time of the row stands in for it.",
    )
    recorded_at = models.DateTimeField(default=timezone.now)
    method = models.CharField(max_length=8, choices=Method.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    statement_hash = models.CharField(
        max_length=64, help_text="Of record, purpose, channel, decision, time and `is_dated`."
    )

    objects = LedgerQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("view_contact_permission", "Can see whether a customer may be contacted"),
        ]
        constraints = [
            # A row that is imported again states nothing new.
            # Serves: all statements of a profile's records, for `may_contact` and the pages.
            models.UniqueConstraint(
                fields=["record", "statement_hash"], name="one_entry_per_statement"
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["email", "sms", "phone", "post"]),
                name="channel_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(decision__in=["granted", "refused"]),
                name="decision_is_yes_or_no",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id}/{self.channel} {self.decision}"

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: see `LedgerOnlyGrows`."""
        _refuse()

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: see `LedgerOnlyGrows`."""
        _refuse()
