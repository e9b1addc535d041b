"""Masked values are found in texts however people spell them there."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.desk.guard import Guard
from profiles.desk.secrets import Secret, likely_in, secrets_of, spelt_any_way
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

DATES = ("%Y-%m-%d", "%d.%m.%y", "%m/%d/%Y", "%Y%m%d", "%d %B %Y", "%b %d, %y")


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


@pytest.mark.parametrize("spelt", ["07700 900 909", "2 March 1984", "gb 1204-553", "Quaker"])
def test_a_guard_masks_it_wherever_a_text_says_it(spelt: str) -> None:
    assert spelt not in Guard([RECORD]).told(f"Order 1, 2 of 3: she said {spelt}, twice.")


@given(day=st.dates(), form=st.sampled_from(DATES), before=st.text(max_size=5))
def test_a_text_that_spells_a_day_is_looked_at_closely(
    day: date, form: str, before: str
) -> None:
    born = Secret("birth_date", day.isoformat())
    text = f"{before} {day.strftime(form)}"

    likely = spelt_any_way(likely_in(text, [born]))

    assert likely is not None
    assert likely.sub("", text) != text


@given(
    number=st.text("0123456789", min_size=5, max_size=12),
    gaps=st.lists(st.sampled_from(["", " ", "-", "/", ") "]), min_size=12, max_size=12),
)
def test_a_text_that_spells_a_number_is_looked_at_closely(number: str, gaps: list[str]) -> None:
    text = "ring " + "".join(f"{digit}{gap}" for digit, gap in zip(number, gaps, strict=False))

    for kind in ("phone", "identifiers.passport"):
        secret = Secret(kind, number)
        pattern = spelt_any_way([secret])
        assert pattern and pattern.search(text)
        assert likely_in(text, [secret])


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
    assert spelt_any_way([Secret("custom.size", "M"), Secret("birth_date", "1984")]) is None
