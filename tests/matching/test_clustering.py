"""The partition: a pure function of links and decisions, checked against a slow twin."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from matching.core.clustering import Edge, Key, Node, Partition, contradiction, partition
from matching.core.features import Features
from matching.core.guards import Union, objection
from matching.core.model import default_model
from matching.core.scoring import score
from tests.matching.people import people, person

MODEL = default_model()
Pair = tuple[int, int]


@dataclass(frozen=True)
class World:
    nodes: dict[int, Node]
    edges: list[Edge]
    same: list[Pair]
    different: list[Pair]
    held: list[frozenset[int]] = field(default_factory=list)

    def solve(self) -> Partition:
        return partition(
            self.nodes,
            self.edges,
            same=self.same,
            different=self.different,
            model=MODEL,
            held=self.held,
        )


SIZES = st.integers(2, 9)
WEIGHTS = st.sampled_from((3.0, 5.0, 5.0, 9.0, 20.0))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to nine records of a few look-alikes, random links, now and then a word or a lock."""
    size = draw(SIZES)
    records = [draw(people()) for _ in range(size)]
    nodes = {pk: Node(pk, ("crm", f"r{pk:02}"), each) for pk, each in enumerate(records)}
    pairs = [(lo, hi) for lo in range(size) for hi in range(lo + 1, size)]
    linked = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14))
    said = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4))
    half = draw(st.integers(0, len(said)))
    ends = draw(st.lists(st.integers(0, size), unique=True, max_size=3).map(sorted))
    order = draw(st.permutations(range(size)))
    return World(
        nodes=nodes,
        edges=[Edge(lo, hi, draw(WEIGHTS)) for lo, hi in linked],
        same=said[:half],
        different=said[half:],
        held=[frozenset(order[start:end]) for start, end in pairwise(ends)],
    )


def groups(world: World, found: Partition) -> set[frozenset[tuple[str, str]]]:
    """Clusters as sets of record keys."""
    members: dict[int, set[tuple[str, str]]] = {}
    for pk, root in found.cluster_of.items():
        members.setdefault(root, set()).add(world.nodes[pk].key)
    return {frozenset(each) for each in members.values()}


def refusals(world: World, found: Partition) -> set[tuple[frozenset[tuple[str, str]], str]]:
    return {
        (frozenset((world.nodes[each.lo].key, world.nodes[each.hi].key)), each.reason)
        for each in found.refused
    }


def slow_twin(world: World) -> set[frozenset[tuple[str, str]]]:
    """The rule of the house, spelt out with sets and no cleverness."""
    clusters: list[set[int]] = [{pk} for pk in world.nodes]
    weight = {frozenset((e.lo, e.hi)): e.weight_bits for e in world.edges}

    def cluster(pk: int) -> set[int]:
        return next(each for each in clusters if pk in each)

    def weigh(one: int, other: int) -> float:
        features = (world.nodes[one].features, world.nodes[other].features)
        pair = frozenset((one, other))
        return weight[pair] if pair in weight else score(MODEL, *features).weight_bits

    def are_told_apart(ours: set[int], theirs: set[int]) -> bool:
        told = {frozenset(pair) for pair in world.different}
        return any(frozenset(pair) in told for pair in product(ours, theirs))

    def join(ours: set[int], theirs: set[int]) -> None:
        clusters.remove(theirs)
        ours |= theirs

    def is_shut(ours: set[int], theirs: set[int]) -> bool:
        locks = [{n for n, held in enumerate(world.held) if held & s} for s in (ours, theirs)]
        return any(locks) and not locks[0] & locks[1]

    def keys(lo: int, hi: int) -> list[tuple[str, str]]:
        return sorted((world.nodes[lo].key, world.nodes[hi].key))

    for lo, hi in sorted(world.same, key=lambda pair: keys(*pair)):
        if cluster(lo) is not cluster(hi) and not are_told_apart(cluster(lo), cluster(hi)):
            join(cluster(lo), cluster(hi))
    for edge in sorted(world.edges, key=lambda e: (-e.weight_bits, keys(e.lo, e.hi))):
        ours, theirs = cluster(edge.lo), cluster(edge.hi)
        if ours is theirs or are_told_apart(ours, theirs):
            continue
        left, right = sorted(ours), sorted(theirs)
        union = Union(
            [world.nodes[pk].features for pk in left],
            [world.nodes[pk].features for pk in right],
            lambda i, j, left=left, right=right: weigh(left[i], right[j]),  # type: ignore[misc]  # defaults bind the loop's values
        )
        if objection(union, MODEL) is None and not is_shut(ours, theirs):
            join(ours, theirs)
    tied = [pair for held in world.held for pair in pairwise(sorted(held, key=key_of(world)))]
    for lo, hi in sorted(tied, key=lambda pair: keys(*pair)):
        if cluster(lo) is not cluster(hi) and not are_told_apart(cluster(lo), cluster(hi)):
            join(cluster(lo), cluster(hi))
    return {frozenset(world.nodes[pk].key for pk in each) for each in clusters}


