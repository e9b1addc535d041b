"""What happened: events by month, and the objects (orders, tickets) whose state they tell."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Reverse, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.models.record import SourceRecord
from profiles.models.source import Source


class EventKind(models.TextChoices):
    ORDER = "order", _("Order")
    PAYMENT = "payment", _("Payment")
    REFUND = "refund", _("Refund")
    RETURN = "return", _("Return")
    DELIVERY = "delivery", _("Delivery")
    SUBSCRIPTION = "subscription", _("Subscription")
    TICKET = "ticket", _("Ticket")
    CALL = "call", _("Call")
    CHAT = "chat", _("Chat")
    MESSAGE = "message", _("Message")
    VISIT = "visit", _("Visit")
    PRODUCT = "product", _("Product view")
    SEARCH = "search", _("Site search")
    CART = "cart", _("Cart")
    CONSENT = "consent", _("Consent")
    LOYALTY = "loyalty", _("Loyalty")
    REVIEW = "review", _("Product review")
    ACCOUNT = "account", _("Account")
    IDENTITY = "identity", _("Identity")
    NOTE = "note", _("Note")
    OTHER = "other", _("Other")


class EventMessage(models.Model):
    """Message ids that were stored, so that a repeated message is recognised.

    PostgreSQL wants the partition key in every unique constraint of a partitioned table; this
    small table beside `Event` holds the promise for all months together.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "message_id"], name="one_event_per_message"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.message_id}"


class Event(models.Model):
    """One thing that happened, on the record it came with. Partitioned by month.

    Events are never moved when records are joined; a timeline reads them through membership.
    An event whose record is not known yet waits with `record` empty and its `record_key`.
    """

    pk = models.CompositePrimaryKey("occurred_at", "id")
    id = models.BigIntegerField(
        db_default=models.Func(models.Value("profiles_event_id"), function="nextval")
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=200)
    record = models.ForeignKey(SourceRecord, models.CASCADE, null=True, related_name="events")
    record_key = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=14, choices=EventKind.choices)
    name = models.CharField(max_length=160)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    object_namespace = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=120, blank=True)
    object_state = models.CharField(max_length=60, blank=True)
    # Of a return that of its order, as the source says; bulk loads need not name them.
    part_of_namespace = models.CharField(max_length=60, blank=True, default="", db_default="")
    part_of_id = models.CharField(max_length=120, blank=True, default="", db_default="")
    amount_minor = models.BigIntegerField(null=True, help_text="In the currency's minor unit.")
    currency = models.CharField(max_length=3, blank=True)
    identifiers = models.JSONField(default=dict)
    properties = models.JSONField(default=dict)
    retention_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Serves: the timeline, newest first, keyset-paged over the joined records.
            models.Index(fields=["record", "-occurred_at", "-id"], name="event_timeline"),
            # Serves: attention, what customers told us, notes: the newest of some kinds; with
            # what it includes, the filters of a timeline, which count every event.
            models.Index(
                fields=["record", "kind", "-occurred_at"],
                include=["source", "id", "object_namespace", "object_id"],
                name="event_of_kind",
            ),
            # Serves: attaching events that came before their record.
            models.Index(
                fields=["source", "record_key"],
                name="event_waits_for_record",
                condition=models.Q(record=None),
            ),
            # Serves: the events of one order or ticket.
            models.Index(
                fields=["object_namespace", "object_id"],
                name="event_of_object",
                condition=~models.Q(object_id=""),
            ),
            # Serves: the timeline: what belongs into the row of an order.
            models.Index(
                fields=["record", "-occurred_at", "-id"],
                name="event_of_part",
                condition=~models.Q(part_of_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.message_id}"


class CustomerObject(models.Model):
    """Something with a state: an order, a ticket, a return, a subscription.

    Upserted by (namespace, object id); the newest event in source time gives the state, so
    the order of arrival does not matter.
    """

    namespace = models.CharField(max_length=60)
    object_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=14, choices=EventKind.choices)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    record = models.ForeignKey(
        SourceRecord, models.CASCADE, null=True, related_name="objects_of_record"
    )
    record_key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=60, blank=True)
    state_message_id = models.CharField(
        max_length=200, help_text="The message that gave the state; breaks ties of time."
    )
    state_at = models.DateTimeField()
    opened_at = models.DateTimeField(help_text="Earliest event.")
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            # Serves: upsert at ingest.
            models.UniqueConstraint(
                fields=["namespace", "object_id"], name="one_object_per_id"
            ),
        ]
        indexes = [
            # Serves: search by order or ticket number, in any case, whole or its end.
            models.Index(
                OpClass(Reverse(Upper("object_id")), name="text_pattern_ops"),
                name="object_tail",
            ),
            # Serves: open orders and tickets of a customer.
            models.Index(fields=["record", "kind", "-state_at"], name="object_of_record"),
            # Serves: attaching objects that came before their record.
            models.Index(
                fields=["source", "record_key"],
                name="object_waits_for_record",
                condition=models.Q(record=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.namespace} {self.object_id}"
