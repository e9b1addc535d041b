"""One customer: golden values, where they come from, sources, figures, allowed purposes."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from c360.models import PersonalToken
from c360.scopes import Scope
from c360.showing import Action, note_access, shows
from c360.tokens.calls import PersonView, named
from profiles.access import profile_for
from profiles.api.bodies import Unanswerable
from profiles.api.parts import parts
from profiles.api.shapes import REFUSED, CustomerShape
from profiles.desk import values as facts
from profiles.desk.chosen import chosen
from profiles.desk.figures import figures
from profiles.desk.guard import Guard
from profiles.desk.masking import is_sensitive
from profiles.desk.verified import may_override
from profiles.models import Profile

SHORTEST_REASON = 4
REASON = OpenApiParameter(
    "X-Reason",
    str,
    OpenApiParameter.HEADER,
    description="Why masked values are needed; they are shown and the reason is logged. The "
    "token needs the scope reveal.",
)


@shows(Action.API)
class ProfileView(PersonView):
    """What is known of one customer, masked as on the page."""

    http_method_names = ["get"]

    @extend_schema(
        operation_id="profile",
        summary="Read a customer",
        description="Sensitive values come masked, as on the page, unless the call gives a "
        "reason and its token has the scope `reveal`.\n\n"
        "An id that was joined into another answers 307 to the new one and `joined_into`. "
        "Not for ever: a split gives the id back.",
        parameters=[REASON],
        responses={200: CustomerShape, **REFUSED},
    )
    def get(self, request: Request, profile_id: str) -> Response:
        profile = profile_for(self.person, profile_id)
        return Response(customer_of(request, profile, reveal=reveals(request, profile)))


def reveals(request: Request, profile: Profile) -> bool:
    """Whether masked values are shown to this call; then noted, with the reason it gives.

    Raises `PermissionDenied` for a token without the scope, `Unanswerable` for no real reason.
    """
    given = request.headers.get("X-Reason", request.query_params.get("reason"))
    if given is None:
        return False
    token = request.auth
    if not isinstance(token, PersonalToken) or Scope.REVEAL not in token.scopes:
        raise PermissionDenied(_("Only a token with the scope “reveal” shows masked values."))
    if not may_override(token.owner):
        raise PermissionDenied(_("Masked values are shown on the page to verified callers."))
    if len(given.strip()) < SHORTEST_REASON:
        raise Unanswerable(_("Say in a few words why masked values are needed."))
    fields = [name for name in profile.golden if is_sensitive(name)]
    note_access(action=Action.REVEAL, fields=fields, reason=named(token, given.strip()))
    return True


def customer_of(request: Request, profile: Profile, *, reveal: bool) -> dict[str, Any]:
    """The whole answer; the number of queries depends on neither records nor events."""
    records = facts.joined_records(profile)
    guard = Guard(records, frozenset(profile.golden if reveal else ()))
    overrides = _overrides(profile, guard)
    return {
        "id": profile.pk,
        "url": request.build_absolute_uri(reverse("profiles:customer", args=[profile.pk])),
        "name": profile.display_name,
        "records": len(records),
        "rules": profile.rules_version,
        "values": [
            {**_value(profile, field, guard), "override": overrides.get(field.attribute)}
            for field in facts.fields(profile)
        ],
        "sources": [_source(fresh) for fresh in facts.freshness(records)],
        "figures": [
            {"label": each.label, "value": each.value, "note": each.note}
            for each in figures([record.pk for record in records])
        ],
        **parts(request, profile),
    }


def _value(profile: Profile, field: facts.Field, guard: Guard) -> dict[str, Any]:
    golden = profile.golden[field.attribute]
    return {
        "attribute": field.attribute,
        "label": field.label,
        "text": guard.value(field.attribute, field.display),
        "is_masked": guard.masks(field.attribute),
        "source": golden.get("source", ""),
        "since": golden.get("since"),
        "rule": golden.get("rule", ""),
        "other_values": field.others,
    }


def _overrides(profile: Profile, guard: Guard) -> dict[str, dict[str, Any]]:
    """Who chose a value, why and until when, by attribute; nothing where the rules did."""
    return {
        each.override.attribute: {
            "by": str(each.override.said_by),
            "said_at": each.override.said_at,
            "last_day": each.last_day,
            "reason": guard.told(each.override.reason),
        }
        for each in chosen(profile)
        if each.is_shown
    }


def _source(fresh: facts.Freshness) -> dict[str, Any]:
    return {
        "source": fresh.source.slug,
        "name": fresh.source.name,
        "records": fresh.records,
        "newest_at": fresh.at,
        "is_stale": fresh.is_stale,
    }
