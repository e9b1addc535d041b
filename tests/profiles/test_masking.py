"""Which attributes are shown only on demand, and what stands in their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from profiles.desk.masking import is_sensitive, masked


@pytest.mark.parametrize(
    "attribute",
    ["phone", "birth_date", "identifiers.passport", "identifiers.iban", "custom.religion"],
)
def test_what_could_harm_a_customer_is_sensitive(attribute: str) -> None:
    assert is_sensitive(attribute)


@pytest.mark.parametrize(
    "attribute",
    ["full_name", "email", "address", "organisation", "identifiers.loyalty_card"],
)
def test_what_agents_tell_customers_by_is_not(attribute: str) -> None:
    assert not is_sensitive(attribute)


def test_the_last_pattern_that_fits_decides(settings: Settings) -> None:
    settings.C360_MASKED = ["identifiers.*", "!identifiers.tax*", "identifiers.tax_id"]

    assert not is_sensitive("identifiers.tax_office")
    assert is_sensitive("identifiers.tax_id")
    assert not is_sensitive("phone")


def test_a_name_is_never_masked(settings: Settings) -> None:
    settings.C360_MASKED = ["*"]

    assert not is_sensitive("full_name")
    assert is_sensitive("email")


@pytest.mark.parametrize(
    ("attribute", "text", "hint"),
    [
        ("phone", "+44 7700 900909", "•••• 0909"),
        ("phone", "900909", "••••"),
        ("birth_date", "1984-03-02", "••••"),
        ("identifiers.passport", "GB 1204 5534", "•••• 34"),
        ("identifiers.pin", "1234", "••••"),
        ("email", "anna@example.com", "a•••@ex…"),
        ("email", "none", "••••"),
        ("custom.religion", "Quaker", "••••"),
    ],
)
def test_of_a_masked_value_people_see_what_they_tell_it_by(
    attribute: str, text: str, hint: str
) -> None:
    assert masked(attribute, text) == hint


@given(st.sampled_from(["phone", "birth_date", "identifiers.iban", "custom.x"]), st.text())
def test_at_most_four_signs_of_a_value_are_left(attribute: str, text: str) -> None:
    assert len(masked(attribute, text).removeprefix("••••").strip()) <= 4
