"""One record's attributes, folded and taken apart."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.features import Features, features_of
from tests.matching.people import person

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KNOWN = st.sampled_from(
    [
        "given_name",
        "middle_name",
        "family_name",
        "suffix",
        "birth_date",
        "gender",
        "organisation",
        "email",
        "phone",
        "address",
        "identifiers",
        "custom",
    ]
)


@given(st.dictionaries(KNOWN, JSON))
def test_features_never_raise_and_are_equal_for_equal_attributes(
    attributes: dict[str, Any],
) -> None:
    assert features_of(attributes) == features_of(dict(attributes))


def test_nothing_known_gives_empty_features() -> None:
    assert features_of({}) == Features()


def test_case_accents_and_scripts_do_not_matter() -> None:
    assert person("JOSÉ", "Müller") == person("jose", "muller")
    assert person("Анна").given == "anna"


def test_further_given_names_are_middle_names() -> None:
    found = person("Erica R", "Beck", middle_name="Jane")

    assert (found.given, found.middle) == ("erica", ("r", "jane"))


def test_a_title_is_no_given_name() -> None:
    assert person("Sir", "Walton").given == ""


@pytest.mark.parametrize(
    ("family", "whole", "parts"),
    [
        ("Beck-Kennedy", "beckkennedy", ("beck", "kennedy")),
        ("O'Brien", "obrien", ()),
        ("Le Gall", "legall", ()),
        ("van der Berg", "vanderberg", ()),
    ],
)
def test_a_family_name_is_one_word_and_its_parts(
    family: str, whole: str, parts: tuple[str, ...]
) -> None:
    found = person("Ann", family)

    assert (found.family, found.family_parts) == (whole, parts)


def test_junior_is_found_in_suffix_and_family_name() -> None:
    assert person("Frank", "Banks Jr").generation == "junior"
    assert person("Frank", "Banks", suffix="Sr").generation == "senior"


def test_the_first_of_january_is_the_bare_year() -> None:
    assert person(birth_date="1984-01-01").birth == (1984, 0, 0)
    assert person(birth_date="1984-03").birth == (1984, 3, 0)


def test_an_address_is_taken_apart() -> None:
    address = person(line1="Flat 2, 16 Hill Gardens", postcode="LS1 4AB", city="Leeds").address

    assert address is not None
    assert (address.number, address.street, address.unit) == ("16", "hill gdns", "2")
    assert (address.postcode, address.area, address.city) == ("ls14ab", "ls1", "leeds")


def test_tags_and_dots_do_not_make_another_mailbox() -> None:
    one = person(email="anna.smith+shop@gmail.com").emails[0]
    other = person(email="annasmith@gmail.com").emails[0]

    assert one.full == other.full


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("info@example.com", "role"),
        ("thesmiths@example.com", "household"),
        ("smith.family@example.com", "household"),
        ("smith7@example.com", "household"),
        ("anna.smith@example.com", "personal"),
    ],
)
def test_a_mailbox_says_whose_it_is(email: str, kind: str) -> None:
    assert person("Anna", "Smith", email=email).emails[0].kind == kind


def test_a_landline_is_told_from_a_mobile() -> None:
    assert person(phone="+442079460123").phones[0].is_landline
    assert not person(phone="+447400123456").phones[0].is_landline


@pytest.mark.parametrize(
    ("given_name", "family", "email", "expected"),
    [
        ("R", "Ellis", "raymond.ellis@example.com", ("raymond", "ellis")),
        ("R", "Ellis", "raymondellis@example.com", ("raymond", "ellis")),
        ("R", "Ellis", "susan.ellis@example.com", ("r", "ellis")),
        ("", "", "raymond.ellis@example.com", ("raymond", "ellis")),
        ("Rellis", "", "raymond.ellis@example.com", ("raymond", "ellis")),
        ("Susan", "Ellis", "raymond.ellis@example.com", ("susan", "ellis")),
        ("", "", "info@example.com", ("", "")),
    ],
)
def test_a_mailbox_completes_half_a_name_that_fits(
    given_name: str, family: str, email: str, expected: tuple[str, str]
) -> None:
    found = person(given_name, family, email=email)

    assert (found.given, found.family) == expected


@pytest.mark.parametrize(
    ("given", "family", "born", "mailbox", "is_name"),
    [
        ("Angie", "Walker", "", "angela.walker", True),
        ("Angela", "Walker", "", "walker-angie", True),
        ("Angela", "Walker", "", "awalker", True),
        ("A", "Walker", "", "angela.walker", True),
        ("Jonh", "Khan", "", "john_khan", True),
        ("John", "Kahn", "", "john_khan", True),
        ("Laura", "Brown", "1946-03-02", "laura1946", True),
        ("Laura", "Brown", "1946-03-02", "laura.brown46", True),
        ("Laura", "Brown", "", "laura1946", True),
        ("Laura", "Brown", "1946-03-02", "laura.brown71", False),
        ("Laura", "Brown", "", "laura.brown46", False),
        ("Angie", "Walker", "", "barbara.walker", False),
        ("Angie", "Walker", "", "greenfingers", False),
        ("", "", "", "angela.walker", False),
    ],
)
def test_a_mailbox_may_tell_no_more_than_name_and_birthday(
    given: str, family: str, born: str, mailbox: str, is_name: bool
) -> None:
    (email,) = person(given, family, birth_date=born, email=f"{mailbox}@example.com").emails

    assert email.is_name_only is is_name


def test_a_year_in_the_mailbox_stands_in_for_a_missing_birth_date() -> None:
    assert person("Anna", email="anna1984@example.com").birth == (1984, 0, 0)
    whole = person("Anna", email="anna1984@example.com", birth_date="1990-05-06")
    assert whole.birth == (1990, 5, 6)
