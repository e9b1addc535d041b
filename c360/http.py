"""Request types, the way to sign-in, and the answers of a lookup besides "found"."""

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.middleware import HtmxDetails

from c360.models import User


def with_next(name: str, wanted: str) -> str:
    """The address of a page of sign-in that leads on to the one that was wanted, if any."""
    query = f"?{urlencode({REDIRECT_FIELD_NAME: wanted})}" if wanted else ""
    return reverse(name) + query


class StaffRequest(HttpRequest):
    """A request of somebody signed in; middleware has turned everyone else away."""

    user: User
    htmx: HtmxDetails


class Moved(Exception):
    """The customer answers to another id now; middleware redirects to it.

    `old` and `new` are public profile ids as they stand in addresses.
    """

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"{old} answers to {new}")
        self.old = old
        self.new = new


class Gone(Exception):
    """There was such a customer; nothing of them may be shown any more (410)."""