def key_of(world: World) -> Callable[[int], Key]:
    return lambda pk: world.nodes[pk].key


@given(worlds())
def test_it_equals_the_slow_obvious_twin(world: World) -> None:
    assert groups(world, world.solve()) == slow_twin(world)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(world: World, dice: random.Random) -> None:
    shuffled = shuffle(world, dice)

    before, after = world.solve(), shuffled.solve()

    assert groups(world, before) == groups(shuffled, after)
    assert refusals(world, before) == refusals(shuffled, after)


def shuffle(world: World, dice: random.Random) -> World:
    """The same facts with other ids, in another order, pairs turned about."""
    fresh = dice.sample(range(100, 1000), len(world.nodes))
    new = dict(zip(world.nodes, fresh, strict=True))

    def turned(pairs: Sequence[Pair]) -> list[Pair]:
        both = [(new[lo], new[hi]) for lo, hi in pairs]
        mixed = [(hi, lo) if dice.random() < 0.5 else (lo, hi) for lo, hi in both]
        return dice.sample(mixed, len(mixed))

    edges = [
        Edge(min(p), max(p), e.weight_bits)
        for e in world.edges
        for p in [(new[e.lo], new[e.hi])]
    ]
    nodes = [Node(new[node.id], node.key, node.features) for node in world.nodes.values()]
    return World(
        nodes={node.id: node for node in dice.sample(nodes, len(nodes))},
        edges=dice.sample(edges, len(edges)),
        same=turned(world.same),
        different=turned(world.different),
        held=dice.sample(
            [frozenset(new[pk] for pk in each) for each in world.held], len(world.held)
        ),
    )


@given(worlds())
def test_what_people_decided_holds(world: World) -> None:
    found = world.solve().cluster_of

    assert all(found[lo] != found[hi] for lo, hi in world.different)
    if contradiction(world.same, world.different, world.held) is None:
        assert all(found[lo] == found[hi] for lo, hi in world.same)
        assert all(len({found[pk] for pk in held}) < 2 for held in world.held)


@given(worlds())
def test_solving_each_component_alone_is_solving_the_world(world: World) -> None:
    whole = world.solve()
    alone = [part.solve() for part in components(world)]

    assert whole.cluster_of == {
        pk: root for part in alone for pk, root in part.cluster_of.items()
    }
    assert sorted(map(repr, whole.refused)) == sorted(repr(e) for p in alone for e in p.refused)


def components(world: World) -> list[World]:
    """Split a world where neither link nor decision connects its records."""
    ties = [(e.lo, e.hi) for e in world.edges] + world.same + world.different
    ties += [pair for held in world.held for pair in pairwise(sorted(held))]
    parts: list[set[int]] = [{pk} for pk in world.nodes]
    for lo, hi in ties:
        met = [part for part in parts if lo in part or hi in part]
        parts = [part for part in parts if part not in met] + [set().union(*met)]
    return [
        World(
            nodes={pk: world.nodes[pk] for pk in sorted(part)},
            edges=[edge for edge in world.edges if edge.lo in part],
            same=[pair for pair in world.same if pair[0] in part],
            different=[pair for pair in world.different if pair[0] in part],
            held=[each for each in world.held if not each.isdisjoint(part)],
        )
        for part in parts
    ]


