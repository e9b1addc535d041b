"""How sure it is that the records of one profile are one person, in words and without numbers.

A group is as sure as the weakest link it needs: the smallest weight in its maximum spanning
tree, in which a steward's word counts more than any weight.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

from matching.models import Decision, Hold, Link, ReviewCase
from matching.review import cases_of
from profiles.desk.values import joined_records
from profiles.models import Profile, SourceRecord

STRONG_BITS = 5.0  # above the join threshold: 32 times the odds that joining asks for
Pair = tuple[int, int]


class Confidence(StrEnum):
    ALONE = "alone"
    CONFIRMED = "confirmed"
    STRONG = "strong"
    PROBABLE = "probable"
    UNDER_REVIEW = "under_review"


@dataclass(frozen=True, slots=True)
class Bridge:
    """The weakest link a group needs to hold together, and who stands on its smaller side."""

    lo: int
    hi: int
    weight_bits: float
    side: frozenset[int]

    @property
    def in_order(self) -> list[int]:
        """The smaller side, as addresses name it."""
        return sorted(self.side)


@dataclass(frozen=True, slots=True)
class Tie:
    """A reason two records are together: a link with its weight, a word of somebody, a lock."""

    lo: int
    hi: int
    weight_bits: float
    is_said: bool = False
    is_held: bool = False


def confidence_of(profile: Profile, *, join_bits: float) -> Confidence:
    """Return the word for a profile. At most three queries, whatever its size."""
    members = {record.pk for record in joined_records(profile)}
    if len(members) < 2:
        return Confidence.ALONE
    if _asked_about(profile, members):
        return Confidence.UNDER_REVIEW
    return judge(members, ties_among(members), join_bits=join_bits)


def confidences_of(profiles: Collection[Profile], *, join_bits: float) -> dict[str, Confidence]:
    """The word for each of some profiles, by id. Three queries, however many there are."""
    groups: dict[str, set[int]] = {profile.pk: set() for profile in profiles}
    rows = SourceRecord.objects.live().filter(membership__profile__in=groups)
    for pk, record in rows.values_list("membership__profile_id", "pk"):
        groups[pk].add(record)
    together = {pk for group in groups.values() if len(group) > 1 for pk in group}
    asked = ReviewCase.objects.open().filter(lo__in=together, hi__in=together)
    pairs, ties = list(asked.values_list("lo_id", "hi_id")), ties_among(together)
    return {pk: _word_for(group, pairs, ties, join_bits) for pk, group in groups.items()}


def _word_for(
    group: Collection[int], asked: Iterable[Pair], ties: Iterable[Tie], join_bits: float
) -> Confidence:
    """The word for one group out of what is known about several. Pure."""
    if len(group) < 2:
        return Confidence.ALONE
    if any(lo in group and hi in group for lo, hi in asked):
        return Confidence.UNDER_REVIEW
    inside = [tie for tie in ties if tie.lo in group and tie.hi in group]
    return judge(group, inside, join_bits=join_bits)


def _asked_about(profile: Profile, members: Collection[int]) -> set[int]:
    """Members of pairs, both of them joined here, that a steward is asked about."""
    pairs = [{case.lo, case.hi} for case in cases_of(profile)]
    return {pk for pair in pairs if pair <= set(members) for pk in pair}


def doubted_records(profile: Profile, record_ids: Collection[int]) -> set[int]:
    """Of the joined records, oldest first, those a steward is asked about. One query.

    A customer answers to the oldest record, so of a pair with it the other one is in doubt.
    """
    return _asked_about(profile, record_ids) - set(list(record_ids)[:1])


def ties_among(members: Collection[int]) -> list[Tie]:
    """What holds these records together now. One query."""
    links = Link.objects.filter(lo__in=members, hi__in=members)
    said = Decision.objects.binding().filter(
        verdict=Decision.Verdict.SAME, lo__in=members, hi__in=members
    )
    held_by = Hold.objects.binding().filter(record__in=members)
    ends, lock = ("record_id", F("record_id")), Cast("lock", TextField())
    rows = links.values_list("lo_id", "hi_id", "weight_bits", Value(""), Value("")).union(
        said.values_list("lo_id", "hi_id", Value(0.0), Value("said"), Value("")),
        held_by.values_list(*ends, Value(0.0), Value("held"), lock),
        all=True,
    )
    found: list[Tie] = []
    held: list[tuple[str, int]] = []
    for lo, hi, weight_bits, kind, name in rows:
        if kind == "held":
            held.append((name, lo))
        else:
            found.append(Tie(lo, hi, weight_bits, is_said=kind == "said"))
    return found + _held_ties(held)


def _held_ties(held: Iterable[tuple[str, int]]) -> list[Tie]:
    """Ties that lead through the records of each lock, in order."""
    return [
        Tie(lo, hi, 0.0, is_held=True)
        for (lock, lo), (other, hi) in pairwise(sorted(held))
        if lock == other
    ]


def judge(members: Collection[int], ties: Iterable[Tie], *, join_bits: float) -> Confidence:
    """The word for a group of at least two records. Pure."""
    known = list(ties)
    tree = spanning_tree(members, known)
    if len(tree) < len(members) - 1:
        return Confidence.UNDER_REVIEW  # nothing stored holds it together any more
    if sum(tie.is_held for tie in known) == len(members) - 1:
        return Confidence.CONFIRMED  # somebody looked at all of it, and locked it
    links = [tie.weight_bits for tie in tree if not tie.is_said]
    if any(bits < join_bits + STRONG_BITS for bits in links):
        return Confidence.PROBABLE
    return Confidence.CONFIRMED if len(links) < len(tree) else Confidence.STRONG


def spanning_tree(members: Collection[int], ties: Iterable[Tie]) -> list[Tie]:
    """The ties of a maximum spanning forest, said ones first, then by falling weight; a lock
    where nothing else ties."""
    root = {member: member for member in members}
    tree = []
    order = sorted(
        ties,
        key=lambda tie: (tie.is_held, not tie.is_said, -tie.weight_bits, tie.lo, tie.hi),
    )
    for tie in order:
        low, high = _root(root, tie.lo), _root(root, tie.hi)
        if low != high:
            root[high] = low
            tree.append(tie)
    return tree


def weakest_bridge(members: Collection[int], ties: Iterable[Tie]) -> Bridge | None:
    """The weakest link of the tree and the smaller group it ties on; none without links."""
    tree = spanning_tree(members, ties)
    links = [tie for tie in tree if not tie.is_said and not tie.is_held]
    if not links:
        return None
    weakest = links[-1]
    root = {member: member for member in members}
    for tie in tree:
        if tie is not weakest:
            root[_root(root, tie.hi)] = _root(root, tie.lo)
    cut = _root(root, weakest.hi)
    side = frozenset(member for member in members if _root(root, member) == cut)
    smaller = min(side, frozenset(members) - side, key=lambda group: (len(group), min(group)))
    return Bridge(weakest.lo, weakest.hi, weakest.weight_bits, smaller)


def _root(root: dict[int, int], member: int) -> int:
    while root[member] != member:
        root[member] = root[root[member]]
        member = root[member]
    return member


def open_questions(profile: Profile) -> int:
    """How many other profiles may be the same person, by open cases. One query."""
    cases = [case for case in cases_of(profile) if not case.is_inside]
    return len({frozenset((case.lo_profile, case.hi_profile)) for case in cases})


def strongest_ties(members: Collection[int], ties: Iterable[Tie]) -> Mapping[int, Tie]:
    """Each record's strongest tie to another one of the group."""
    best: dict[int, Tie] = {}
    for tie in sorted(ties, key=lambda tie: (not tie.is_held, tie.is_said, tie.weight_bits)):
        best[tie.lo] = best[tie.hi] = tie
    return {member: best[member] for member in members if member in best}
