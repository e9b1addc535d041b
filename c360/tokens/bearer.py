"""`Authorization: Bearer …`: what tokens of sources and of people have in common."""

from contextlib import suppress

from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from c360 import attempts

SCHEME = "Bearer"


def bearer_secret(request: Request) -> str | None:
    """The secret a call carries; `None` where it carries none."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.casefold() == SCHEME.casefold() else None


def slow_down(address: str) -> None:
    """Note that a wrong token came from there; raise `Throttled` where too many did lately.

    Only wrong tokens are counted and put off: a right one is looked up first, and taken.
    """
    with suppress(attempts.CounterUnavailable):  # a wrong token opens nothing without it too
        if wait := attempts.count_wrong_token(address):
            raise Throttled(wait, _("Too many wrong tokens came from this address."))
