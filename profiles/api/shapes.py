"""The shapes of answers, as the OpenAPI document has them; tests hold real answers to them."""

from rest_framework import serializers


class ProblemShape(serializers.Serializer):
    """Why there is no answer, in plain words."""

    detail = serializers.CharField()


REFUSED = dict.fromkeys((401, 403, 404, 410, 422, 429), ProblemShape)


class InShortShape(serializers.Serializer):
    """A customer among those found."""

    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    confidence = serializers.CharField(
        allow_null=True, help_text="alone, confirmed, strong, probable or under_review."
    )


class FoundShape(serializers.Serializer):
    """Everybody who carries an identifier; the first ten where they are more."""

    customers = InShortShape(many=True)
    has_more = serializers.BooleanField()


class OverrideShape(serializers.Serializer):
    """That a steward chose a value for a while."""

    by = serializers.CharField()
    said_at = serializers.DateTimeField()
    last_day = serializers.DateField()
    reason = serializers.CharField()


class ValueShape(serializers.Serializer):
    """A value that was chosen, and why."""

    attribute = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a name of DRF
    text = serializers.CharField(help_text="Dots and the last signs where it is masked.")
    is_masked = serializers.BooleanField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # a name of DRF
    since = serializers.CharField(allow_null=True)
    rule = serializers.CharField(allow_blank=True, help_text="The rule that chose it.")
    other_values = serializers.IntegerField(help_text="How many other values there are.")
    override = OverrideShape(allow_null=True, help_text="Null where the rules chose it.")


class SourceShape(serializers.Serializer):
    """A system that contributes, and how old its newest data is."""

    source = serializers.CharField()  # type: ignore[assignment]  # a name of DRF
    name = serializers.CharField()
    records = serializers.IntegerField()
    newest_at = serializers.DateTimeField()
    is_stale = serializers.BooleanField()


class FigureShape(serializers.Serializer):
    """A number of the summary."""

    label = serializers.CharField()  # type: ignore[assignment]  # a name of DRF
    value = serializers.CharField()
    note = serializers.CharField(allow_blank=True)


class CustomerShape(serializers.Serializer):
    """One customer."""

    id = serializers.CharField()
    url = serializers.CharField(help_text="The page of the customer.")
    name = serializers.CharField(allow_blank=True)
    records = serializers.IntegerField()
    rules = serializers.CharField(help_text="The version of the rules that chose the values.")
    confidence = serializers.CharField(
        allow_null=True, help_text="alone, confirmed, strong, probable or under_review."
    )
    may_contact = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        allow_null=True,
        help_text="Allowed channels by purpose; null without the scope consent:read.",
    )
    values = ValueShape(many=True)
    sources = SourceShape(many=True)
    figures = FigureShape(many=True)


class EventShape(serializers.Serializer):
    """Something that happened."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    source = serializers.CharField()  # type: ignore[assignment]  # a name of DRF
    channel = serializers.CharField(allow_blank=True)
    object_id = serializers.CharField(allow_blank=True, help_text="Of an order, ticket…")
    part_of = serializers.CharField(
        allow_null=True,
        help_text="`object_id` of the order to which a return, refund or delivery belongs; "
        "null too where the customer’s records tell of no such order.",
    )
    object_state = serializers.CharField(allow_blank=True)
    amount_minor = serializers.IntegerField(allow_null=True, help_text="Pence, cents…")
    currency = serializers.CharField(allow_blank=True)


class TimelineShape(serializers.Serializer):
    """A page of events."""

    id = serializers.CharField()
    events = EventShape(many=True)
    older = serializers.CharField(
        allow_null=True, help_text="`before` of the next page; null at the end."
    )


class ItemShape(serializers.Serializer):
    """One thing that needs attention."""

    rule = serializers.CharField()
    title = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField(allow_null=True)
    sources = serializers.ListField(child=serializers.CharField())
    is_in_doubt = serializers.BooleanField(help_text="It rests on a record under review.")


class AttentionShape(serializers.Serializer):
    """At most five items, the worst first."""

    id = serializers.CharField()
    items = ItemShape(many=True)


class EmbedLinkShape(serializers.Serializer):
    """A link that opens once, for one customer in a frame of one origin."""

    url = serializers.CharField()
    expires_in_seconds = serializers.IntegerField()


class EmbedAskedShape(serializers.Serializer):
    """Whom to show where."""

    profile = serializers.CharField()
    origin = serializers.CharField(help_text="https://desk.example.org")


class RefusedRowShape(serializers.Serializer):
    """A record that could not be read."""

    index = serializers.IntegerField()
    external_id = serializers.CharField(allow_null=True)
    column = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class StoredShape(serializers.Serializer):
    """What became of records."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()
    quarantined = RefusedRowShape(many=True)
