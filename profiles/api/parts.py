"""Parts of a customer's answer that other apps make: confidence, allowed purposes.

They register when they start, as panels of the customer page do; `profiles` imports none.
"""

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request

from profiles.models import Profile

Part = Callable[[Request, Profile], Any]
_registered: dict[str, Part] = {}


def register_part(name: str, part: Part) -> None:
    """Let `part` fill `name`; it is given a profile that was opened for who asks."""
    _registered[name] = part


def part(name: str, request: Request, profile: Profile) -> Any:
    """One registered part."""
    return _registered[name](request, profile)


def parts(request: Request, profile: Profile) -> dict[str, Any]:
    """Every registered part; `null` for what who asks may not know."""
    return {name: part(name, request, profile) for name in sorted(_registered)}
