"""Reads that several parts of one page need, made once while that page is made.

The parts know nothing of each other; each asks for what it needs, and within `reading_once` the
second to ask gets what the first was answered. Outside of it every call reads, so that nothing
is ever older than the page it stands on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from profiles.models import Profile

Found = TypeVar("Found")
_found: ContextVar[dict[Any, Any] | None] = ContextVar("reads of the page", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """Until the end of this block, or of the function it decorates, nothing is read twice."""
    token = _found.set({})
    try:
        yield
    finally:
        _found.reset(token)


def once(read: Callable[[Profile], Found]) -> Callable[[Profile], Found]:
    """Let `read` answer once about each profile of a page. What it answers is not changed."""

    @wraps(read)
    def ask(profile: Profile) -> Found:
        found = _found.get()
        if found is None:
            return read(profile)
        key = (read, profile.pk)
        if key not in found:
            found[key] = read(profile)
        answer: Found = found[key]
        return answer

    return ask
