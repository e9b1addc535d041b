"""Reads that several parts of one page need, made once while that page is made.

The parts know nothing of each other; each asks for what it needs, and within `reading_once` the
second to ask gets what the first was answered. Outside of it every call reads, so that nothing
is ever older than the page it stands on.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

About = TypeVar("About", bound=Hashable)
Rest = ParamSpec("Rest")
Found = TypeVar("Found")
Read = Callable[Concatenate[About, Rest], Found]
_found: ContextVar[dict[Any, Any] | None] = ContextVar("reads of the page", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """Until the end of this block, or of the function it decorates, nothing is read twice."""
    token = _found.set({})
    try:
        yield
    finally:
        _found.reset(token)


def is_reading_once() -> bool:
    """Whether a page is being made whose other parts may need the same."""
    return _found.get() is not None


def once(read: Read[About, Rest, Found]) -> Read[About, Rest, Found]:
    """Let `read` answer once for a page about each first argument: a profile, ids of records.

    What it answers is not changed; whatever else it is given must be the same for all parts.
    """

    @wraps(read)
    def ask(about: About, /, *rest: Rest.args, **more: Rest.kwargs) -> Found:
        found = _found.get()
        if found is None:
            return read(about, *rest, **more)
        key = (read, about)
        if key not in found:
            found[key] = read(about, *rest, **more)
        answer: Found = found[key]
        return answer

    return ask
