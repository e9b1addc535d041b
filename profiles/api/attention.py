"""What an agent must know first about a customer."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from c360.showing import Action, shows
from c360.tokens.calls import PersonView
from profiles.access import profile_for
from profiles.api.shapes import REFUSED, AttentionShape
from profiles.desk import values as facts
from profiles.desk.attention.banner import attention
from profiles.desk.attention.items import Item


@shows(Action.API)
class AttentionView(PersonView):
    """At most five items, the worst first, as on the page."""

    http_method_names = ["get"]

    @extend_schema(
        operation_id="attention",
        summary="Read what needs attention now",
        description="At most five items, the worst first, each with its reasons.",
        responses={200: AttentionShape, **REFUSED},
    )
    def get(self, request: Request, profile_id: str) -> Response:
        profile = profile_for(self.person, profile_id)
        records = facts.joined_records(profile)
        items = attention(self.person, profile, records)
        return Response({"id": profile.pk, "items": [_item(each) for each in items]})


def _item(item: Item) -> dict[str, Any]:
    return {
        "rule": item.rule,
        "title": str(item.title),
        "reasons": [str(reason) for reason in item.reasons],
        "since": item.since,
        "sources": list(item.sources),
        "is_in_doubt": item.is_in_doubt,
    }
