"""Who belongs together: a pure function of records, links and what people said.

Constrained Kruskal in a total order. Decisions "same" first, then links by weight, then by
record keys; a union is refused where it would bring two records together that a person told
apart (also through third records), where a guard objects, or where one side is locked: no link
joins anything to records that are held together, and these end together whatever ties them.
"Same" overrules guards and locks, never "different". The result depends on the set of inputs
alone, and solving one connected component gives the same as solving the world.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import NamedTuple

from matching.core.features import Features
from matching.core.guards import Objection, Union, objection
from matching.core.model import MatchModel
from matching.core.scoring import score

Pair = tuple[int, int]
Key = tuple[str, str]


class Node(NamedTuple):
    """A record. `key` is (source slug, external id): the only tie-break, never the id."""

    id: int
    key: Key
    features: Features


class Edge(NamedTuple):
    """A link at or above the join threshold."""

    lo: int
    hi: int
    weight_bits: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A link that did not join. Reasons: different, identifier, generation, birth_date, twins,
    household, weak_bridge, size, locked."""

    lo: int
    hi: int
    weight_bits: float
    reason: str
    detail: str


@dataclass(frozen=True)
class Partition:
    """`cluster_of` maps each record to the record with the smallest key of its cluster."""

    cluster_of: dict[int, int]
    refused: list[Refusal] = field(default_factory=list)


def partition(
    nodes: Mapping[int, Node],
    edges: Sequence[Edge],
    *,
    same: Collection[Pair],
    different: Collection[Pair],
    model: MatchModel,
    held: Iterable[Collection[int]] = (),
) -> Partition:
    """Cluster the records. Edges and verdicts name nodes that exist; pairs come in any order.

    `held` are sets of records that are locked together. A refused link is reported unless its
    ends met in another way.
    """
    sets = list(held)
    groups = _Groups(nodes, edges, different, model, sets)
    for lo, hi in sorted(same, key=lambda pair: _pair_key(nodes, *pair)):
        groups.obey(lo, hi)
    refused = []
    for edge in sorted(edges, key=lambda e: (-e.weight_bits, _pair_key(nodes, e.lo, e.hi))):
        found = groups.join(edge.lo, edge.hi)
        if found:
            refused.append(
                Refusal(edge.lo, edge.hi, edge.weight_bits, found.reason, found.detail)
            )
    for lo, hi in held_pairs(nodes, sets):
        groups.obey(lo, hi)
    cluster_of = groups.representatives()
    return Partition(
        cluster_of, [each for each in refused if cluster_of[each.lo] != cluster_of[each.hi]]
    )


def _pair_key(nodes: Mapping[int, Node], lo: int, hi: int) -> tuple[Key, Key]:
    first, second = sorted((nodes[lo].key, nodes[hi].key))
    return first, second


def held_pairs(nodes: Mapping[int, Node], held: Iterable[Collection[int]]) -> list[Pair]:
    """Pairs that tie each set of held records together, in an order of their keys alone."""
    in_order = (sorted(each, key=lambda pk: nodes[pk].key) for each in held)
    pairs = {pair for each in in_order for pair in pairwise(each)}
    return sorted(pairs, key=lambda pair: _pair_key(nodes, *pair))


