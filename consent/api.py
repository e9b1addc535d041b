"""May we contact? By call: one customer, or up to 10,000 questions at once.

Read by people who may see the answer, signed in or by a token of theirs: the token of a source
writes records and must never read customers.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from c360.scopes import Scope
from c360.showing import Action, note_access, shows
from c360.tokens.calls import PersonView, has_scope
from consent.api_shapes import AnswerShape, AnswersShape, ConsentShape, QuestionsShape
from consent.models import LedgerEntry, Purpose
from consent.permitting.permissions import MOST, Answer, Asked, may_contact, may_contact_many
from profiles.access import SEARCH, profile_for
from profiles.api.bodies import SmallJSON, Unanswerable
from profiles.api.shapes import REFUSED
from profiles.models import Profile

SEE_ANSWER = "consent.view_contact_permission"


class AnswersView(PersonView):
    """What all have in common: who may ask."""

    scope = Scope.CONSENT
    parser_classes = (SmallJSON,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.person.has_perms((SEE_ANSWER, SEARCH)):
            raise PermissionDenied


@shows(Action.API)
class MayContactView(AnswersView):
    """`GET …/profiles/<id>/may-contact/?purpose=&channel=`: one answer with its reason."""

    http_method_names = ["get"]

    @extend_schema(
        operation_id="may_contact",
        summary="Ask whether a customer may be contacted",
        parameters=[
            OpenApiParameter("purpose", str, required=True),
            OpenApiParameter("channel", str, required=True, enum=LedgerEntry.Channel.values),
        ],
        responses={200: AnswerShape, **REFUSED},
    )
    def get(self, request: Request, profile_id: str) -> Response:
        profile = profile_for(self.person, profile_id)
        asked = Asked(
            profile.pk,
            request.query_params.get("purpose", ""),
            request.query_params.get("channel", ""),
        )
        check_words([asked])
        return Response(as_json(asked, may_contact(*asked)))


@shows(Action.API)
class ConsentView(AnswersView):
    """`GET …/profiles/<id>/consent/`: the answer for every purpose and channel."""

    http_method_names = ["get"]

    @extend_schema(
        operation_id="consent",
        summary="Read what a customer allowed",
        description="Every purpose people are asked about, with the answer for each channel.",
        responses={200: ConsentShape, **REFUSED},
    )
    def get(self, request: Request, profile_id: str) -> Response:
        profile = profile_for(self.person, profile_id)
        asked = everything_about(profile)
        answers = zip(asked, may_contact_many(asked), strict=True)
        return Response({"answers": [as_json(each, answer) for each, answer in answers]})


@shows(Action.API)
class CheckView(AnswersView):
    """`POST …/permissions/check`: up to 10,000 answers, in the order of the questions."""

    http_method_names = ["post"]

    @extend_schema(
        operation_id="check",
        summary="Ask about many customers at once",
        description="Up to 10,000 questions; the answers come in their order.",
        request=QuestionsShape,
        responses={200: AnswersShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        asked = questions(request.data)
        check_words(asked)
        note_access(profiles=dict.fromkeys(each.profile for each in asked), results=len(asked))
        answers = may_contact_many(asked)
        told = [as_json(each, answer) for each, answer in zip(asked, answers, strict=True)]
        return Response({"answers": told})


def questions(body: object) -> list[Asked]:
    """Read `{"questions": [{"profile", "purpose", "channel"}, …]}`; raises `Unanswerable`."""
    given = body.get("questions") if isinstance(body, dict) else None
    if not isinstance(given, list) or not given:
        raise Unanswerable(_("Send {“questions”: [{“profile”, “purpose”, “channel”}, …]}."))
    if len(given) > MOST:
        raise Unanswerable(_("At most %d questions at once.") % MOST)
    return [_question(number, each) for number, each in enumerate(given)]


def _question(number: int, given: object) -> Asked:
    names = Asked._fields
    if isinstance(given, dict) and set(given) == set(names):
        values = [given[name] for name in names]
        if all(isinstance(value, str) and "\x00" not in value for value in values):
            return Asked(*values)
    raise Unanswerable(
        _("Question %d: expected texts for “profile”, “purpose” and “channel”.") % number
    )


def check_words(asked: Sequence[Asked]) -> None:
    """Raise `Unanswerable` for a purpose or channel that is not known, naming the known."""
    channels = set(LedgerEntry.Channel.values)
    if unknown := sorted({each.channel for each in asked} - channels):
        raise Unanswerable(
            _("There is no channel “%(name)s”; there are %(known)s.")
            % {"name": unknown[0], "known": ", ".join(LedgerEntry.Channel.values)}
        )
    known = sorted(Purpose.objects.values_list("key", flat=True))
    if unknown := sorted({each.purpose for each in asked} - set(known)):
        raise Unanswerable(
            _("There is no purpose “%(name)s”; there are %(known)s.")
            % {"name": unknown[0], "known": ", ".join(known)}
        )


def as_json(asked: Asked, answer: Answer) -> dict[str, Any]:
    """A question and its answer. Contact points are references, never values."""
    return {
        "profile": asked.profile,
        "purpose": asked.purpose,
        "channel": asked.channel,
        "allowed": answer.allowed,
        "reason": str(answer.reason),
        "since": answer.since,
        "valid_until": answer.valid_until,
        "records_disagree": answer.records_disagree,
        "contact_points": [str(point) for point in answer.points],
    }


def allowed_part(request: Request, profile: Profile) -> dict[str, list[str]] | None:
    """Channels that are allowed, by purpose; `None` for who may not know. Part of an answer."""
    if not has_scope(request, Scope.CONSENT) or not request.user.has_perm(SEE_ANSWER):
        return None
    asked = everything_about(profile)
    allowed: dict[str, list[str]] = {each.purpose: [] for each in asked}
    for question, answer in zip(asked, may_contact_many(asked), strict=True):
        if answer.allowed:
            allowed[question.purpose].append(question.channel)
    return allowed


def everything_about(profile: Profile) -> list[Asked]:
    """Each purpose people are asked about, by each channel."""
    purposes = Purpose.objects.asked().order_by("key").values_list("key", flat=True)
    return [Asked(profile.pk, *each) for each in product(purposes, LedgerEntry.Channel.values)]
