"""What a steward prefers goes before the rules, as far as a record still says it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.desk.values import IN_THE_NAME
from profiles.models import SourceRecord
from profiles.survivorship.choosing import golden_values
from profiles.survivorship.overrides import value_hash
from profiles.survivorship.rules import SHIPPED_RULES
from tests.profiles.test_survivorship import (
    CRM,
    DESK,
    MONDAY,
    SHOP,
    TUESDAY,
    a_record,
    joined,
    reasons,
)

MAY = datetime(2026, 5, 3, 10, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)


class Said(NamedTuple):
    """An override as choosing sees it."""

    pk: str
    record_id: int
    attribute: str
    value_hash: str
    said_at: datetime = MAY
    until: datetime = AUGUST


def prefer(
    record: SourceRecord, attribute: str, value: Any, name: str = "1", **at: Any
) -> Said:
    return Said(name, record.pk, attribute, value_hash(attribute, value), **at)


def email_of(records: Sequence[SourceRecord], *said: Said) -> dict[str, Any]:
    return golden_values(records, SHIPPED_RULES, said)["email"]


def two() -> tuple[SourceRecord, SourceRecord]:
    """The second, newer one wins by the rules."""
    return a_record(SHOP, MONDAY, email=["a@x.org"]), a_record(CRM, TUESDAY, email=["b@x.org"])


def test_the_value_a_steward_prefers_is_shown_and_says_so() -> None:
    old, new = two()

    email = email_of([old, new], prefer(old, "email", "a@x.org"))

    assert (email["value"], email["record"], email["rule"]) == ("a@x.org", old.pk, "override")
    assert email["override"] == {
        "id": "1",
        "since": "2026-05-03T10:00:00+00:00",
        "until": "2026-08-01T00:00:00+00:00",
    }
    assert reasons(email) == {"b@x.org": "overridden"}


def test_without_one_nothing_is_said_of_it() -> None:
    old, new = two()

    email = email_of([old, new])

    assert (email["value"], email["rule"]) == ("b@x.org", "newest")
    assert "override" not in email


def test_what_loses_by_the_rules_too_keeps_its_reason() -> None:
    oldest = a_record(DESK, MONDAY - timedelta(days=9), email=["c@x.org"])
    old, new = two()

    email = email_of([oldest, old, new], prefer(old, "email", "a@x.org"))

    assert reasons(email) == {"b@x.org": "overridden", "c@x.org": "older"}


def test_a_value_that_is_shown_already_is_pinned() -> None:
    old, new = two()
    newer = a_record(CRM, TUESDAY + timedelta(days=1), email=["d@x.org"])
    said = prefer(new, "email", "b@x.org")

    assert email_of([old, new], said)["rule"] == "override"
    assert email_of([old, new, newer], said)["value"] == "b@x.org"


def test_the_only_value_can_be_pinned_too() -> None:
    record = a_record(email=["a@x.org"])

    email = email_of([record], prefer(record, "email", "a@x.org"))

    assert (email["rule"], email["losers"]) == ("override", [])


def test_any_of_several_values_of_one_record_can_be_preferred() -> None:
    record = a_record(email=["a@x.org", "b@x.org"])

    email = email_of([record], prefer(record, "email", "b@x.org"))

    assert (email["value"], reasons(email)) == ("b@x.org", {"a@x.org": "overridden"})


def test_a_name_is_taken_whole_from_the_record_preferred() -> None:
    old = a_record(SHOP, MONDAY, given_name="Anna", family_name="Kowalska")
    new = a_record(CRM, TUESDAY, given_name="Anya", family_name="Nowak")

    golden = golden_values(
        [old, new], SHIPPED_RULES, [prefer(old, "full_name", "Anna Kowalska")]
    )

    assert {name: entry["value"] for name, entry in golden.items()} == {
        "full_name": "Anna Kowalska",
        "given_name": "Anna",
        "family_name": "Kowalska",
    }


@pytest.mark.parametrize(
    ("said_now", "value"), [("A@X.ORG", "A@X.ORG"), ("z@x.org", "b@x.org")]
)
def test_it_lapses_when_the_record_says_something_else(said_now: str, value: str) -> None:
    old, new = two()
    said = prefer(old, "email", "a@x.org")
    old.attributes = {"email": [said_now]}

    assert email_of([old, new], said)["value"] == value


def test_it_speaks_of_its_record_and_of_no_other_that_says_the_same() -> None:
    old, new = two()
    twin = a_record(DESK, MONDAY - timedelta(days=9), email=["a@x.org"])

    assert email_of([twin, new], prefer(old, "email", "a@x.org"))["value"] == "b@x.org"
    assert email_of([twin, old, new], prefer(old, "email", "a@x.org"))["record"] == old.pk


def test_of_several_the_one_said_last_holds_and_when_it_goes_the_one_before() -> None:
    old, new = two()
    oldest = a_record(DESK, MONDAY - timedelta(days=9), email=["c@x.org"])
    first = prefer(old, "email", "a@x.org", "1")
    last = prefer(oldest, "email", "c@x.org", "2", said_at=MAY + timedelta(days=1))
    records = [oldest, old, new]

    assert email_of(records, last, first)["value"] == "c@x.org"
    assert email_of(records, first)["value"] == "a@x.org"
    oldest.attributes = {"email": ["e@x.org"]}
    assert email_of(records, last, first)["value"] == "a@x.org"


@st.composite
def joined_and_preferred(draw: st.DrawFn) -> tuple[list[SourceRecord], list[Said]]:
    """Records, and overrides of values that some of them say, or no longer say."""
    records = draw(joined())
    values = [
        (entry["record"], attribute, entry["value"])
        for attribute, golden in golden_values(records, SHIPPED_RULES, ()).items()
        for entry in (golden, *golden["losers"])
        if attribute not in IN_THE_NAME
    ]
    picked = draw(st.lists(st.sampled_from(values), max_size=4)) if values else []
    days = st.integers(0, 2).map(lambda day: MAY + timedelta(days=day))
    said = [
        Said(str(number), record, name, value_hash(name, value), draw(days))
        for number, (record, name, value) in enumerate(picked)
    ]
    gone = [each._replace(value_hash="gone") for each in said if draw(st.booleans())]
    return records, said + gone


@given(joined_and_preferred(), st.randoms(use_true_random=False))
def test_the_order_of_records_and_overrides_decides_nothing(
    both: tuple[list[SourceRecord], list[Said]], dice: Any
) -> None:
    records, said = both
    other_records, other_said = list(records), list(said)
    dice.shuffle(other_records)
    dice.shuffle(other_said)

    assert golden_values(other_records, SHIPPED_RULES, other_said) == golden_values(
        records, SHIPPED_RULES, said
    )


@given(joined_and_preferred())
def test_the_latest_that_is_still_said_is_shown_and_nothing_said_is_lost(
    both: tuple[list[SourceRecord], list[Said]],
) -> None:
    records, said = both
    plain = _without_parts(golden_values(records, SHIPPED_RULES, ()))
    golden = _without_parts(golden_values(records, SHIPPED_RULES, said))

    assert golden.keys() == plain.keys()
    for attribute, entry in golden.items():
        mine = [each for each in said if each.attribute == attribute]
        mine = [each for each in mine if each.value_hash != "gone"]
        if not mine:
            assert entry == plain[attribute]
            continue
        last = max(mine, key=lambda each: (each.said_at, each.pk))
        assert (entry["rule"], entry["override"]["id"]) == ("override", last.pk)
        assert (entry["record"], value_hash(attribute, entry["value"])) == last[1:4:2]
        assert _told(attribute, entry) == _told(attribute, plain[attribute])


def _without_parts(golden: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Parts of a name come and go with the name."""
    return {name: entry for name, entry in golden.items() if name not in IN_THE_NAME}


def _told(attribute: str, entry: dict[str, Any]) -> set[str]:
    """Everything that is said under an attribute, shown or lost."""
    return {value_hash(attribute, each["value"]) for each in (entry, *entry["losers"])}
