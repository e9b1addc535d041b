"""Explanations by call: `GET /api/v1/profiles/<id>/explain/`.

Read by people who may review matches, signed in or by a token of theirs: the token of a source
writes records and must never read customers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from c360.scopes import Scope
from c360.showing import Action, shows
from c360.tokens.calls import PersonView
from matching import review
from matching.confidence import confidence_of, confidences_of
from matching.live import live_model
from matching.telling.story import as_json, keys_of, story_of
from matching.views.why import Answer, answer_between, other_profile
from profiles.access import profile_for
from profiles.api.shapes import REFUSED
from profiles.models import Profile


@shows(Action.API)
class ExplainView(PersonView):
    """How a customer came about; with `?other=`, also why that one is not the same."""

    http_method_names = ["get"]
    scope = Scope.EVIDENCE  # the rest is asked by the door of the page

    @extend_schema(
        operation_id="explain",
        summary="Read why records were joined",
        description="For those who may review matches. With `other`, also why that customer "
        "is not the same.",
        parameters=[OpenApiParameter("other", str, description="Id of another customer.")],
        responses={200: OpenApiTypes.OBJECT, **REFUSED},
    )
    def get(self, request: Request, profile_id: str) -> Response:
        user = self.person
        review.ask_permission(user)
        profile = profile_for(user, profile_id)
        model = live_model()
        said: dict[str, Any] = {"profile_id": profile.pk}
        said |= as_json(story_of(profile, model=model))
        asked = request.query_params.get("other", "").strip()
        if asked:
            other = other_profile(user, asked)
            if other is None:
                raise Http404(_("No customer answers to the id under “other”."))
            said["why_not"] = _why_not(answer_between(profile, other, model))
        return Response(said)


def _why_not(answer: Answer) -> dict[str, Any]:
    best = answer.why.best
    return {
        "other_profile": answer.other.pk,
        "reason": answer.why.reason,
        "sentence": answer.why.sentence,
        "detail": answer.why.detail,
        "pair": keys_of(answer.pair),
        "best": best
        and {
            "pair": keys_of(answer.best),
            "weight_bits": best.weight_bits,
            "prior_bits": best.weight_bits - sum(best.bits.values()),
            "levels": best.levels,
            "bits": best.bits,
            "sentence": answer.evidence.sentence,
        },
    }


def confidence_part(request: Request, profile: Profile) -> str:
    """How sure it is that the joined records are one person. Part of an answer."""
    return str(confidence_of(profile, join_bits=live_model().join_bits))


def confidence_of_each(request: Request, profiles: Sequence[Profile]) -> Mapping[str, str]:
    """The same about several customers, by id. Four queries, however many there are."""
    return confidences_of(profiles, join_bits=live_model().join_bits)
