"""How one cluster came about: the unions in order, those refused, and its weakest bridge.

The same constrained clustering as `matching.core.clustering`, told step by step. Plain Python.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from matching.core.clustering import (
    Edge,
    Node,
    Pair,
    Refusal,
    _Groups,
    _pair_key,
    held_pairs,
    partition,
)
from matching.core.model import MatchModel


@dataclass(frozen=True, slots=True)
class Step:
    """Two groups became one by the pair `lo`, `hi`; records in the order of their keys.

    `weight_bits` is that of the link; `None` where a person said "same" or locked them.
    """

    lo: int
    hi: int
    weight_bits: float | None
    left: tuple[int, ...]
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The weakest link a union needed, and the groups the cluster would be without it.

    One group means that other links would hold it together all the same.
    """

    lo: int
    hi: int
    weight_bits: float
    without: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Story:
    """`steps` lead from single records to the cluster; `bridge` is `None` without links."""

    steps: tuple[Step, ...]
    refused: tuple[Refusal, ...]
    bridge: Bridge | None


@dataclass(frozen=True)
class Component:
    """All records that links and words tie together, with both: what clustering looks at."""

    nodes: Mapping[int, Node]
    edges: Sequence[Edge]
    same: Collection[Pair]
    different: Collection[Pair]
    model: MatchModel
    held: Sequence[Collection[int]] = ()

    def in_order(self, records: Collection[int]) -> tuple[int, ...]:
        return tuple(sorted(records, key=lambda pk: self.nodes[pk].key))

    def solved(self, edges: Sequence[Edge]) -> tuple[dict[int, int], list[Refusal]]:
        found = partition(
            self.nodes,
            edges,
            same=self.same,
            different=self.different,
            model=self.model,
            held=self.held,
        )
        return found.cluster_of, found.refused


def tell(component: Component, cluster: Collection[int]) -> Story:
    """Tell the story of one cluster of a component; `cluster` holds the ids of its records.

    Costs as much as clustering the component twice.
    """
    _, refused = component.solved(component.edges)
    steps = tuple(step for step in _steps(component) if step.lo in cluster)
    return Story(
        steps=steps,
        refused=tuple(each for each in refused if each.lo in cluster or each.hi in cluster),
        bridge=_weakest(component, steps, cluster),
    )


def _steps(component: Component) -> list[Step]:
    """Every union of the component, in the order in which clustering makes them."""
    nodes = component.nodes
    groups = _Groups(
        nodes, component.edges, component.different, component.model, component.held
    )
    members = {pk: [pk] for pk in nodes}
    steps: list[Step] = []

    def note(lo: int, hi: int, weight_bits: float | None) -> None:
        """Compare who belonged together before with who does now."""
        ours, theirs = members[lo], members[hi]
        if ours is theirs:
            return
        root_of = groups.representatives()
        if root_of[lo] != root_of[hi]:
            return
        sides = component.in_order(ours), component.in_order(theirs)
        steps.append(Step(lo, hi, weight_bits, *sides))
        together = [*ours, *theirs]
        members.update(dict.fromkeys(together, together))

    for lo, hi in sorted(component.same, key=lambda pair: _pair_key(nodes, *pair)):
        groups.obey(lo, hi)
        note(lo, hi, None)
    for edge in sorted(
        component.edges, key=lambda e: (-e.weight_bits, _pair_key(nodes, e.lo, e.hi))
    ):
        groups.join(edge.lo, edge.hi)
        note(edge.lo, edge.hi, edge.weight_bits)
    for lo, hi in held_pairs(nodes, component.held):
        groups.obey(lo, hi)
        note(lo, hi, None)
    return steps


def _weakest(
    component: Component, steps: Sequence[Step], cluster: Collection[int]
) -> Bridge | None:
    """The link with the least weight among the unions; the latest of several."""
    links = [(step.weight_bits, step) for step in steps if step.weight_bits is not None]
    if not links:
        return None
    weight_bits, weakest = min(reversed(links), key=lambda link: link[0])
    pair = {weakest.lo, weakest.hi}
    others = [edge for edge in component.edges if {edge.lo, edge.hi} != pair]
    cluster_of, _ = component.solved(others)
    groups: dict[int, list[int]] = {}
    for pk in component.in_order(cluster):
        groups.setdefault(cluster_of[pk], []).append(pk)
    without = tuple(tuple(group) for group in groups.values())
    return Bridge(weakest.lo, weakest.hi, weight_bits, without)
