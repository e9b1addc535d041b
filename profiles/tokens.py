"""Tokens of sources: who sends a request, and how secrets are made and withdrawn."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from c360.tokens.bearer import SCHEME, bearer_secret, slow_down
from profiles.bases import complaints_of
from profiles.models import Source, SourceToken
from profiles.models.source import token_digest

USE_NOTED_EVERY = timedelta(minutes=1)


class TokensChanged(Exception):
    """The tokens are no longer those the page showed."""


class SourceTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; `request.auth` is the token, with its source."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, SourceToken] | None:
        secret = bearer_secret(request)
        if secret is None:
            return None
        token = (
            SourceToken.objects.select_related("source")
            .filter(digest=token_digest(secret), revoked_at=None)
            .first()
        )
        if token is None:
            slow_down(request.META["REMOTE_ADDR"])
            raise AuthenticationFailed(_("This token is wrong or was revoked."))
        if not token.source.is_active:
            told = _("This source is not active, so nothing is taken from it.")
            raise PermissionDenied(" ".join([told, *complaints_of(token.source)]))
        note_use(token)
        return AnonymousUser(), token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class SentBySource(BasePermission):
    """Only requests that carry a valid token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, SourceToken)


def note_use(token: SourceToken) -> None:
    """Remember that a token was used, at most once a minute: a busy source writes no rows."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < USE_NOTED_EVERY:
        return
    earlier = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    SourceToken.objects.filter(earlier, pk=token.pk).update(last_used_at=now)


@transaction.atomic
def renew_token(source: Source, *, newest_seen: int | None) -> str:
    """Make a token and return its secret, which is kept nowhere.

    `newest_seen` is the newest valid token the page showed, by primary key. Raises
    `TokensChanged` where that is another by now: a page sent twice would else revoke a token
    still in use. The source is locked meanwhile.
    """
    Source.objects.select_for_update().get(pk=source.pk)
    if newest_valid(source) != newest_seen:
        raise TokensChanged(f"tokens of source {source.pk} have changed")
    return SourceToken.rotate(source)


def newest_valid(source: Source) -> int | None:
    """The primary key of the valid token that was made last."""
    valid = SourceToken.objects.filter(source=source, revoked_at=None)
    return valid.order_by("-created_at", "-pk").values_list("pk", flat=True).first()


def revoke_token(token: SourceToken) -> bool:
    """Withdraw a token at once; false if it had been withdrawn already."""
    still_valid = SourceToken.objects.filter(pk=token.pk, revoked_at=None)
    return bool(still_valid.update(revoked_at=timezone.now()))
