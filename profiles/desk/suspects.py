"""Records of a customer that somebody reported as not belonging there.

Whoever knows registers itself when it starts; `profiles` imports none of its users. The page
marks those records, what happened with them and the values they won.
"""

from collections.abc import Callable

from profiles.models import Profile

Find = Callable[[Profile], set[int]]
_registered: list[Find] = []


def register_suspects(find: Find) -> None:
    """Let `find` name the suspicious records of a profile. At most one query."""
    _registered.append(find)


def suspects(profile: Profile) -> set[int]:
    """The ids of all records of a profile that are under suspicion."""
    return {pk for find in _registered for pk in find(profile)}
