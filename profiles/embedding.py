"""Frames of other pages, and links that show one customer once in one, within five minutes.

Cookies do not reach frames of other sites, so a desk asks for a link with a personal token of
the agent. The link stands in the cache under a hash and is taken out when it is opened; who may
see the customer, and whether the token still holds, is asked again then.
"""

import secrets
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpResponse

from c360.models import PersonalToken, User
from c360.tokens.making import digest_of

LIVES_SECONDS = 5 * 60


@dataclass(frozen=True, slots=True)
class Link:
    """Whom a link shows, where, and in whose name. `token` is a primary key."""

    profile: str
    origin: str
    owner: int
    token: int | None


def may_be_framed(response: HttpResponse, origins: list[str]) -> HttpResponse:
    """Let pages of these origins, and no others, show an answer in a frame."""
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": origins}  # type: ignore[attr-defined]  # read by django-csp
    return response


def make_link(link: Link) -> str:
    """Keep a link and return its secret; the cache holds only a hash of that."""
    secret = secrets.token_urlsafe(32)
    kept = (link.profile, link.origin, link.owner, link.token)
    cache.set(_key(secret), kept, LIVES_SECONDS)
    return secret


def link_of(secret: str) -> Link | None:
    """The link with a secret, unless it was opened, is too old or was never made."""
    kept = cache.get(_key(secret))
    return Link(*kept) if kept else None


def take(secret: str) -> bool:
    """Use a link up; of two who open it at once, one may."""
    return bool(cache.delete(_key(secret)))


def owner_of(link: Link) -> User | None:
    """In whose name the link shows; nobody once they or their token were withdrawn."""
    if link.token is not None:
        valid = PersonalToken.objects.valid().select_related("owner")
        token = valid.filter(pk=link.token).first()
        return token.owner if token else None
    return User.objects.filter(pk=link.owner, is_active=True).first()


def _key(secret: str) -> str:
    return f"embed:{digest_of(secret)}"
