"""What happened with a customer, newest first, page by page."""

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from c360.scopes import Scope
from c360.showing import Action, shows
from c360.tokens.calls import PersonView
from profiles.access import profile_for
from profiles.api.bodies import SmallJSON, Unanswerable
from profiles.api.shapes import REFUSED, TimelineShape
from profiles.desk import timeline as history
from profiles.desk import values as facts
from profiles.desk.guard import Guard
from profiles.desk.timeline.filters import PERIODS, STATES
from profiles.desk.timeline.kinds import GROUPS
from profiles.desk.timeline.parts import Parts, parts
from profiles.desk.timeline.things import object_key
from profiles.forms.pages import TimelineForm
from profiles.models import Event

FILTERS = [
    OpenApiParameter("kind", str, enum=list(GROUPS), many=True, description="Any of these."),
    OpenApiParameter("source", str, description="The short name of a source."),
    OpenApiParameter("state", str, enum=list(STATES), description="Of orders and tickets."),
    OpenApiParameter("period", str, enum=list(PERIODS), description="Counted back from now."),
    OpenApiParameter("before", str, description="`older` of the page before."),
]


@shows(Action.API)
class TimelineView(PersonView):
    """Events of all joined records; posted when words are looked for, so no log holds them."""

    http_method_names = ["get", "post"]
    scope = Scope.TIMELINE
    parser_classes = (SmallJSON,)

    @extend_schema(
        operation_id="timeline",
        summary="Read what happened with a customer",
        description="Pages of events, newest first. Nothing is dropped or told twice while new "
        "events arrive.",
        parameters=FILTERS,
        responses={200: TimelineShape, **REFUSED},
    )
    def get(self, request: Request, profile_id: str) -> Response:
        return self._page(request, profile_id, find="")

    @extend_schema(
        operation_id="timeline_found",
        summary="Find words in what happened with a customer",
        description="`find` is posted, so that no log of a proxy holds it.",
        parameters=FILTERS,
        request={
            "application/json": {"type": "object", "properties": {"find": {"type": "string"}}}
        },
        responses={200: TimelineShape, **REFUSED},
    )
    def post(self, request: Request, profile_id: str) -> Response:
        body = request.data
        return self._page(request, profile_id, find=str(dict(body).get("find", "")))

    def _page(self, request: Request, profile_id: str, *, find: str) -> Response:
        profile = profile_for(self.person, profile_id)
        form = _read(request, find)
        filters = replace(form.filters, each=True)
        records = facts.joined_records(profile)
        page = history.page(records, filters=filters, before=form.cursor)
        guard = Guard(records)
        folded = parts(tuple(record.pk for record in records))
        told = [
            {**_event(event, item.source.slug, guard), "part_of": _whole_of(event, folded)}
            for day in page.days
            for item in day.items
            for event in (item.event, *item.more)
        ]
        return Response({"id": profile.pk, "events": told, "older": page.older or None})


def _read(request: Request, find: str) -> TimelineForm:
    """The filters; raises `Unanswerable` naming those that make no sense."""
    asked = request.query_params.copy()
    asked["find"] = find.replace("\x00", "")
    form = TimelineForm(asked)
    if not form.is_valid():
        raise Unanswerable(" ".join(f"{name}: {said[0]}" for name, said in form.errors.items()))
    if asked.get("before") and form.cursor is None:
        raise Unanswerable("before: take it from “older” of the page before.")
    return form


def _whole_of(event: Event, folded: Parts) -> str | None:
    """The order in whose row an event stands; never one that the records do not tell of."""
    key = object_key(event)
    whole = folded.whole_of.get(key) if key else None
    return whole[1] if whole else None


def _event(event: Event, source: str, guard: Guard) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind,
        "name": guard.told(event.name),
        "text": guard.told(event.text),
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "source": source,
        "channel": event.channel,
        "object_id": event.object_id,
        "object_state": event.object_state,
        "amount_minor": event.amount_minor,
        "currency": event.currency,
    }
