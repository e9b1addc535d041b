"""Raw cells to clean values: what is kept, what is nothing, what never happens."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.mappings import normalise

CLEANERS: list[Callable[[str], str | None]] = [
    normalise.text,
    normalise.email,
    normalise.phone,
    normalise.postcode,
    normalise.address_part,
    normalise.country,
    normalise.identifier,
    normalise.gender,
    normalise.fold,
]


@pytest.mark.parametrize("clean", CLEANERS, ids=lambda clean: clean.__name__)
@given(raw=st.text(max_size=40))
def test_cleaning_never_raises_and_cleaning_twice_changes_nothing(
    clean: Callable[[str], str | None], raw: str
) -> None:
    once = clean(raw)

    assert once is None or clean(once) == once


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Anna.Smith@Example.COM ", "anna.smith@example.com"),
        ("mailto:anna@example.com", "anna@example.com"),
        ("anna+shop@example.com", "anna+shop@example.com"),
        ("test@test.com", None),
        ("a@a.com", None),
        ("noemail@example.com", None),
        ("anna at example", None),
        ("n/a", None),
    ],
)
def test_an_email_is_lower_case_or_nothing(raw: str, expected: str | None) -> None:
    assert normalise.email(raw) == expected


@pytest.mark.parametrize(
    "raw",
    ["07700 900123", "+44 (0)7700 900123", "00447700900123", "7700900123", "(07700)900-123"],
)
def test_a_phone_is_one_number_however_it_is_written(raw: str) -> None:
    assert normalise.phone(raw) == "+447700900123"


@pytest.mark.parametrize("raw", ["000-000", "07000000000", "01234567890", "99999999999", "12"])
def test_an_invented_phone_is_missing(raw: str) -> None:
    assert normalise.phone(raw) is None


def test_a_phone_is_read_in_the_region_of_its_source() -> None:
    assert normalise.phone("030 23125 000", "DE") == "+493023125000"


def test_a_phone_no_region_can_dial_keeps_its_digits() -> None:
    assert normalise.phone("5-87650-00901-23-45-66") == "58765000901234566"


@pytest.mark.parametrize(
    ("raw", "form", "expected"),
    [
        ("1984-03-02", None, "1984-03-02"),
        ("19840302", None, "1984-03-02"),
        ("02/03/1984", "%d/%m/%Y", "1984-03-02"),
        ("02/03/84", "%d/%m/%y", "1984-03-02"),
        ("1984-03", None, "1984-03"),
        ("1984", None, "1984"),
        ("1588-01-00", None, "1588-01"),
        ("1957-21-08", None, "1957"),
    ],
)
def test_a_birth_date_is_read_as_far_as_it_goes(
    raw: str, form: str | None, expected: str
) -> None:
    assert normalise.birth_date(raw, form) == expected


@pytest.mark.parametrize(
    "raw", ["", "n/a", "0000-00-00", "1900-01-01", "1970-01-01", "9999-12-31"]
)
def test_a_placeholder_birth_date_is_missing(raw: str) -> None:
    assert normalise.birth_date(raw) is None


@pytest.mark.parametrize("raw", ["31.02.2020x", "1985-13-45", "soon", "31/02/1990"])
def test_what_is_no_date_is_refused_with_a_reason(raw: str) -> None:
    with pytest.raises(ValueError, match="not a date"):
        normalise.birth_date(raw)


def test_nobody_is_born_tomorrow() -> None:
    with pytest.raises(ValueError, match="future"):
        normalise.birth_date("2024-05-02", today=date(2024, 5, 1))


@given(day=st.dates(min_value=date(1900, 1, 2), max_value=date(2020, 1, 1)))
def test_every_day_is_read_back_as_written(day: date) -> None:
    assert normalise.birth_date(day.isoformat()) in (day.isoformat(), None)


@pytest.mark.parametrize(
    "raw",
    ["2024-05-01T10:00:00Z", "2024-05-01 10:00", "2024-05-01T12:00:00+02:00", "1714557600"],
)
def test_a_time_without_a_zone_is_utc(raw: str) -> None:
    assert normalise.moment(raw) == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_a_broken_time_is_refused() -> None:
    with pytest.raises(ValueError, match="not a"):
        normalise.moment("yesterday")


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Smith, Jon", {"given_name": "Jon", "family_name": "Smith"}),
        ("R.West", {"given_name": "R", "family_name": "West"}),
        (
            "Dr Anna Smith Jr",
            {"prefix": "Dr", "given_name": "Anna", "family_name": "Smith", "suffix": "Jr"},
        ),
        (
            "Wendy H Ali",
            {"given_name": "Wendy", "middle_name": "H", "family_name": "Ali"},
        ),
        ("Vincent van der Berg", {"given_name": "Vincent", "family_name": "van der Berg"}),
        ("REGINA", {"given_name": "REGINA"}),
    ],
)
def test_a_full_name_is_split(full: str, parts: dict[str, str]) -> None:
    assert normalise.split_full_name(full) == parts


@given(st.text(max_size=60))
def test_splitting_a_name_never_raises_and_leaves_no_empty_part(full: str) -> None:
    assert all(normalise.split_full_name(full).values())


def test_test_test_is_nobody_but_mrs_test_is_somebody() -> None:
    assert normalise.drop_placeholders({"given_name": "Test", "family_name": "Test"}) == {}
    anna = {"given_name": "Anna", "family_name": "Test"}
    assert normalise.drop_placeholders(anna) == anna


def test_a_british_postcode_gets_its_space() -> None:
    assert normalise.postcode("ls14ab") == "LS1 4AB"
    assert normalise.postcode("10115") == "10115"


def test_folding_meets_every_spelling_of_one_name() -> None:
    assert normalise.fold("  MÜLLER ") == normalise.fold("muller")


def test_every_identifier_of_a_record_can_be_looked_up() -> None:
    found = normalise.search_identifiers(
        {
            "email": ["anna@example.com"],
            "phone": ["+447700900123"],
            "identifiers": {"loyalty_card": ["LC1", "LC2"]},
            "given_name": "Anna",
        }
    )

    assert found == [
        ("email", "anna@example.com"),
        ("phone", "+447700900123"),
        ("loyalty_card", "LC1"),
        ("loyalty_card", "LC2"),
    ]
