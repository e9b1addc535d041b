"""Links for frames of desks: `POST /api/v1/embed-links/`."""

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from c360.models import PersonalToken
from c360.scopes import Scope
from c360.showing import Action, shows
from c360.tokens.calls import PersonView
from profiles.access import profile_for
from profiles.api.bodies import SmallJSON, Unanswerable
from profiles.api.shapes import REFUSED, EmbedAskedShape, EmbedLinkShape
from profiles.embedding import LIVES_SECONDS, Link, make_link


@shows(Action.API)
class EmbedLinksView(PersonView):
    """Makes a link that shows one customer once, in a frame of one allowed origin."""

    http_method_names = ["post"]
    scope = Scope.EMBED
    parser_classes = (SmallJSON,)

    @extend_schema(
        operation_id="embed_link",
        summary="Make a link that shows a customer in a frame",
        description="It opens once, within five minutes, read-only, in the name of the token's "
        "owner. The origin must be one of `C360_EMBED_ORIGINS`; with none, this is 404.",
        request=EmbedAskedShape,
        responses={201: EmbedLinkShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        if not settings.C360_EMBED_ORIGINS:
            raise Http404(_("Frames are off: C360_EMBED_ORIGINS is empty."))
        body = request.data if isinstance(request.data, dict) else {}
        wanted, origin = body.get("profile"), body.get("origin")
        if not isinstance(wanted, str) or "\x00" in wanted:
            raise Unanswerable(_("Send {“profile”: “P-…”, “origin”: “https://…”}."))
        profile = profile_for(self.person, wanted)
        if origin not in settings.C360_EMBED_ORIGINS:
            raise Unanswerable(_("This origin is none of C360_EMBED_ORIGINS."))
        token = request.auth.pk if isinstance(request.auth, PersonalToken) else None
        secret = make_link(Link(profile.pk, origin, self.person.pk, token))
        place = request.build_absolute_uri(reverse("profiles:embed-link", args=[secret]))
        return Response({"url": place, "expires_in_seconds": LIVES_SECONDS}, status=201)
