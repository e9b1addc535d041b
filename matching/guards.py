"""When two groups of records must not become one person although a link would join them.

A guard reads only the contents of the two groups, so its answer does not depend on the order
in which records arrived. The first guard that objects gives the reason; a steward's "same"
overrules all of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from matching import comparisons
from matching.features import Features
from matching.model import MatchModel

Group = Sequence[Features]
Weigh = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a union is refused: a reason code and one plain sentence without values."""

    reason: str
    detail: str


def objection(
    left: Group, right: Group, model: MatchModel, mean_weight: Weigh
) -> Objection | None:
    """Return the first objection to joining two groups, or `None`.

    `mean_weight` gives the mean weight in bits over all pairs across; it is asked last, since
    it is the dearest.
    """
    if len(left) + len(right) > model.guards.size_cap:
        return Objection("size", f"The group would exceed {model.guards.size_cap} records.")
    return (
        _two_identifiers(left, right, model)
        or _two_generations(left, right)
        or _two_births(left, right)
        or _two_given_names(left, right)
        or _weak_bridge(left, right, model, mean_weight)
    )


def _two_identifiers(left: Group, right: Group, model: MatchModel) -> Objection | None:
    """An identifier of which a person has one only, with two values more than a slip apart."""
    for ours, theirs in product(_single_ids(left, model), _single_ids(right, model)):
        if ours[0] == theirs[0] and comparisons.identifier(ours[1], theirs[1]) == "different":
            return Objection("identifier", f"Two different values of {ours[0]}.")
    return None


def _single_ids(group: Group, model: MatchModel) -> list[tuple[str, tuple[str, ...]]]:
    single = model.one_per_person
    return [pair for features in group for pair in features.identifiers if pair[0] in single]


def _two_generations(left: Group, right: Group) -> Objection | None:
    ours = {features.generation for features in left} - {""}
    theirs = {features.generation for features in right} - {""}
    if ours and theirs and ours.isdisjoint(theirs):
        return Objection("generation", "One is the junior, the other the senior.")
    return None


def _across(left: Group, right: Group) -> Iterator[tuple[Features, Features]]:
    yield from product(left, right)


def _two_births(left: Group, right: Group) -> Objection | None:
    """Two different birthdays, or one birthday with two different given names: twins."""
    for ours, theirs in _across(left, right):
        level = comparisons.birth_date(ours, theirs)
        if level == "exact" and _are_named_apart(ours, theirs):
            return Objection("twins", "Same birthday, different given names.")
        if level == "different":
            return Objection("birth_date", "Two different birth dates.")
    return None


def _are_named_apart(ours: Features, theirs: Features) -> bool:
    """Two given names in full that cannot be one, with no name in common."""
    if len(ours.given) < 2 or len(theirs.given) < 2:
        return False
    if comparisons.given_name(ours, theirs) != "different":
        return False
    return ours.given != theirs.family and ours.family != theirs.given


def _two_given_names(left: Group, right: Group) -> Objection | None:
    """More pairs across with contradicting given names than with agreeing ones."""
    apart = agreeing = 0
    for ours, theirs in _across(left, right):
        if _are_named_apart(ours, theirs):
            apart += 1
        elif len(ours.given) > 1 and len(theirs.given) > 1:
            agreeing += 1
    if apart > agreeing:
        return Objection("household", "The given names point to two people of one household.")
    return None


def _weak_bridge(
    left: Group, right: Group, model: MatchModel, mean_weight: Weigh
) -> Objection | None:
    """Two groups of which the records, taken all together, do not look alike."""
    if len(left) == 1 == len(right) or mean_weight() >= model.guards.bridge_bits:
        return None
    return Objection("weak_bridge", "A single link would join two groups that differ.")
