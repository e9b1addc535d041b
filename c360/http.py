"""Request types, and the two answers a lookup of a customer may need besides "found"."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from c360.models import User


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
