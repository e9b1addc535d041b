"""What each address shows of customers, and what an answer did show.

A view declares it above everything else: `@shows(Action.VIEW)`, or `@shows_no_customer_data`.
While it works, the doors to customers (`profiles.access.profile_for`, search, the file of a
review case) note whom they opened with `note_access`. `consent.middleware.AccessLog` writes the
entry before the answer leaves, and refuses views that declare nothing.

Notes lie in a context variable, so that doors deep below a view need no request.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

View = TypeVar("View", bound=Callable[..., Any])

# Sent by commands before they write customer data to a file: `sender` is the name of the
# command, `fields` what is written of each record. What the receiver raises stops the command.
customer_data_exported = Signal()


class Action(models.TextChoices):
    """What somebody did to see customer data."""

    VIEW = "view", _("Looked at")
    SEARCH = "search", _("Searched")
    LIST = "list", _("Listed")
    REVEAL = "reveal", _("Showed a masked value of")
    EXPORT = "export", _("Exported")
    CHANGE = "change", _("Changed")
    REVIEW = "review", _("Reviewed a match of")
    API = "api", _("Read by interface")


class Undeclared(Exception):
    """A view that does not say what it shows of customers; it must not answer."""


@dataclass
class Notes:
    """What one answer shows: public ids of profiles, keys of records, names of fields.

    `action` is `None` of a view that declares to show nothing. `terms` are the words looked
    for, in plain text; only keyed hashes of them are stored.
    """

    action: Action | None = None
    profiles: dict[str, None] = field(default_factory=dict)  # in order, each once
    records: dict[int, None] = field(default_factory=dict)
    fields: dict[str, None] = field(default_factory=dict)
    terms: set[str] = field(default_factory=set)
    results: int | None = None
    reason: str = ""
    stays: bool = False  # in the log even of an answer that shows nothing: a refusal, a way on


_open: ContextVar[Notes | None] = ContextVar("notes of the answer in work", default=None)


def shows(action: Action) -> Callable[[View], View]:
    """Declare that a view shows customer data, and as what the access log has it."""

    def declare(view: View) -> View:
        view.shows = action  # type: ignore[attr-defined]  # read by `declared`
        return view

    return declare


def shows_no_customer_data(view: View) -> View:
    """Declare that nothing a view answers says anything about any one customer."""
    view.shows = None  # type: ignore[attr-defined]  # read by `declared`
    return view


def declared(view: Callable[..., Any]) -> Action | None:
    """What a view shows, `None` for nothing. Raises `Undeclared`.

    Of a view made from a class the class is asked.
    """
    places: tuple[Any, ...] = (
        view,
        getattr(view, "view_class", None),
        getattr(view, "cls", None),
    )
    for place in places:
        if hasattr(place, "shows"):
            found: Action | None = place.shows
            return found
    name = getattr(view, "__qualname__", repr(view))
    raise Undeclared(
        f"{view.__module__}.{name} does not declare what it shows of customers. Put @shows(…) "
        "or @shows_no_customer_data of c360.showing above it."
    )


@contextmanager
def noting(notes: Notes) -> Iterator[Notes]:
    """Collect in `notes` what is noted meanwhile."""
    token = _open.set(notes)
    try:
        yield notes
    finally:
        _open.reset(token)


def note_access(
    *,
    profiles: Iterable[str] = (),
    records: Iterable[int] = (),
    fields: Iterable[str] = (),
    terms: Iterable[str] = (),
    results: int | None = None,
    action: Action | None = None,
    reason: str = "",
    stays: bool = False,
) -> None:
    """Note what the answer in work shows; outside of one (in tasks and commands) do nothing.

    Called again, it adds; `results`, `action` and `reason` are those said last. An `action` is
    told apart here only where one view has several, and declared all the same. What `stays` is
    logged also of redirects and refusals, which show nothing themselves.
    """
    notes = _open.get()
    if notes is None:
        return
    notes.profiles.update(dict.fromkeys(profiles))
    notes.records.update(dict.fromkeys(records))
    notes.fields.update(dict.fromkeys(fields))
    notes.terms.update(terms)
    notes.results = notes.results if results is None else results
    if action is not None and notes.action is not None:
        notes.action = action
    notes.reason = reason or notes.reason
    notes.stays = stays or notes.stays
