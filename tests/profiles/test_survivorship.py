"""Golden values: which of the joined records' values is shown, and the reason given."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.desk.values import display_text, rule_words
from profiles.mappings.normalise import fold
from profiles.models import Source, SourceRecord
from profiles.survivorship import choosing
from profiles.survivorship.choosing import REASONS
from profiles.survivorship.rules import SHIPPED_RULES, Rules, Strategy

CRM = Source(slug="crm", name="CRM", priority=10)
SHOP = Source(slug="shop", name="Shop", priority=50)
DESK = Source(slug="desk", name="Desk", priority=50)
MONDAY = datetime(2025, 3, 3, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
_numbers = count(1)


def golden_values(
    records: Sequence[SourceRecord], rules: Rules = SHIPPED_RULES
) -> dict[str, dict[str, Any]]:
    return choosing.golden_values(records, rules, ())


def a_record(
    source: Source = SHOP, at: datetime | None = MONDAY, **values: Any
) -> SourceRecord:
    number = next(_numbers)
    return SourceRecord(
        pk=number,
        source=source,
        external_id=values.pop("external_id", f"{source.slug}-{number:06}"),
        source_updated_at=at,
        received_at=values.pop("received_at", TUESDAY),
        attributes=values,
    )


def reasons(entry: dict[str, Any]) -> dict[str, str]:
    return {str(loser["value"]): loser["reason"] for loser in entry["losers"]}


def test_a_sole_value_comes_with_all_that_is_known_of_it() -> None:
    record = a_record(CRM, email=["anna@example.com"], external_id="C-1")

    assert golden_values([record]) == {
        "email": {
            "value": "anna@example.com",
            "record": record.pk,
            "source": "crm",
            "external_id": "C-1",
            "since": "2025-03-03T09:00:00+00:00",
            "rule": "only",
            "losers": [],
        }
    }


def test_no_records_show_nothing() -> None:
    assert golden_values([]) == {}


def test_blank_values_are_no_values() -> None:
    blank = a_record(
        at=TUESDAY,
        given_name="",
        email=[],
        phone=[""],
        birth_date=None,
        address={},
        identifiers={"card": []},
        custom={"size": "  "},
    )

    assert golden_values([blank]) == {}


def test_the_newest_email_wins_and_the_older_one_is_told() -> None:
    old = a_record(CRM, MONDAY, email=["old@example.com"])
    new = a_record(SHOP, TUESDAY, email=["new@example.com"])

    email = golden_values([old, new])["email"]

    assert (email["value"], email["rule"]) == ("new@example.com", "newest")
    assert email["losers"] == [
        {
            "value": "old@example.com",
            "record": old.pk,
            "source": "crm",
            "external_id": old.external_id,
            "since": MONDAY.isoformat(),
            "reason": "older",
        }
    ]


def test_when_a_record_arrived_never_makes_it_the_newest() -> None:
    timed = a_record(at=MONDAY, email=["timed@example.com"])
    untimed = a_record(at=None, received_at=TUESDAY, email=["untimed@example.com"])

    email = golden_values([timed, untimed])["email"]

    assert email["value"] == "timed@example.com"
    assert golden_values([untimed])["email"]["since"] == TUESDAY.isoformat()


def test_of_emails_of_one_age_the_source_of_higher_rank_wins() -> None:
    email = golden_values(
        [a_record(SHOP, email=["shop@example.com"]), a_record(CRM, email=["crm@example.com"])]
    )["email"]

    assert (email["value"], email["rule"]) == ("crm@example.com", "priority")
    assert reasons(email) == {"shop@example.com": "outranked"}


def test_of_several_emails_of_one_record_the_first_is_shown() -> None:
    email = golden_values([a_record(email=["z@example.com", "a@example.com"])])["email"]

    assert (email["value"], email["rule"]) == ("z@example.com", "first")
    assert reasons(email) == {"a@example.com": "later"}


def test_a_number_one_can_dial_goes_before_bare_digits() -> None:
    phone = golden_values(
        [a_record(at=MONDAY, phone=["+447700900909"]), a_record(at=TUESDAY, phone=["7700900"])]
    )["phone"]

    assert (phone["value"], phone["rule"]) == ("+447700900909", "complete")


def test_a_name_follows_the_source_of_highest_rank() -> None:
    name = golden_values(
        [
            a_record(SHOP, TUESDAY, given_name="Ann", family_name="Smith"),
            a_record(CRM, MONDAY, given_name="Anna", family_name="Smith"),
        ]
    )["full_name"]

    assert (name["value"], name["rule"]) == ("Anna Smith", "priority")


def test_among_equal_sources_the_name_most_records_agree_on_wins() -> None:
    name = golden_values(
        [
            a_record(SHOP, TUESDAY, given_name="Anna", family_name="Kowalski"),
            a_record(SHOP, MONDAY, given_name="Anna", family_name="Müller"),
            a_record(DESK, MONDAY, given_name="ANNA", family_name="MULLER"),
        ]
    )["full_name"]

    assert (fold(name["value"]), name["rule"]) == ("anna muller", "frequent")
    assert reasons(name) == {"Anna Kowalski": "rarer"}


def test_a_whole_name_goes_before_initials_of_a_better_source() -> None:
    name = golden_values(
        [
            a_record(CRM, given_name="A.", family_name="Smith"),
            a_record(SHOP, given_name="Anna", family_name="Smith"),
        ]
    )["full_name"]

    assert (name["value"], name["rule"]) == ("Anna Smith", "complete")
    assert reasons(name) == {"A. Smith": "partial"}


def test_the_parts_of_a_name_come_from_one_record() -> None:
    golden = golden_values(
        [
            a_record(SHOP, TUESDAY, given_name="Anna", middle_name="M", family_name="Smith"),
            a_record(CRM, prefix="Dr", given_name="Ann", family_name="Jones", suffix="Jr"),
        ]
    )

    assert golden["full_name"]["value"] == "Ann Jones Jr"
    assert golden["given_name"]["value"] == "Ann"
    assert golden["family_name"]["value"] == "Jones"
    assert golden["given_name"]["record"] == golden["full_name"]["record"]
    assert "middle_name" not in golden


def test_a_title_makes_no_other_name() -> None:
    name = golden_values(
        [
            a_record(CRM, prefix="Dr", given_name="Anna", family_name="Smith"),
            a_record(SHOP, given_name="Anna", family_name="Smith"),
        ]
    )["full_name"]

    assert (name["value"], name["rule"], name["losers"]) == ("Anna Smith", "only", [])


def test_a_full_birth_date_goes_before_a_partial_one() -> None:
    born = golden_values(
        [
            a_record(CRM, TUESDAY, birth_date="1984"),
            a_record(CRM, TUESDAY, birth_date="1984"),
            a_record(SHOP, MONDAY, birth_date="1984-05-12"),
        ]
    )["birth_date"]

    assert (born["value"], born["rule"]) == ("1984-05-12", "complete")


def test_the_birth_date_most_records_agree_on_wins() -> None:
    born = golden_values(
        [
            a_record(CRM, TUESDAY, birth_date="1984-12-05"),
            a_record(SHOP, birth_date="1984-05-12"),
            a_record(DESK, birth_date="1984-05-12"),
        ]
    )["birth_date"]

    assert (born["value"], born["rule"]) == ("1984-05-12", "frequent")
    assert reasons(born) == {"1984-12-05": "rarer"}


def test_an_address_is_taken_whole_and_never_mixed() -> None:
    old = {"line1": "1 Quay", "city": "Dover", "region": "Kent", "postal_code": "CT16 1AA"}
    new = {"line1": "2 Mill Lane", "city": "Hull"}

    address = golden_values(
        [a_record(at=MONDAY, address=old), a_record(at=TUESDAY, address=new)]
    )

    assert address["address"]["value"] == new
    assert address["address"]["losers"][0]["value"] == old


def test_a_new_country_alone_does_not_blank_an_address() -> None:
    whole = {"line1": "1 Quay", "city": "Dover"}

    address = golden_values(
        [a_record(at=MONDAY, address=whole), a_record(at=TUESDAY, address={"country": "GB"})]
    )["address"]

    assert (address["value"], address["rule"]) == (whole, "complete")


def test_the_deciding_rule_is_the_one_that_beat_the_last_rival() -> None:
    email = golden_values(
        [
            a_record(CRM, TUESDAY, email=["crm@example.com"]),
            a_record(SHOP, TUESDAY, email=["shop@example.com"]),
            a_record(SHOP, MONDAY, email=["old@example.com"]),
        ]
    )["email"]

    assert email["rule"] == "priority"
    assert reasons(email) == {"shop@example.com": "outranked", "old@example.com": "older"}


def test_values_that_differ_in_case_and_accents_are_one_value() -> None:
    golden = golden_values(
        [a_record(CRM, organisation="Café Nord"), a_record(SHOP, organisation="CAFE NORD")]
    )

    assert golden["organisation"]["rule"] == "only"
    assert golden["organisation"]["losers"] == []


def test_a_draw_is_settled_by_source_and_record_number_and_says_so() -> None:
    later = a_record(SHOP, organisation="Beta", external_id="2")
    first = a_record(DESK, organisation="Alpha", external_id="9")

    organisation = golden_values([later, first])["organisation"]

    assert (organisation["value"], organisation["rule"]) == ("Alpha", "tie")
    assert reasons(organisation) == {"Beta": "tie"}


def test_numbers_and_custom_values_each_have_an_entry() -> None:
    golden = golden_values(
        [
            a_record(at=MONDAY, identifiers={"card": ["LC1"], "tax": ["T1"]}),
            a_record(at=TUESDAY, identifiers={"card": ["LC2"]}, custom={"size": "M"}),
        ]
    )

    assert golden["identifiers.card"]["value"] == "LC2"
    assert golden["identifiers.tax"]["value"] == "T1"
    assert golden["custom.size"]["value"] == "M"


@pytest.mark.parametrize(
    ("value", "text"), [(True, "yes"), (False, "no"), (0, "0"), (1.5, "1.5"), ("M", "M")]
)
def test_a_custom_value_that_is_no_text_can_be_displayed(value: object, text: str) -> None:
    golden = golden_values([a_record(custom={"vip": value})])

    assert golden["custom.vip"]["value"] == value
    assert display_text(golden["custom.vip"]) == text


def test_a_gender_is_displayed_as_a_word() -> None:
    golden = golden_values([a_record(CRM, gender="f"), a_record(SHOP, gender="x")])

    assert display_text(golden["gender"]) == "female"
    assert display_text(golden["gender"]["losers"][0]) == "x"


def test_other_rules_can_be_given() -> None:
    records = [
        a_record(CRM, MONDAY, email=["crm@example.com"]),
        a_record(SHOP, TUESDAY, email=["shop@example.com"]),
    ]

    strategies = {**SHIPPED_RULES.strategies, "email": (Strategy.PRIORITY,)}
    golden = golden_values(records, Rules("other", strategies))

    assert (golden["email"]["value"], golden["email"]["rule"]) == (
        "crm@example.com",
        "priority",
    )


def test_without_any_rule_the_record_number_decides() -> None:
    rules = Rules("none", dict.fromkeys(SHIPPED_RULES.strategies, ()))
    agreeing = [a_record(email=["a@example.com"]), a_record(email=["a@example.com"])]

    assert golden_values(agreeing, rules)["email"]["rule"] == "only"
    disagreeing = [*agreeing, a_record(CRM, email=["b@example.com"])]
    assert golden_values(disagreeing, rules)["email"]["rule"] == "tie"


@pytest.mark.parametrize("code", [*Strategy, *REASONS.values(), "only", "tie"])
def test_every_rule_and_reason_has_words(code: str) -> None:
    assert rule_words(code) != code


TEXTS = st.sampled_from(["Anna", "ANNA", "Änna", "Bo", "B.", "", "李"])
MANY = st.lists(st.sampled_from(["a@x.org", "A@x.org", "b@x.org"]), max_size=3)
ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "given_name": TEXTS,
        "family_name": TEXTS,
        "organisation": TEXTS,
        "email": MANY,
        "phone": st.lists(st.sampled_from(["+441", "+442", "123456"]), max_size=2),
        "birth_date": st.sampled_from(["1984", "1984-05", "1984-05-12", "1984-12-05"]),
        "address": st.fixed_dictionaries({}, optional={"line1": TEXTS, "city": TEXTS}),
        "identifiers": st.fixed_dictionaries({}, optional={"card": MANY}),
        "custom": st.fixed_dictionaries({}, optional={"vip": st.booleans() | TEXTS}),
    },
)
ROWS = st.tuples(
    st.sampled_from([CRM, SHOP, DESK]), st.sampled_from([None, MONDAY, TUESDAY]), ATTRIBUTES
)


@st.composite
def joined(draw: st.DrawFn) -> list[SourceRecord]:
    rows = draw(st.lists(ROWS, max_size=6))
    return [
        a_record(source, at, **attributes, external_id=f"{number}")
        for number, (source, at, attributes) in enumerate(rows)
    ]


def _sayings(record: SourceRecord, attribute: str) -> list[Any]:
    """Everything a record says under the name of a golden value, found the slow way."""
    said = record.attributes
    if attribute == "full_name":
        return [" ".join(filter(None, [said.get("given_name"), said.get("family_name")]))]
    if attribute == "address":
        return [{part: text for part, text in said["address"].items() if text}]
    group, _, name = attribute.partition(".")
    value = said[group][name] if name else said[attribute]
    return value if isinstance(value, list) else [value]


@given(joined(), st.randoms(use_true_random=False))
def test_any_order_of_records_gives_the_same_golden_values(
    records: list[SourceRecord], dice: Any
) -> None:
    shuffled = list(records)
    dice.shuffle(shuffled)

    assert golden_values(shuffled) == golden_values(records)


@given(joined())
def test_ids_of_rows_decide_nothing(records: Sequence[SourceRecord]) -> None:
    def without_ids(golden: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return {
            name: {
                **entry,
                "record": 0,
                "losers": [{**loser, "record": 0} for loser in entry["losers"]],
            }
            for name, entry in golden.items()
        }

    before = without_ids(golden_values(records))
    for record in records:
        record.pk = 10**9 - record.pk

    assert without_ids(golden_values(records)) == before


@given(joined())
def test_a_loser_never_says_what_the_winner_says(records: list[SourceRecord]) -> None:
    for entry in golden_values(records).values():
        winner = str(entry["value"]).casefold()
        assert winner not in {str(loser["value"]).casefold() for loser in entry["losers"]}


@given(joined())
def test_only_means_that_nothing_lost(records: list[SourceRecord]) -> None:
    golden = golden_values(records)
    for name in golden.keys() - {"given_name", "family_name"}:
        assert (golden[name]["rule"] == "only") == (golden[name]["losers"] == [])


@given(joined())
def test_every_value_is_said_by_the_record_it_names(records: list[SourceRecord]) -> None:
    by_id = {record.pk: record for record in records}
    for name, entry in golden_values(records).items():
        for told in (entry, *entry["losers"]):
            record = by_id[told["record"]]
            assert told["value"] in _sayings(record, name)
            assert (told["source"], told["external_id"]) == (
                record.source.slug,
                record.external_id,
            )


@given(joined())
def test_nothing_said_is_lost(records: list[SourceRecord]) -> None:
    golden = golden_values(records)
    for record in records:
        for address in record.attributes.get("email", []):
            told = [golden["email"], *golden["email"]["losers"]]
            assert address.casefold() in {entry["value"].casefold() for entry in told}
