"""When two groups of records must not become one person although a link would join them.

A guard reads only the contents of the two groups, so its answer does not depend on the order
in which records arrived. The first guard that objects gives the reason; a steward's "same"
overrules all of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from matching.core import comparisons
from matching.core.features import Features
from matching.core.model import MatchModel

Weigh = Callable[[int, int], float]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a union is refused: a reason code and one plain sentence without values."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Union:
    """Two groups about to be joined; `weigh(i, j)` gives the weight of a pair across, bits."""

    left: Sequence[Features]
    right: Sequence[Features]
    weigh: Weigh

    def across(self) -> Iterator[tuple[Features, Features, Callable[[], float]]]:
        """Every pair across with a way to ask for its weight, which is dearer than a look."""
        for i, ours in enumerate(self.left):
            for j, theirs in enumerate(self.right):
                yield ours, theirs, partial(self.weigh, i, j)


def objection(union: Union, model: MatchModel) -> Objection | None:
    """Return the first objection to joining two groups, or `None`."""
    if len(union.left) + len(union.right) > model.guards.size_cap:
        return Objection("size", f"The group would exceed {model.guards.size_cap} records.")
    return (
        _two_identifiers(union, model)
        or _two_generations(union)
        or _contradiction(union, model)
        or _weak_bridge(union, model)
    )


def _two_identifiers(union: Union, model: MatchModel) -> Objection | None:
    """An identifier of which a person has one only, with two values more than a slip apart.

    Of two numbers that a person has said to be one's a later record may have either.
    """
    apart = {
        namespace
        for ours in union.left
        if ours.identifiers
        for theirs in union.right
        if theirs.identifiers
        for namespace in in_conflict(ours, theirs)
        if namespace in model.one_per_person
        and not _stand_together(namespace, ours, theirs, union.left)
        and not _stand_together(namespace, theirs, ours, union.right)
    }
    return Objection("identifier", f"Two different values of {min(apart)}.") if apart else None


def _stand_together(
    namespace: str, member: Features, other: Features, group: Sequence[Features]
) -> bool:
    """Whether the member's group has a value of the other, just as it is, in spite of its own.

    This guard lets no link bring such a group about: somebody said it.
    """
    wanted = set(dict(other.identifiers)[namespace])
    return any(
        not wanted.isdisjoint(dict(each.identifiers).get(namespace, ()))
        and namespace in in_conflict(member, each)
        for each in group
    )


def in_conflict(ours: Features, theirs: Features) -> Iterator[str]:
    """Namespaces in which two records have values more than a slip apart."""
    held = dict(theirs.identifiers)
    for namespace, values in ours.identifiers:
        theirs_too = held.get(namespace)
        if theirs_too and comparisons.identifier(values, theirs_too) == "different":
            yield namespace


def _two_generations(union: Union) -> Objection | None:
    ours = {features.generation for features in union.left} - {""}
    theirs = {features.generation for features in union.right} - {""}
    if ours and theirs and ours.isdisjoint(theirs):
        return Objection("generation", "One is the junior, the other the senior.")
    return None


def _contradiction(union: Union, model: MatchModel) -> Objection | None:
    """Birth dates or given names that contradict.

    What some records of either group agree on is no contradiction, whatever a mistyped one
    among them says. What speaks for a pair may outweigh a contradiction, and its weight says
    so; where the pair's own weight lies below the limit, being joined through others is not
    enough. Signs of twins are outweighed by nothing a family shares. Where the groups share an
    identifier of one's own, only pairs with nothing else in common count.
    """
    if not (contradicting := _contradicting(union)):
        return None
    guards = model.guards
    limits = dict.fromkeys((TWINS, BIRTH_DATES, HOUSEHOLD), guards.names_bits)
    if not _share_personal_identifier(union, model):
        limits |= {TWINS: guards.twins_bits, BIRTH_DATES: guards.birth_date_bits}
    found = {objected for objected, weight in contradicting if weight() < limits[objected]}
    return min(found, key=lambda each: each.reason, default=None)


TWINS = Objection("twins", "Same birthday, different given names.")
BIRTH_DATES = Objection("birth_date", "Two different birth dates.")
HOUSEHOLD = Objection("household", "The given names point to two people of one household.")


AGREED_BIRTHDAYS = frozenset({"exact", "swapped", "slip", "close"})


def _contradicting(union: Union) -> list[tuple[Objection, Callable[[], float]]]:
    """Pairs across that contradict in what no pair across agrees on."""
    one_birthday = one_name = False
    dated, named = [], []
    for ours, theirs, weight in union.across():
        level = comparisons.birth_date(ours, theirs)
        one_birthday |= level in AGREED_BIRTHDAYS
        one_name |= are_named_alike(ours, theirs)
        if level == "different":
            dated.append((BIRTH_DATES, weight))
        elif are_named_apart(ours, theirs) or (
            level == "exact" and are_look_alikes(ours, theirs)
        ):
            named.append((TWINS if level == "exact" else HOUSEHOLD, weight))
    return [*(() if one_birthday else dated), *(() if one_name else named)]


def are_named_alike(ours: Features, theirs: Features) -> bool:
    """Two given names in full that are one: the same, its short form, or mistyped."""
    if len(ours.given) < 2 or len(theirs.given) < 2:
        return False
    if ours.given == theirs.given:
        return True
    if are_look_alikes(ours, theirs):
        return False
    return comparisons.given_name(ours, theirs) in ("exact", "nickname", "fuzzy", "swapped")


def are_look_alikes(ours: Features, theirs: Features) -> bool:
    """One letter apart, and that the first: Jayden and Hayden are names, few slips are so."""
    one, other = ours.given, theirs.given
    return min(len(one), len(other)) > 2 and one[0] != other[0] and one[1:] == other[1:]


def _share_personal_identifier(union: Union, model: MatchModel) -> bool:
    return any(
        comparisons.identifier(values, shared) != "different"
        for ours, theirs, _ in union.across()
        for namespace, values in ours.identifiers
        if model.is_personal(namespace) and (shared := dict(theirs.identifiers).get(namespace))
    )


def are_named_apart(ours: Features, theirs: Features) -> bool:
    """Two given names in full that cannot be one, with no name in common."""
    if ours.given == theirs.given or len(ours.given) < 2 or len(theirs.given) < 2:
        return False
    if comparisons.given_name(ours, theirs) != "different":
        return False
    return not (_is_family_name(ours, theirs) or _is_family_name(theirs, ours))


def _is_family_name(ours: Features, theirs: Features) -> bool:
    """A given name that is the other's family name: it stands in the wrong field."""
    return bool(theirs.family) and comparisons.are_close(ours.given, theirs.family)


MOST_ABOVE_JOIN = 3.0  # bits; no pair outweighs the others by being surer than that


def _weak_bridge(union: Union, model: MatchModel) -> Objection | None:
    """Two groups of which the records, taken all together, do not look alike."""
    if len(union.left) == 1 == len(union.right):
        return None
    top, floor = model.join_bits + MOST_ABOVE_JOIN, model.guards.bridge_floor_bits
    weights = sorted(min(top, max(floor, weight())) for _, _, weight in union.across())
    if sum(weights) / len(weights) >= model.guards.bridge_bits:
        return None
    return Objection("weak_bridge", "Taken all together, the two groups do not look alike.")
