"""What other apps have against answering a pair together with others."""

from collections.abc import Callable, Collection

from matching.world import Pair, Solution, World

Objection = Callable[[Collection[Pair], World, Solution], set[Pair]]
_registered: list[Objection] = []


def register_objection(objection: Objection) -> None:
    """Let an app name those of some pairs that must be looked at one by one.

    It is given the pairs, the world in which all of them are said to be the same, and what that
    world comes to.
    """
    _registered.append(objection)


def objected(pairs: Collection[Pair], then: World, solution: Solution) -> set[Pair]:
    """The pairs that any app objects to."""
    return {pair for each in _registered for pair in each(pairs, then, solution)}
