"""The consent ledger: rows are only ever added."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.models.purpose import PolicyVersion, Purpose
from consent.models.subject import ContactPoint
from profiles.models import SourceRecord
from profiles.models.source import LawfulBasis


class LedgerOnlyGrows(Exception):
    """Somebody tried to write to the ledger other than by `consent.stating.ledger.append`."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise LedgerOnlyGrows(
        "The consent ledger only grows. Add statements with consent.stating.ledger.append; "
        "correct one by appending a newer statement."
    )


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    """Reads. Every way of writing raises `LedgerOnlyGrows` before the database would."""

    create = get_or_create = update_or_create = bulk_create = _refuse
    update = bulk_update = delete = _raw_delete = _refuse


class LedgerEntry(models.Model):
    """One statement of consent or refusal, attached to the record it came with.

    There is no profile column: joining and splitting records never touches the ledger. It
    holds no personal data: a contact point is a random reference, evidence lies elsewhere. The
    database refuses UPDATE, DELETE and TRUNCATE, and sets number, time and hashes itself.
    """

    append_only = True
    set_by_database = ("recorded_at", "chain", "seq", "prev_hash", "row_hash")

    class Decision(models.TextChoices):
        GRANTED = "granted", _("Allowed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")
        OBJECTED = "objected", _("Objected")
        REQUESTED = "requested", _("Asked, not confirmed yet")
        INVALIDATED = "invalidated", _("Found invalid")
        CORRECTED = "corrected", _("Was about somebody else")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        PHONE = "phone", _("Phone")
        POST = "post", _("Post")

    class Scope(models.TextChoices):
        CONTACT_POINT = "contact_point", _("One contact point")
        RECORD = "record", _("The record")
        SNAPSHOT = "snapshot", _("All records joined at that time")

    class Precision(models.TextChoices):
        EXACT = "exact", _("To the second")
        DAY = "day", _("To the day")
        UNDATED = "undated", _("The time of the row stands in")

    class Method(models.TextChoices):
        IMPORT = "import", _("Came with a record")
        AGENT = "agent", _("Told to an agent")
        API = "api", _("Sent by another system")
        FORM = "form", _("Given on a form")
        UNSUBSCRIBE = "unsubscribe", _("Unsubscribed from a mail")
        PAPER = "paper", _("On paper")

    class ActorType(models.TextChoices):
        SUBJECT = "subject", "The person"
        AGENT = "agent", "An agent for the person"
        SOURCE = "source", "A source"
        SYSTEM = "system", "The system"

    entry_id = models.UUIDField(default=uuid.uuid4, unique=True)
    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="ledger_entries")
    contact_point = models.ForeignKey(
        ContactPoint, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, null=True, related_name="+", help_text="Empty means all."
    )
    channel = models.CharField(
        max_length=8, choices=Channel.choices, blank=True, help_text="Empty means all."
    )
    decision = models.CharField(max_length=12, choices=Decision.choices)
    scope = models.CharField(max_length=14, choices=Scope.choices, default=Scope.RECORD)
    scope_records = ArrayField(models.BigIntegerField(), default=list)
    basis = models.CharField(
        max_length=24, choices=LawfulBasis.choices, default=LawfulBasis.CONSENT
    )
    policy_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, related_name="+"
    )
    jurisdiction = models.CharField(max_length=8, blank=True)
    language = models.CharField(max_length=12, blank=True)
    stated_at = models.DateTimeField(help_text="When the person said so.")
    precision = models.CharField(
        max_length=8, choices=Precision.choices, default=Precision.EXACT
    )
    valid_until = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    method = models.CharField(max_length=12, choices=Method.choices)
    actor_type = models.CharField(
        max_length=8, choices=ActorType.choices, default=ActorType.SOURCE
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The earlier entry that this one invalidates or corrects.",
    )
    evidence_commitment = models.BinaryField(
        max_length=32, null=True, help_text="HMAC of the evidence under the subject's key."
    )
    body = models.JSONField(default=dict, help_text="Further facts; nothing personal.")
    statement_hash = models.CharField(
        max_length=64, help_text="Of what was stated: the same statement enters once."
    )
    chain = models.PositiveIntegerField(help_text="The year; each begins with the last head.")
    seq = models.BigIntegerField()
    prev_hash = models.BinaryField(max_length=32)
    row_hash = models.BinaryField(max_length=32)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("view_contact_permission", "Can see whether a customer may be contacted"),
            ("record_statement", "Can record what a customer says about consent"),
        ]
        constraints = [
            # A row that is imported again states nothing new.
            # Serves: all statements of a profile's records, for `may_contact` and the pages.
            models.UniqueConstraint(
                fields=["record", "statement_hash"], name="one_entry_per_statement"
            ),
            models.UniqueConstraint(fields=["chain", "seq"], name="ledger_has_no_gaps"),
            models.CheckConstraint(
                condition=Q(channel__in=["", "email", "sms", "phone", "post"]),
                name="channel_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(decision="granted") | (Q(purpose__isnull=False) & ~Q(channel="")),
                name="a_yes_is_to_something",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=["invalidated", "corrected"])
                | Q(corrects__isnull=False),
                name="a_correction_names_an_entry",
            ),
        ]
        indexes = [
            # Serves: what was said about a contact point by anyone.
            models.Index(
                fields=["contact_point"],
                name="ledger_by_contact_point",
                condition=Q(contact_point__isnull=False),
            ),
            # Serves: refusals that were made for a record while it was joined with others.
            GinIndex(
                fields=["scope_records"],
                name="ledger_by_snapshot",
                condition=Q(scope="snapshot"),
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
