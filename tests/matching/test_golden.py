"""The golden stories: what a careful steward would say, in plain files under `golden/`."""

from itertools import combinations
from random import Random

import pytest

from matching.core.scoring import score
from profiles.ingest.records import ReadRow
from profiles.models import SourceRecord
from tests.matching.arrivals import deliver, open_cases, profile_of, record, resolve, say
from tests.matching.golden.stories import (
    MODEL,
    Outcome,
    Story,
    all_stories,
    check,
    features_in,
    play,
    read,
    read_story,
)
from tests.profiles.customers import make_source

STORIES = all_stories()


def _not_yet(story: Story) -> pytest.MarkDecorator:
    """The engine does not get this one right yet, and must go on failing until it does."""
    return pytest.mark.xfail(reason=story.not_yet, strict=True, raises=AssertionError)


CASES = [
    pytest.param(each, id=each.name, marks=_not_yet(each) if each.not_yet else ())
    for each in STORIES
]


@pytest.mark.parametrize("story", CASES)
def test_the_outcome_is_what_a_careful_steward_would_say(story: Story) -> None:
    check(story, play(story))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_outcome_does_not_depend_on_the_order_of_arrival(story: Story) -> None:
    expected = play(story)
    for seed in range(3):
        order = Random(seed).sample(list(story.rows), len(story.rows))
        assert play(story, order=order) == expected


def test_no_one_of_one_story_would_join_anyone_of_another() -> None:
    """People invented apart from each other; names and places of some are common ones."""
    people = [
        (story.name, name, each)
        for story in STORIES
        for name, each in features_in(story).items()
    ]
    joined = [
        (one, other)
        for (plot, one, ours), (other_plot, other, theirs) in combinations(people, 2)
        if plot != other_plot and score(MODEL, ours, theirs).weight_bits >= MODEL.join_bits
    ]
    assert joined == []


ON_THE_DATABASE = (
    "twins",
    "maiden_name",
    "flat_mates",
    "company_phone",
    "junk_everything",
    "two_national_numbers",
    "two_numbers_said_to_be_one",
    "clerk_mixed_two_people",
    "told_apart_in_a_crowd_of_records",
    "till_number",
)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ON_THE_DATABASE)
def test_what_is_stored_is_what_the_story_says(name: str) -> None:
    story = read_story(name)

    check(story, lived(story))


def lived(story: Story) -> Outcome:
    """Let the rows of a story arrive and people say what they said; return what is stored."""
    sources = sorted({name.partition("-")[0] for name in story.rows})
    for source in sources:
        make_source(source, stage="auto")
        rows = {name: row for name, row in story.rows.items() if name.startswith(f"{source}-")}
        deliver(source, *(ReadRow(dict(row), read(name, row)) for name, row in rows.items()))
    resolve()
    for verdict, pairs in (("same", story.same), ("different", story.different)):
        for one, other in pairs:
            say(verdict, _record(one), _record(other))
    resolve()
    customer_of = {name: f"{profile_of(_record(name)).pk}" for name in story.rows}
    asked = {frozenset(customer_of[name] for _, name in pair) for pair, _, _ in open_cases()}
    return Outcome(customer_of=customer_of, asked=asked, weights={})


def _record(name: str) -> SourceRecord:
    return record(name.partition("-")[0], name)