@given(worlds())
def test_a_cluster_answers_to_its_smallest_key(world: World) -> None:
    found = world.solve().cluster_of

    for pk, root in found.items():
        assert found[root] == root
        assert world.nodes[root].key <= world.nodes[pk].key


@given(worlds())
def test_every_link_either_joins_or_is_refused(world: World) -> None:
    found = world.solve()
    refused = {(each.lo, each.hi) for each in found.refused}

    for edge in world.edges:
        apart = found.cluster_of[edge.lo] != found.cluster_of[edge.hi]
        assert apart == ((edge.lo, edge.hi) in refused)


def three(*features: Features) -> dict[int, Node]:
    return {pk: Node(pk, ("crm", str(pk)), each) for pk, each in enumerate(features, start=1)}


def test_told_apart_holds_through_a_third_record() -> None:
    anna = person("Anna", "Smith", email="anna@example.com")
    world = World(three(anna, anna, anna), [Edge(1, 2, 20.0), Edge(2, 3, 19.0)], [], [(1, 3)])

    found = world.solve()

    assert found.cluster_of == {1: 1, 2: 1, 3: 3}
    assert [(each.lo, each.hi, each.reason) for each in found.refused] == [(2, 3, "different")]


def test_a_steward_overrules_a_guard_and_never_another_steward() -> None:
    junior, senior = person("Frank", "Banks Jr"), person("Frank", "Banks Sr")
    nodes = three(junior, senior)

    assert World(nodes, [Edge(1, 2, 30.0)], [], []).solve().cluster_of == {1: 1, 2: 2}
    assert World(nodes, [], [(1, 2)], []).solve().cluster_of == {1: 1, 2: 1}
    assert World(nodes, [], [(1, 2)], [(2, 1)]).solve().cluster_of == {1: 1, 2: 2}


def test_no_link_joins_anything_to_a_locked_customer_and_none_is_needed_inside() -> None:
    anna = person("Anna", "Smith", email="anna@example.com")
    stranger = person("Boris", "Yilmaz")
    world = World(
        three(anna, stranger, anna, anna), [Edge(1, 3, 20.0), Edge(3, 4, 9.0)], [], []
    )

    locked = replace(world, held=[frozenset({1, 2})]).solve()

    assert world.solve().cluster_of == {1: 1, 2: 2, 3: 1, 4: 1}
    assert locked.cluster_of == {1: 1, 2: 1, 3: 3, 4: 3}
    assert [(each.lo, each.hi, each.reason) for each in locked.refused] == [(1, 3, "locked")]


def test_a_person_overrules_a_lock_and_links_still_do_not() -> None:
    anna = person("Anna", "Smith", email="anna@example.com")
    nodes, edges = three(anna, anna, anna), [Edge(2, 3, 20.0)]

    found = World(nodes, edges, [(1, 2)], [], [frozenset({1})]).solve()

    assert found.cluster_of == {1: 1, 2: 1, 3: 3}
    assert [each.reason for each in found.refused] == ["locked"]


def test_what_contradicts_a_lock_is_told_through_it() -> None:
    assert contradiction([(1, 2)], [(2, 4)], [{4, 1, 7}]) == [2, 1, 4]
    assert contradiction([(1, 2)], [(2, 3)], [{1, 4}]) is None


def test_a_contradiction_is_told_as_the_chain_of_records() -> None:
    assert contradiction([(1, 2), (3, 2)], [(3, 1)]) == [1, 2, 3]
    assert contradiction([(1, 2)], [(1, 3)]) is None
    assert contradiction([], []) is None


@given(worlds())
def test_a_contradiction_is_a_real_chain(world: World) -> None:
    chain = contradiction(world.same, world.different, world.held)

    if chain is not None:
        said = {frozenset(pair) for pair in world.same}
        for step in map(frozenset, pairwise(chain)):
            assert step in said or any(step <= held for held in world.held)
        assert frozenset((chain[0], chain[-1])) in {frozenset(p) for p in world.different}
