"""The story of a cluster: its unions in order, what was refused, its weakest bridge."""

from collections.abc import Collection

from hypothesis import given

from matching.core.cluster_story import Component, Story, tell
from matching.core.clustering import Edge, Node
from matching.core.features import Features
from matching.core.model import default_model
from tests.matching.people import person
from tests.matching.test_clustering import MODEL, World, worlds

ANNA = person("Anna", "Smith", birth_date="1984-03-02", email="anna.smith@example.com")


def component(
    *edges: tuple[int, int, float],
    same: Collection[tuple[int, int]] = (),
    different: Collection[tuple[int, int]] = (),
    people: dict[int, Features] | None = None,
) -> Component:
    """Four records of Anna, unless `people` says otherwise, and what ties them."""
    found = dict.fromkeys(range(4), ANNA) | (people or {})
    return Component(
        nodes={pk: Node(pk, ("crm", str(pk)), features) for pk, features in found.items()},
        edges=[Edge(*edge) for edge in edges],
        same=same,
        different=different,
        model=default_model(),
    )


def unions(story: Story) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(step.left, step.right) for step in story.steps]


def test_the_strongest_links_join_first_and_each_step_names_both_groups() -> None:
    story = tell(component((0, 1, 20.0), (1, 2, 9.0), (2, 3, 12.0)), range(4))

    assert unions(story) == [((0,), (1,)), ((2,), (3,)), ((0, 1), (2, 3))]
    assert [step.weight_bits for step in story.steps] == [20.0, 12.0, 9.0]


def test_what_a_person_said_comes_before_every_link_and_bears_no_weight() -> None:
    story = tell(component((0, 1, 20.0), (1, 2, 9.0), same=[(2, 3)]), range(4))

    assert unions(story)[0] == ((2,), (3,))
    assert story.steps[0].weight_bits is None


def test_a_link_between_records_that_are_together_already_is_no_step() -> None:
    story = tell(component((0, 1, 20.0), (1, 2, 19.0), (0, 2, 18.0)), range(3))

    assert len(story.steps) == 2


def test_the_weakest_bridge_tells_what_would_fall_apart_without_it() -> None:
    story = tell(component((0, 1, 20.0), (1, 2, 9.0), (2, 3, 12.0)), range(4))

    assert story.bridge is not None
    assert (story.bridge.lo, story.bridge.hi, story.bridge.weight_bits) == (1, 2, 9.0)
    assert story.bridge.without == ((0, 1), (2, 3))


def test_a_bridge_that_another_link_replaces_breaks_nothing() -> None:
    story = tell(component((0, 1, 20.0), (1, 2, 9.0), (0, 2, 8.0)), range(3))

    assert story.bridge is not None
    assert story.bridge.without == ((0, 1, 2),)


def test_a_cluster_that_people_made_alone_has_no_bridge() -> None:
    assert tell(component(same=[(0, 1)]), [0, 1]).bridge is None


def test_a_refused_union_is_told_with_its_reason() -> None:
    son = person("Anna", "Smith", suffix="Jr", email="anna.smith@example.com")
    mother = person("Anna", "Smith", suffix="Sr", email="anna.smith@example.com")

    story = tell(component((0, 1, 20.0), people={0: mother, 1: son}), [0])

    assert story.steps == ()
    assert [each.reason for each in story.refused] == ["generation"]


def test_records_told_apart_are_told_as_refused() -> None:
    story = tell(component((0, 1, 20.0), different=[(0, 1)]), [0])

    assert [each.reason for each in story.refused] == ["different"]


@given(world=worlds())
def test_the_steps_of_all_clusters_end_in_the_clusters_themselves(world: World) -> None:
    whole = Component(world.nodes, world.edges, world.same, world.different, MODEL, world.held)
    cluster_of = world.solve().cluster_of
    for root in set(cluster_of.values()):
        cluster = {pk for pk, each in cluster_of.items() if each == root}

        story = tell(whole, cluster)

        together = {frozenset((pk,)) for pk in cluster}
        for step in story.steps:
            left, right = frozenset(step.left), frozenset(step.right)
            together = (together - {left, right}) | {left | right}
        assert together == {frozenset(cluster)}
        assert len(story.steps) == len(cluster) - 1
        if story.bridge is not None:
            assert {pk for group in story.bridge.without for pk in group} == cluster
            linked = [s.weight_bits for s in story.steps if s.weight_bits is not None]
            assert story.bridge.weight_bits == min(linked)
