"""The quick look at a number agrees with reading it in full: no landline is ever missed."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.features import features_of
from matching.core.landlines import may_be_landline

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
LINES = phonenumbers.PhoneNumberType.FIXED_LINE


def is_landline(digits: str) -> bool:
    """The same question put to the library."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(f"+{digits}", None)) == LINES
    except phonenumbers.NumberParseException:
        return False


def example(region: str) -> str:
    number = phonenumbers.example_number_for_type(region, LINES)
    if number is None:
        return ""
    return f"{number.country_code}{phonenumbers.national_significant_number(number)}"


@pytest.mark.parametrize("region", REGIONS)
def test_the_landlines_of_every_country_are_read_in_full(region: str) -> None:
    digits = example(region)

    assert may_be_landline(digits) or not is_landline(digits)


@given(
    st.sampled_from(REGIONS),
    st.lists(st.tuples(st.integers(0, 14), st.sampled_from("0123456789")), max_size=3),
)
@settings(max_examples=500)
def test_no_landline_is_missed(region: str, changes: list[tuple[int, str]]) -> None:
    digits = example(region)
    for place, digit in changes:
        digits = digits[:place] + digit + digits[place + 1 :]

    assert may_be_landline(digits) or not is_landline(digits)


@given(st.text("0123456789", min_size=6, max_size=15))
@settings(max_examples=500)
def test_any_digits_are_looked_at_safely(digits: str) -> None:
    assert may_be_landline(digits) or not is_landline(digits)


def test_mobiles_and_unknown_countries_are_not_read_in_full() -> None:
    assert not may_be_landline("447285257749")
    assert not may_be_landline("0441311323836")
    assert not may_be_landline("999123456789")
    assert not may_be_landline("")


def test_records_still_tell_landlines_from_mobiles() -> None:
    numbers = features_of({"phone": ["+441311323836", "+447285257749"]}).phones

    assert [(each.digits, each.is_landline) for each in numbers] == [
        ("441311323836", True),
        ("447285257749", False),
    ]