class _Groups:
    """The clusters so far: members, forbidden neighbours and locks of each."""

    def __init__(
        self,
        nodes: Mapping[int, Node],
        edges: Iterable[Edge],
        different: Iterable[Pair],
        model: MatchModel,
        held: Iterable[Collection[int]] = (),
    ) -> None:
        self._nodes, self._model = nodes, model
        self._root = {pk: pk for pk in nodes}
        self._members = {pk: [pk] for pk in nodes}
        self._foes: dict[int, set[int]] = {}
        self._weights = {_ordered(edge.lo, edge.hi): edge.weight_bits for edge in edges}
        for lo, hi in different:
            self._foes.setdefault(lo, set()).add(hi)
            self._foes.setdefault(hi, set()).add(lo)
        self._locks: dict[int, set[int]] = {}
        for number, each in enumerate(held):
            for pk in each:
                self._locks.setdefault(pk, set()).add(number)

    def obey(self, lo: int, hi: int) -> None:
        """Join on a person's word; only another person's word stands against it."""
        left, right = self._root[lo], self._root[hi]
        if left != right and not self._are_foes(left, right):
            self._unite(left, right)

    def join(self, lo: int, hi: int) -> Objection | None:
        """Join on a link, or say why not; `None` also where the two are together already."""
        left, right = self._root[lo], self._root[hi]
        if left == right:
            return None
        if self._are_foes(left, right):
            return Objection("different", "Someone said that these are different people.")
        found = objection(self._union(left, right), self._model) or self._lock(left, right)
        if found is None:
            self._unite(left, right)
        return found

    def representatives(self) -> dict[int, int]:
        smallest = {
            root: min(members, key=lambda pk: self._nodes[pk].key)
            for root, members in self._members.items()
        }
        return {pk: smallest[self._root[pk]] for pk in self._nodes}

    def _are_foes(self, left: int, right: int) -> bool:
        foes = self._foes.get(left)
        return bool(foes) and any(self._root[foe] == right for foe in foes or ())

    def _lock(self, left: int, right: int) -> Objection | None:
        """Records held together may meet on a link; nobody else comes to them by one."""
        ours, theirs = self._locks.get(left, set()), self._locks.get(right, set())
        if ours == theirs or ours & theirs:
            return None
        return Objection("locked", "A steward locked one of them as it is.")

    def _union(self, left: int, right: int) -> Union:
        ours, theirs = self._members[left], self._members[right]
        return Union(
            left=[self._nodes[pk].features for pk in ours],
            right=[self._nodes[pk].features for pk in theirs],
            weigh=lambda i, j: self._weight(ours[i], theirs[j]),
        )

    def _unite(self, left: int, right: int) -> None:
        if len(self._members[left]) < len(self._members[right]):
            left, right = right, left
        for pk in self._members[right]:
            self._root[pk] = left
        self._members[left] += self._members.pop(right)
        if right in self._foes:
            self._foes.setdefault(left, set()).update(self._foes.pop(right))
        if right in self._locks:
            self._locks.setdefault(left, set()).update(self._locks.pop(right))

    def _weight(self, one: int, other: int) -> float:
        pair = _ordered(one, other)
        if pair not in self._weights:
            features = (self._nodes[pair[0]].features, self._nodes[pair[1]].features)
            self._weights[pair] = score(self._model, *features).weight_bits
        return self._weights[pair]


def _ordered(lo: int, hi: int) -> Pair:
    return (lo, hi) if lo < hi else (hi, lo)


def contradiction(
    same: Collection[Pair], different: Collection[Pair], held: Iterable[Collection[int]] = ()
) -> list[int] | None:
    """Return a chain of records, each said to be the same as the next or locked together with
    it, whose ends were told apart; `None` where the decisions agree. The shortest chain of the
    first such pair."""
    neighbours: dict[int, list[int]] = {}
    beside: dict[int, list[list[int]]] = {}  # one list for all of a set, which may be large
    for each in map(sorted, held):
        for pk in each:
            beside.setdefault(pk, []).append(each)
    for lo, hi in sorted(same):
        neighbours.setdefault(lo, []).append(hi)
        neighbours.setdefault(hi, []).append(lo)
    for lo, hi in sorted(_ordered(*pair) for pair in different):
        found = _chain(neighbours, beside, lo, hi)
        if found:
            return found
    return None


def _chain(
    neighbours: Mapping[int, list[int]],
    beside: Mapping[int, list[list[int]]],
    start: int,
    end: int,
) -> list[int] | None:
    came_from = {start: start}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here == end:
            way = [here]
            while way[-1] != start:
                way.append(came_from[way[-1]])
            return way[::-1]
        for pk in chain(neighbours.get(here, ()), *beside.get(here, ())):
            if pk not in came_from:
                came_from[pk] = here
                queue.append(pk)
    return None
