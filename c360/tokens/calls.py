"""Calls in the name of a person: by personal token, or by the session of a signed-in browser.

A view of these calls inherits `PersonView`, names the scope a token needs, and then asks the
same doors as the pages: a token narrows what its owner may do now, and never widens it.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import (
    AuthenticationFailed,
    MethodNotAllowed,
    NotAuthenticated,
    PermissionDenied,
)
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from c360 import attempts
from c360.models import PersonalToken, User
from c360.scopes import Scope
from c360.showing import note_access
from c360.tokens.bearer import SCHEME, bearer_secret, slow_down
from c360.tokens.making import digest_of

CALLS_PER_MINUTE = 300
LOOKUPS_PER_MINUTE = 60
USE_NOTED_EVERY = timedelta(minutes=1)
REASON_LENGTH = 150  # the log keeps 200 characters, and the token stands before it


class PersonalTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer c360_pat_…`; the user of the call is the token's owner."""

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        secret = bearer_secret(request)
        if secret is None:
            return None
        valid = PersonalToken.objects.valid().select_related("owner")
        token = valid.filter(digest=digest_of(secret)).first()
        if token is None:
            slow_down(request.META["REMOTE_ADDR"])
            raise AuthenticationFailed(_("This token is wrong, expired or was revoked."))
        note_use(token)
        note_access(reason=named(token))
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def note_use(token: PersonalToken) -> None:
    """Remember that a token was used, at most once a minute: a busy desk writes no rows."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < USE_NOTED_EVERY:
        return
    earlier = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    PersonalToken.objects.filter(earlier, pk=token.pk).update(last_used_at=now)


def named(token: PersonalToken, reason: str = "") -> str:
    """The token, and a reason if there is one, as the access log has them."""
    return f"token {token.pk} …{token.hint}" + (f": {reason[:REASON_LENGTH]}" if reason else "")


class InScope(BasePermission):
    """Somebody is asking, and a token was made for what the view answers."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, User):
            raise NotAuthenticated(_("Send a personal token: Authorization: Bearer c360_pat_…"))
        if view.scope and not has_scope(request, view.scope):
            told = _("This token was not made for this: it lacks the scope “%s”.")
            raise PermissionDenied(told % view.scope.value)
        return True


def has_scope(request: Request, scope: Scope) -> bool:
    """Whether a token was made for something; a signed-in person needs none."""
    token = request.auth
    return not isinstance(token, PersonalToken) or scope in token.scopes


class CallThrottle(BaseThrottle):
    """So many calls a minute for each token, and for each person without one.

    Where the cache is away nothing is counted: an answer is logged all the same.
    """

    kind, limit = "call", CALLS_PER_MINUTE
    seconds = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        with suppress(attempts.CounterUnavailable):
            who = self.who(request)
            self.seconds = attempts.count_call(self.kind, who, self.limit)
        return not self.seconds

    def who(self, request: Request) -> str:
        token = request.auth
        if isinstance(token, PersonalToken):
            return f"token {token.pk}"
        return f"user {request.user.pk}"

    def wait(self) -> float:
        return self.seconds


class LookupThrottle(CallThrottle):
    """So many lookups a minute for each person, however many tokens they have."""

    kind, limit = "lookup", LOOKUPS_PER_MINUTE

    def who(self, request: Request) -> str:
        return f"user {request.user.pk}"


class PersonView(APIView):
    """A call that a person may make, also through a token of theirs with `scope` if any."""

    scope: Scope | None = Scope.CUSTOMERS
    authentication_classes = (PersonalTokenAuthentication, SessionAuthentication)
    permission_classes = (InScope,)
    renderer_classes = (JSONRenderer,)
    throttle_classes: tuple[type[CallThrottle], ...] = (CallThrottle,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Say that a method is unknown before asking who wants to know."""
        if str(request.method).lower() not in self.http_method_names:
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)

    @property
    def person(self) -> User:
        """Who asks, or in whose name."""
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101 - InScope has asked
        return user
