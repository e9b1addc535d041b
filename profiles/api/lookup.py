"""Who carries an identifier? Nobody, one customer, or several; never a guess."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from c360.showing import Action, note_access, shows
from c360.tokens.calls import CallThrottle, LookupThrottle, PersonView
from profiles.access import SEARCH
from profiles.api.bodies import SmallJSON, Unanswerable
from profiles.api.parts import part_of_each
from profiles.api.shapes import FoundShape, ProblemShape
from profiles.finding.question import MAX_LENGTH
from profiles.finding.quoted import by_namespace
from profiles.models import Profile

MOST = 10
ANSWERS = {200: FoundShape, 401: ProblemShape, 403: ProblemShape, 404: ProblemShape}
BODY = OpenApiExample("by phone", {"phone": "07700 900909"}, request_only=True)
FOUND = OpenApiExample(
    "one",
    {
        "customers": [
            {"id": "P-7K3M9QW2XA4T", "name": "Anna Kowalska", "confidence": "strong"},
        ],
        "has_more": False,
    },
    response_only=True,
)


@shows(Action.API)
class LookupView(PersonView):
    """By `email`, `phone`, `order`, or any namespace of identifiers, in any format."""

    http_method_names = ["get", "post"]
    parser_classes = (SmallJSON,)
    throttle_classes = (CallThrottle, LookupThrottle)

    @extend_schema(
        operation_id="lookup",
        summary="Find a customer by one identifier",
        description="For scripts that can only ask with GET. What stands in an address reaches "
        "the logs of proxies: prefer POST.",
        parameters=[
            OpenApiParameter("email", str, description="One of these."),
            OpenApiParameter("phone", str, description="As dialled or written."),
        ],
        responses=ANSWERS,
        examples=[FOUND],
    )
    def get(self, request: Request) -> Response:
        return self._answer(request, request.query_params.dict())

    @extend_schema(
        operation_id="lookup_posted",
        summary="Find a customer by one identifier, kept out of addresses",
        description="One name and value: `email`, `phone`, `order`, `ticket`, or a namespace "
        "of identifiers, written in any format.\n\n"
        "Several customers may carry it: all are named with how sure it is that each is one "
        "person, and nobody is chosen. Nobody is 404.",
        request={"application/json": {"type": "object", "additionalProperties": {}}},
        responses=ANSWERS,
        examples=[BODY, FOUND],
    )
    def post(self, request: Request) -> Response:
        return self._answer(request, request.data)

    def _answer(self, request: Request, asked: object) -> Response:
        if not self.person.has_perm(SEARCH):
            raise PermissionDenied
        found = carriers(*question(asked))
        if not found:
            return Response({"detail": _("No customer carries this.")}, status=404)
        shown = found[:MOST]
        sure = part_of_each("confidence", request, shown)
        customers = [
            {"id": each.pk, "name": each.display_name, "confidence": sure[each.pk]}
            for each in shown
        ]
        return Response({"customers": customers, "has_more": len(found) > MOST})


def question(asked: object) -> tuple[str, str]:
    """The one name and value of a lookup; raises `Unanswerable`."""
    if isinstance(asked, Mapping) and len(asked) == 1:
        name, value = next(iter(asked.items()))
        if isinstance(value, str) and value.strip() and "\x00" not in f"{name}{value}":
            return str(name), value.strip()[:MAX_LENGTH]
    raise Unanswerable(_("Send one identifier, such as {“phone”: “07700 900909”}."))


def carriers(namespace: str, value: str) -> list[Profile]:
    """Who carries an identifier now; noted for the log even when it is nobody. Two queries."""
    ids = {pk for pk, _reason in by_namespace(namespace, value)}
    shown = Profile.objects.filter(pk__in=ids, record_count__gt=0)
    found = list(shown.order_by("pk")[: MOST + 1])
    note_access(terms=[value.casefold()], results=len(found), stays=True)
    note_access(profiles=[profile.pk for profile in found[:MOST]])
    return found
