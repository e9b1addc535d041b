"""The weight of a pair."""

import pytest
from hypothesis import given

from matching.core.features import Features
from matching.core.model import default_model
from matching.core.scoring import Scored, likely_pairs, score
from tests.matching.people import people, person

MODEL = default_model()
ANNA = {
    "birth_date": "1984-03-02",
    "email": "anna84@example.com",
    "phone": "+447700900123",
    "line1": "1 High St",
    "postcode": "LS1 4AB",
    "city": "Leeds",
}


def weigh(left: Features, right: Features) -> Scored:
    return score(MODEL, left, right)


@given(people(), people())
def test_a_weight_does_not_depend_on_who_comes_first(left: Features, right: Features) -> None:
    assert weigh(left, right) == weigh(right, left)


@given(people(), people())
def test_a_weight_is_the_prior_and_its_parts(left: Features, right: Features) -> None:
    scored = weigh(left, right)

    assert scored.weight_bits == pytest.approx(MODEL.prior_bits + sum(scored.bits.values()))
    assert scored.levels.keys() == scored.bits.keys()
    assert scored.bits.get("household", 0.0) <= 0.0


@given(people())
def test_missing_values_are_no_evidence(features: Features) -> None:
    scored = weigh(features, Features())

    assert scored.weight_bits == pytest.approx(MODEL.prior_bits, abs=0.02)


@given(people(), people())
def test_a_pair_worth_keeping_weighs_the_same_where_hopeless_ones_are_dropped(
    left: Features, right: Features
) -> None:
    scored = weigh(left, right)

    found = list(likely_pairs(MODEL, {7: left, 3: right}, [(3, 7)]))

    assert found == ([(3, 7, scored)] if scored.weight_bits >= MODEL.review_bits else [])


def test_one_person_in_two_systems_joins() -> None:
    crm, shop = person("Anna", "Kowalska", **ANNA), person("Ann", "Kowalska", **ANNA)

    assert weigh(crm, shop).weight_bits >= MODEL.join_bits


def test_two_of_one_household_do_not_join() -> None:
    home = {"phone": "+442079460123", "line1": "1 High St", "postcode": "LS1 4AB"}
    anna = person("Anna", "Kowalska", email="kowalska.family@example.com", **home)
    piotr = person("Piotr", "Kowalska", email="kowalska.family@example.com", **home)

    scored = weigh(anna, piotr)

    assert scored.weight_bits < MODEL.join_bits
    assert scored.levels["household"] == "possible"


def test_twins_are_asked_about_and_do_not_join() -> None:
    home = {"birth_date": "1998-02-02", "line1": "1 High St", "postcode": "LS1 4AB"}
    one, other = person("Peter", "Hawkins", **home), person("Kayla", "Hawkins", **home)

    assert MODEL.review_bits <= weigh(one, other).weight_bits < MODEL.join_bits


def test_father_and_son_of_one_name_do_not_join() -> None:
    home = {"line1": "1 High St", "postcode": "LS1 4AB"}
    father = person("Frank", "Banks Sr", birth_date="1951-04-09", **home)
    son = person("Frank", "Banks Jr", birth_date="1980-11-20", **home)

    assert weigh(father, son).weight_bits < MODEL.join_bits


def test_namesakes_do_not_join() -> None:
    one, other = person("John", "Smith"), person("John", "Smith", city="Leeds")

    assert weigh(one, other).weight_bits < MODEL.review_bits


def test_even_rare_namesakes_do_not_join_on_the_name_alone() -> None:
    name = ("Ekaterina", "Szczepanski")

    assert weigh(person(*name), person(*name)).weight_bits < MODEL.join_bits


def test_a_number_given_on_to_a_stranger_does_not_join() -> None:
    one = person("Anna", "Kowalska", phone="+447700900123")
    other = person("Ravi", "Patel", phone="+447700900123")

    assert weigh(one, other).weight_bits < MODEL.join_bits


def test_an_office_mailbox_does_not_join_colleagues() -> None:
    one = person("Anna", "Kowalska", email="info@example.com")
    other = person("Ravi", "Patel", email="info@example.com")

    assert weigh(one, other).weight_bits < MODEL.review_bits


def test_an_account_number_unknown_to_the_model_speaks_for_a_match() -> None:
    with_number = weigh(
        person("Anna", ids={"club": "X77"}), person("Anna", ids={"club": "X77"})
    )
    without = weigh(person("Anna"), person("Anna"))

    assert with_number.weight_bits > without.weight_bits + 10
    assert with_number.levels["identifiers.club"] == "exact"


def test_a_different_account_number_is_mild_evidence_against() -> None:
    apart = weigh(person("Anna", ids={"club": "X77"}), person("Anna", ids={"club": "B12"}))

    assert -5 < apart.bits["identifiers.club"] < 0
