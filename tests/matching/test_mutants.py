"""Whatever guard of matching breaks, a golden story notices.

Each mutant breaks one thing on purpose; the story named beside it passes before and must fail
with the mutant in place. A guard without such a story could be lost unseen.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from matching.core import blocking, clustering, comparisons, features, words
from matching.core.features import Features
from matching.core.guards import Objection, Union, objection
from matching.core.model import MatchModel
from tests.matching.golden.stories import MODEL, check, play, read_story
from tests.matching.people import person
from tests.matching.test_golden import lived

Answer = Callable[..., Any]
NOTICED = r": (together|asked|apart), not "  # what `check` complains of


def always(answer: object) -> Answer:
    """A function that has stopped looking at what it is given."""
    return lambda *args, **more: answer


def first(value: object, *args: object, **more: object) -> object:
    """A step that hands on what it was given."""
    return value


GUARDS = "matching.core.guards"
GROUPS = "matching.core.clustering._Groups"
STORIES = "tests.matching.golden.stories"
_unite = clustering._Groups._unite


def _unite_and_forget_foes(groups: clustering._Groups, left: int, right: int) -> None:
    before = {pk: set(foes) for pk, foes in groups._foes.items()}
    _unite(groups, left, right)
    groups._foes = before


def _slips_are_different(ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    return "exact" if ours == theirs else "different"


@pytest.fixture
def forgetful() -> Iterator[Callable[[], None]]:
    """Forgets what was computed before: now, and whenever the code has changed."""
    forget()
    yield forget
    forget()


def forget() -> None:
    for module in (blocking, comparisons, features, words):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


# What breaks, what stands in its place, and the story that notices.
BROKEN_CODE = [
    (f"{GUARDS}._two_identifiers", always(None), "two_national_numbers"),
    (f"{GUARDS}._stand_together", always(False), "two_numbers_said_to_be_one"),
    (f"{GUARDS}._stand_together", always(True), "two_numbers_said_to_be_one"),
    (f"{GUARDS}._two_generations", always(None), "junior_and_senior_with_one_mailbox"),
    (f"{GUARDS}._contradiction", always(None), "twins_with_one_email"),
    (f"{GUARDS}._weak_bridge", always(None), "clerk_mixed_two_people"),
    (f"{GUARDS}._share_personal_identifier", always(False), "given_name_changed"),
    (f"{GUARDS}._share_personal_identifier", always(True), "twins_with_one_card"),
    (f"{GUARDS}.AGREED_BIRTHDAYS", frozenset(), "mistyped_birthday_among_three"),
    (f"{GUARDS}.are_named_alike", always(False), "goes_by_another_name"),
    (f"{GUARDS}.are_named_alike", always(True), "twins_with_one_email"),
    (f"{GUARDS}.are_named_apart", always(False), "twins_with_one_email"),
    (f"{GUARDS}._is_family_name", always(False), "surname_in_both_fields"),
    (f"{GUARDS}.are_look_alikes", always(False), "twins_with_names_alike"),
    ("matching.core.blocking._house", always(""), "hotel_guests_of_one_given_name"),
    ("matching.core.comparisons.identifier", _slips_are_different, "mistyped_national_number"),
    ("matching.core.comparisons.are_swapped", always(False), "foreign_order_of_names"),
    ("matching.core.clustering.objection", always(None), "guests_between_two"),
    (f"{GROUPS}._are_foes", always(False), "told_apart_through_a_third"),
    (f"{GROUPS}._unite", _unite_and_forget_foes, "told_apart_in_a_crowd_of_records"),
    (f"{GROUPS}.obey", always(None), "said_to_be_one"),
    ("matching.core.scoring.against_both", first, "spouses_with_one_loyalty_card"),
    ("matching.core.scoring.against_both", lambda _, household: household, "only_a_name"),
    (f"{STORIES}.questions", always({}), "two_national_numbers"),
    (f"{STORIES}.without_generic", first, "till_number"),
    ("matching.core.features.GENERATIONS", {}, "junior_and_senior_with_one_mailbox"),
    ("matching.core.mailbox.ROLE_MAILBOXES", frozenset(), "role_mailbox"),
    ("matching.core.mailbox.kind_of", always("personal"), "role_mailbox"),
    ("profiles.mappings.normalise.email", str.lower, "junk_email"),
    ("profiles.mappings.normalise.phone", first, "junk_phone"),
    ("profiles.mappings.normalise.JUNK_DATES", frozenset(), "junk_birth_date"),
]


@pytest.mark.parametrize(("broken", "instead", "story"), BROKEN_CODE)
def test_a_story_notices_when_a_guard_breaks(
    broken: str,
    instead: object,
    story: str,
    forgetful: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = read_story(story)
    check(told, play(told))

    monkeypatch.setattr(broken, instead)
    forgetful()

    with pytest.raises(AssertionError, match=NOTICED):
        check(told, play(told))


def guards(**limits: float) -> MatchModel:
    return replace(MODEL, guards=replace(MODEL.guards, **limits))  # type: ignore[arg-type]  # by name


NEVER, EVERYBODY = -100.0, 10**6
BROKEN_MODELS = [
    ("twins", guards(twins_bits=NEVER), "twins_with_one_email"),
    ("birth dates", guards(birth_date_bits=NEVER), "father_or_junior"),
    ("given names", guards(names_bits=NEVER), "guests_between_two"),
    ("bridges", guards(bridge_bits=NEVER), "clerk_mixed_two_people"),
    ("a family's card is one's own", guards(personal_bits=0.0), "twins_with_one_card"),
    ("one per person", replace(MODEL, one_per_person=frozenset()), "two_national_numbers"),
    (
        "generic values",
        replace(MODEL, limits=dict.fromkeys(MODEL.limits, EVERYBODY)),
        "till_number",
    ),
    ("what is asked joins", replace(MODEL, join_bits=MODEL.review_bits), "only_a_name"),
]


@pytest.mark.parametrize(
    ("model", "story"), [pytest.param(*rest, id=name) for name, *rest in BROKEN_MODELS]
)
def test_a_story_notices_when_a_limit_of_the_model_is_lost(
    model: MatchModel, story: str
) -> None:
    told = read_story(story)
    check(told, play(told))

    with pytest.raises(AssertionError, match=NOTICED):
        check(told, play(told, model=model))


def test_the_size_cap_is_noticed_when_it_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    capped = guards(size_cap=3)
    _no_group_exceeds_the_cap(capped)

    def without_cap(union: Union, model: MatchModel) -> Objection | None:
        return objection(union, guards(size_cap=EVERYBODY))

    monkeypatch.setattr(clustering, "objection", without_cap)

    with pytest.raises(AssertionError, match="exceeds"):
        _no_group_exceeds_the_cap(capped)


def _no_group_exceeds_the_cap(model: MatchModel) -> None:
    """Seven records of one person, each linked to the next."""
    same: Features = person("Anna", "Smith", email="anna84@example.com")
    nodes = {pk: clustering.Node(pk, ("crm", f"{pk}"), same) for pk in range(7)}
    edges = [clustering.Edge(pk, pk + 1, 20.0) for pk in range(6)]

    found = clustering.partition(nodes, edges, same=[], different=[], model=model)

    sizes = [list(found.cluster_of.values()).count(root) for root in found.cluster_of.values()]
    assert max(sizes) <= model.guards.size_cap, "a group exceeds the cap"


@pytest.mark.django_db
def test_the_database_notices_when_what_too_many_share_still_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = read_story("till_number")

    monkeypatch.setattr("matching.live.without_generic", first)

    with pytest.raises(AssertionError, match=NOTICED):
        check(told, lived(told))
