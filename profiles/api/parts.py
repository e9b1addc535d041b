"""Parts of a customer's answer that other apps make: confidence, allowed purposes.

They register when they start, as panels of the customer page do; `profiles` imports none.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rest_framework.request import Request

from profiles.models import Profile

Part = Callable[[Request, Profile], Any]
PartOfEach = Callable[[Request, Sequence[Profile]], Mapping[str, Any]]
_registered: dict[str, Part] = {}
_of_each: dict[str, PartOfEach] = {}


def register_part(name: str, part: Part, *, of_each: PartOfEach | None = None) -> None:
    """Let `part` fill `name`; it is given a profile that was opened for who asks.

    `of_each` answers about several customers, by id, in a constant number of queries.
    """
    _registered[name] = part
    if of_each is not None:
        _of_each[name] = of_each


def part_of_each(name: str, request: Request, profiles: Sequence[Profile]) -> Mapping[str, Any]:
    """One part that was registered for lists, about every profile, by id."""
    return _of_each[name](request, profiles)


def parts(request: Request, profile: Profile) -> dict[str, Any]:
    """Every registered part; `null` for what who asks may not know."""
    return {name: _registered[name](request, profile) for name in sorted(_registered)}
