"""Records by call: `POST /api/v1/records/` with the token of their source."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import (
    APIException,
    MethodNotAllowed,
    ParseError,
    PermissionDenied,
    Throttled,
)
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from c360.showing import shows_no_customer_data
from profiles.api.bodies import SmallJSON
from profiles.api.shapes import ProblemShape, StoredShape
from profiles.bases import complaints
from profiles.ingest.records import Row, Stored, store_rows
from profiles.mappings.canonical import Malformed, canonical_spec, checked_call
from profiles.mappings.records import RecordMapping
from profiles.mappings.verified import VERIFIABLE
from profiles.models import Source, SourceMapping, SourceToken
from profiles.pressure import is_behind
from profiles.tokens import SentBySource, SourceTokenAuthentication

COME_BACK_SECONDS = 30
ORIGIN = "api"
REFUSALS = (400, 401, 403, 413, 422, 429)
TEXT = {"type": "string"}
BODY = {
    "type": "object",
    "required": ["source", "records"],
    "properties": {
        "source": {**TEXT, "description": "The short name of the source."},
        "records": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["external_id"],
                "properties": {
                    "external_id": {**TEXT, "description": "The record’s number there."},
                    "updated_at": {**TEXT, "format": "date-time"},
                    "attributes": {"type": "object", "description": "As in a mapping."},
                    "deleted": {"type": "boolean"},
                    "verified": {
                        "type": "object",
                        "description": "Which of its values the source has verified.",
                        "properties": {name: {"type": "boolean"} for name in VERIFIABLE},
                    },
                },
            },
        },
    },
}
EXAMPLE = OpenApiExample(
    "one record",
    {
        "source": "shop",
        "records": [
            {
                "external_id": "s-1",
                "updated_at": "2026-03-01T10:00:00Z",
                "attributes": {"given_name": "Anna", "email": ["anna@example.com"]},
            }
        ],
    },
    request_only=True,
)


class Unlawful(APIException):
    """What was sent has no lawful basis; nothing was stored."""

    status_code = 422
    default_code = "no_lawful_basis"


@shows_no_customer_data
class RecordsView(APIView):
    """Takes in records of one source; what cannot be read is quarantined, the rest stored.

    Needs no session, and is asked for no CSRF token: `as_view` says so to the middleware, and
    only a token of a source opens it. Nothing is stored where the answer is not 200.
    """

    http_method_names = ["post"]
    authentication_classes = (SourceTokenAuthentication,)
    permission_classes = (SentBySource,)
    parser_classes = (SmallJSON,)
    renderer_classes = (JSONRenderer,)
    throttle_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Ask for a token only where there is something to do."""
        if request.method != "POST":
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="records",
        summary="Send records of a source",
        description="At most 1,000 records and 1 MB. What cannot be read is quarantined and "
        "named, the rest is stored. Needs the token of the source.",
        request={"application/json": BODY},
        responses={200: StoredShape, **dict.fromkeys(REFUSALS, ProblemShape)},
        examples=[EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        token = request.auth
        assert isinstance(token, SourceToken)  # noqa: S101 - SentBySource has asked
        try:
            slug, records = checked_call(request.data)
            if slug != token.source.slug:
                raise PermissionDenied(_("This token belongs to another source."))
            spec = canonical_spec(records, token.source.region or settings.C360_DEFAULT_REGION)
        except Malformed as problem:
            raise ParseError(str(problem)) from None
        _check_basis(token.source, spec, records)
        if is_behind(len(records)):
            raise Throttled(COME_BACK_SECONDS, _("Too many records are waiting."))
        return Response(answer(_store(token.source, spec, records)))


def _check_basis(source: Source, spec: dict[str, Any], records: list[dict[str, Any]]) -> None:
    """Raise `Unlawful` naming the attributes sent that have no basis. One query.

    Records that are only deleted bring none.
    """
    if not any(record.get("attributes") for record in records):
        return
    if problems := complaints(source, RecordMapping.parse(spec)):
        raise Unlawful(" ".join([*problems, _("Nothing was stored.")]))


def _store(source: Source, spec: dict[str, Any], records: list[dict[str, Any]]) -> Stored:
    """Store the records of a call; `line` is a record's place in it, counted from one.

    The mapping is not kept: it only names every attribute by itself.
    """
    mapping = SourceMapping(source=source, reads=SourceMapping.Reads.RECORDS, spec=spec)
    rows = [Row(record, line) for line, record in enumerate(records, start=1)]
    return store_rows(source, mapping, rows, origin=ORIGIN)


def answer(stored: Stored) -> dict[str, Any]:
    """What became of the records: counts, and for refused ones where and why, never a value."""
    refused = [
        {
            "index": (bad.line or 1) - 1,
            "external_id": bad.raw.get("external_id"),
            "column": bad.column,
            "reason": bad.reason,
        }
        for bad in stored.bad
    ]
    return {**stored.counts.as_dict(), "quarantined": refused}
