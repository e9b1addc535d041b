"""When two groups must not become one person."""

import dataclasses

import pytest

from matching.core.features import Features, features_of
from matching.core.guards import Union, objection
from matching.core.model import default_model
from tests.matching.people import person

MODEL = default_model()


def reason(left: list[Features], right: list[Features], weight: float = 0.0) -> str | None:
    """The reason two groups stay apart when every pair across weighs `weight` bits."""
    found = objection(Union(left, right, lambda i, j: weight), MODEL)
    return found.reason if found else None


def test_two_records_alike_may_join() -> None:
    assert reason([person("Anna", "Smith")], [person("Ann", "Smith")], weight=10) is None


def test_two_numbers_of_a_kind_a_person_has_once_keep_apart() -> None:
    one, other = (
        person(ids={"nhs_number": "9434765919"}),
        person(ids={"nhs_number": "1112223334"}),
    )

    assert reason([one], [other], weight=30) == "identifier"
    assert reason([one], [one], weight=30) is None


def ssn(*numbers: str) -> Features:
    return features_of({"identifiers": {"ssn": list(numbers)}})


def test_a_record_with_one_of_two_numbers_said_to_be_one_persons_is_theirs() -> None:
    said_to_be_one = [ssn("219099912"), ssn("532610447")]

    assert reason(said_to_be_one, [ssn("532610447")], weight=30) is None
    assert reason([ssn("219099912")], said_to_be_one, weight=30) is None
    assert reason(said_to_be_one, [ssn("700000004")], weight=30) == "identifier"


def test_a_third_number_in_its_company_keeps_apart_all_the_same() -> None:
    said_to_be_one = [ssn("219099912"), ssn("532610447")]

    assert reason(said_to_be_one, [ssn("532610447", "700000004")], weight=30) is None
    others = [ssn("532610447"), ssn("700000004")]
    assert reason(said_to_be_one, others, weight=30) == "identifier"


def test_numbers_a_slip_apart_say_nothing_of_one_that_is_further_away() -> None:
    """Nobody was asked about these: each is near the next, and no link would close the ring."""
    slips = [ssn("219099912"), ssn("219099917")]

    assert reason(slips, [ssn("219099917")], weight=30) is None
    assert reason(slips, [ssn("219094917")], weight=30) == "identifier"
    assert reason(slips, [ssn("532610447")], weight=30) == "identifier"


def test_two_cards_of_a_kind_people_have_several_of_do_not() -> None:
    one, other = person(ids={"loyalty_card": "LC100"}), person(ids={"loyalty_card": "LC999"})

    assert reason([one], [other], weight=30) is None


def test_junior_and_senior_stay_apart_whatever_the_weight() -> None:
    assert reason([person("Al", "Bo Jr")], [person("Al", "Bo Sr")], weight=40) == "generation"


def test_a_birthday_contradicts_where_the_pair_has_little_in_common() -> None:
    left = person("Ann", "Smith", birth_date="1951-04-09")
    right = person("Ann", "Smith", birth_date="1980-11-20")

    assert reason([left], [right], weight=MODEL.guards.birth_date_bits - 1) == "birth_date"
    assert reason([left], [right], weight=MODEL.join_bits) is None


def test_given_names_contradict_where_the_pair_has_nothing_in_common() -> None:
    left, right = person("Ann", "Smith"), person("Peter", "Smith")

    assert reason([left], [right], weight=MODEL.guards.names_bits - 1) == "household"
    assert reason([left], [right], weight=MODEL.join_bits) is None


TWIN = {"birth_date": "1998-02-02", "phone": "+447700900123"}


def test_twins_stay_apart_whatever_the_family_shares() -> None:
    peter, kayla = person("Peter", "Hawkins", **TWIN), person("Kayla", "Hawkins", **TWIN)

    assert reason([peter], [kayla], weight=40) == "twins"


def test_twins_stay_apart_also_through_a_record_that_could_be_either() -> None:
    peter, kayla = person("Peter", "Hawkins", **TWIN), person("Kayla", "Hawkins", **TWIN)
    either = person("", "Hawkins", **TWIN)

    assert reason([peter], [either], weight=20) is None
    assert reason([peter, either], [kayla], weight=20) == "twins"


@pytest.mark.parametrize(("namespace", "expected"), [("ssn", None), ("loyalty_card", "twins")])
def test_a_number_of_ones_own_outweighs_the_signs_of_twins_and_a_family_card_does_not(
    namespace: str, expected: str | None
) -> None:
    one = person("Peter", "Hawkins", birth_date="1998-02-02", ids={namespace: "AB12345"})
    other = person("Kayla", "Hawkins", birth_date="1998-02-02", ids={namespace: "AB12345"})

    assert reason([one], [other], weight=10) == expected


def test_beside_a_number_of_ones_own_a_mistyped_birthday_does_not_keep_records_apart() -> None:
    one = person("Ann", "Smith", birth_date="1951-04-09", ids={"ssn": "AB12345"})
    other = person("Ann", "Smith", birth_date="1980-11-20", ids={"ssn": "AB12345"})
    third = person("Ann", "Smith", birth_date="1980-11-20")
    little = MODEL.guards.birth_date_bits - 1

    assert reason([one], [third], weight=little) == "birth_date"
    assert reason([one], [other, third], weight=little) is None


def test_a_thin_link_between_groups_that_differ_is_a_weak_bridge() -> None:
    group = [person("Anna", "Smith")] * 2
    differing = MODEL.guards.bridge_bits - 1

    assert reason(group, group, weight=differing) == "weak_bridge"
    assert reason(group, group, weight=MODEL.join_bits) is None
    assert reason(group[:1], group[:1], weight=differing) is None


def test_no_group_exceeds_the_size_cap() -> None:
    guards = dataclasses.replace(MODEL.guards, size_cap=3)
    capped = dataclasses.replace(MODEL, guards=guards)
    group = [person("Anna", "Smith")] * 2

    found = objection(Union(group, group, lambda i, j: 50.0), capped)

    assert found is not None
    assert found.reason == "size"
