"""Levels, one attribute at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from matching.core import comparisons
from matching.core.features import Features
from matching.core.steps import NEEDS
from tests.matching.people import people, person


@given(people(), people())
def test_every_comparison_is_symmetric_and_names_a_known_level(
    left: Features, right: Features
) -> None:
    for name, compare in comparisons.COMPARISONS.items():
        level = compare(left, right)
        assert level == compare(right, left)
        assert level is None or level in comparisons.LEVELS[name]


@pytest.mark.parametrize("name", NEEDS)
@given(people(), people())
def test_a_comparison_has_no_answer_where_a_side_lacks_what_it_needs(
    name: str, left: Features, right: Features
) -> None:
    lacking = left._replace(**{NEEDS[name]: getattr(Features(), NEEDS[name])})

    assert comparisons.COMPARISONS[name](lacking, right) is None


short_texts = st.text("abc1", max_size=9)


@given(short_texts, short_texts)
def test_slips_are_counted_as_far_as_anybody_asks(left: str, right: str) -> None:
    counted = DamerauLevenshtein.distance(left, right)

    assert comparisons.is_one_slip(left, right) == (counted == 1)
    assert comparisons.slips(left, right) == min(counted, 3)


@given(people())
def test_a_blank_record_is_no_evidence(features: Features) -> None:
    for name, compare in comparisons.COMPARISONS.items():
        found = compare(features, Features())
        assert found is None or (name, found) == ("generation", "one_side")


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (("Anna", "Smith"), ("Anna", "Jones"), "exact"),
        (("William", "Smith"), ("Bill", "Smith"), "nickname"),
        (("Anna", "Smith"), ("Amna", "Smith"), "fuzzy"),
        (("Anna", "Smith"), ("A", "Smith"), "initial"),
        (("Anna", "Smith"), ("Smith", "Anna"), "swapped"),
        (("Mary Jane", "Smith"), ("Jane", "Smith"), "elsewhere"),
        (("Smith", ""), ("Anna", "Smith"), "elsewhere"),
        (("Anna", "Smith"), ("John", "Smith"), "different"),
        (("Anna", "Smith"), ("", "Smith"), None),
    ],
)
def test_given_names(left: tuple[str, str], right: tuple[str, str], level: str | None) -> None:
    assert comparisons.given_name(person(*left), person(*right)) == level


@pytest.mark.parametrize(
    ("ours", "theirs", "level"),
    [
        ("Smith", "SMITH", "exact"),
        ("Smith-Jones", "Jones", "part"),
        ("Smith", "Smyth", "fuzzy"),
        ("Smith", "S", "initial"),
        ("Müller", "Muller", "exact"),
        ("Smith", "Patel", "different"),
    ],
)
def test_family_names(ours: str, theirs: str, level: str) -> None:
    assert comparisons.family_name(person("Ann", ours), person("Ann", theirs)) == level


@pytest.mark.parametrize(
    ("ours", "theirs", "level"),
    [
        ("1984-03-02", "1984-03-02", "exact"),
        ("1984-03-02", "1984-02-03", "swapped"),
        ("1984-03-02", "1984-03-05", "slip"),
        ("1984-03-02", "1984-03-27", "close"),
        ("1984-03-02", "1985-02-04", "near"),
        ("1984-03-02", "1961-11-20", "different"),
        ("1984-03-02", "1984", "year"),
        ("1984-03-02", "1984-03", "month"),
        ("1984-01-01", "1985-06-07", "near_year"),
        ("1984", "1961-11-20", "other_year"),
        ("1984", "", None),
    ],
)
def test_birth_dates(ours: str, theirs: str, level: str | None) -> None:
    left, right = person(birth_date=ours), person(birth_date=theirs)

    assert comparisons.birth_date(left, right) == level


@pytest.mark.parametrize(
    ("ours", "theirs", "level"),
    [
        ("anna84@example.com", "anna84@example.com", "exact"),
        ("info@example.com", "info@example.com", "role"),
        ("thesmiths@example.com", "thesmiths@example.com", "household"),
        ("anna84@example.com", "anna84@example.org", "mailbox"),
        ("anna.smith@example.com", "anna.smith@example.org", "namesake"),
        ("annasmth84@example.com", "annasmith84@example.com", "slip"),
        ("annasmith84@example.com", "annasmith85@example.com", "different"),
    ],
)
def test_emails(ours: str, theirs: str, level: str) -> None:
    left, right = person("Anna", "Smith", email=ours), person("Anna", "Smith", email=theirs)

    assert comparisons.email(left, right) == level


def test_namesakes_choose_one_mailbox_name_by_any_form_of_their_name() -> None:
    ours = person("Angie", "Walker", email="angela.walker@example.com")
    theirs = person("Angela", "Walker", email="angela.walker@example.org")
    own = person("Angela", "Walker", email="angela.walker771@example.com")
    other = person("Angie", "Walker", email="angela.walker771@example.org")

    assert comparisons.email(ours, theirs) == "namesake"
    assert comparisons.email(own, other) == "mailbox"


@pytest.mark.parametrize(
    ("ours", "theirs", "level"),
    [
        ("+447400123456", "07400123456", "exact"),
        ("+442079460123", "+442079460123", "landline"),
        ("+447400123456", "+447400123465", "slip"),
        ("+447400123456", "+447400999999", "different"),
    ],
)
def test_phones(ours: str, theirs: str, level: str) -> None:
    assert comparisons.phone(person(phone=ours), person(phone=theirs)) == level


HOME = {"line1": "16 Hill Gardens", "postcode": "LS1 4AB", "city": "Leeds"}


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ({"line1": "16 Hill Gdns", "postcode": "LS1 4AB"}, "house"),
        ({"line1": "16 Hill Gardens", "city": "Leeds"}, "house"),
        ({"line1": "18 Hill Gardens", "postcode": "LS1 4AB"}, "street"),
        ({"line1": "18 Mill Lane", "postcode": "LS1 4AB"}, "neighbour"),
        ({"postcode": "LS1 4AB"}, "postcode"),
        ({"postcode": "LS1 4AC"}, "near"),
        ({"postcode": "LS1 9ZZ"}, "area"),
        ({"city": "Leeds"}, "city"),
        ({"postcode": "M1 1AA", "city": "Manchester"}, "different"),
        ({"line1": "9 Mill Lane"}, "different"),
    ],
)
def test_addresses(other: dict[str, str], level: str) -> None:
    assert comparisons.address(person(**HOME), person(**other)) == level


def test_the_best_of_several_addresses_counts() -> None:
    one = person(email="anna84@example.com")
    both = one.emails + person(email="other77@example.com").emails

    assert comparisons.email(one, Features(emails=both)) == "exact"


def test_junior_and_senior_differ_and_one_side_alone_is_told() -> None:
    junior, senior = person("Frank", "Banks Jr"), person("Frank", "Banks Sr")

    assert comparisons.generation(junior, senior) == "different"
    assert comparisons.generation(junior, junior) == "same"
    assert comparisons.generation(junior, person("Frank", "Banks")) == "one_side"


def test_names_just_as_alike_as_similar_ones_have_to_be_are_similar() -> None:
    """Their likeness is 0.8 exactly, which a cut-off at 0.8 loses to rounding."""
    for one, other in (("Dawn", "Daniel"), ("Rushden", "Russell")):
        level = comparisons.given_name(person(given_name=one), person(given_name=other))
        assert level == "similar"
