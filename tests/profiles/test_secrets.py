"""Masked values are found in texts however people spell them there."""

import pytest

from profiles.desk.secrets import secrets_of, spelt_any_way
from profiles.models import SourceRecord

RECORD = SourceRecord(
    attributes={
        "given_name": "Anna",
        "email": ["anna@example.com"],
        "phone": ["+447700900909"],
        "birth_date": "1984-03-02",
        "identifiers": {"passport": ["GB1204553"], "loyalty_card": ["LC10012040"]},
        "custom": {"faith": "Quaker", "size": "M"},
    }
)
PATTERN = spelt_any_way(secrets_of([RECORD]))


def without(text: str) -> str:
    assert PATTERN is not None
    return PATTERN.sub("#", text)


@pytest.mark.parametrize(
    "spelt",
    [
        "+447700900909", "07700900909", "07700 900 909", "(07700) 900-909",
        "+44 (0)7700 900909",
        "0044 7700 900909", "7700900909", "1984-03-02", "2/3/84", "02.03.1984", "3/2/1984",
        "19840302", "2 March 1984", "2nd of Mar. 1984", "March 2, 1984", "GB1204553",
        "gb 1204-553", "Quaker", "QUAKER",
    ],
)  # fmt: skip
def test_a_value_is_found_as_people_write_it(spelt: str) -> None:
    assert without(f"She said {spelt}, twice.") == "She said #, twice."


@pytest.mark.parametrize(
    "harmless",
    [
        "Order 10442 of 12 March 2026", "paid 84.00", "LC10012040", "anna@example.com",
        "size M", "1984", "7700", "12/03/1984", "in the year 1984-03-021",
    ],
)  # fmt: skip
def test_everything_else_is_left_alone(harmless: str) -> None:
    assert without(harmless) == harmless


def test_a_record_without_secrets_has_nothing_to_look_for() -> None:
    assert spelt_any_way(secrets_of([SourceRecord(attributes={"given_name": "Anna"})])) is None
    assert spelt_any_way([("custom.size", "M"), ("birth_date", "1984")]) is None
