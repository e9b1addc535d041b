"""Rules as data: what is accepted, what they choose, and that those that ship stay."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.models import Source, SourceRecord
from profiles.survivorship.choosing import golden_values
from profiles.survivorship.rules import (
    OFFERED,
    SHIPPED,
    SHIPPED_RULES,
    Rules,
    RulesError,
    Strategy,
)

SOURCES = [
    Source(slug=slug, name=slug, priority=priority)
    for slug, priority in (("crm", 10), ("shop", 50), ("desk", 50))
]
START = datetime(2025, 3, 3, 9, tzinfo=UTC)
CHOSEN_BEFORE = "d5a847a8d5582ec0f03fadd4c60fbf50e33c0aec1b00715cffe75188dbd4190e"


def some_customers() -> list[list[SourceRecord]]:
    """Four hundred customers whose records disagree in every way, the same each time."""
    dice = random.Random(360)
    return [
        [_record(dice, 10 * number + place) for place in range(dice.randint(1, 5))]
        for number in range(400)
    ]


def _record(dice: random.Random, number: int) -> SourceRecord:
    told = None if dice.random() < 0.2 else START + timedelta(days=dice.randint(0, 4))
    return SourceRecord(
        pk=number,
        source=dice.choice(SOURCES),
        external_id=f"{number:05}",
        source_updated_at=told,
        received_at=START,
        attributes={key: value for key, value in _said(dice) if dice.random() < 0.8},
    )


def _said(dice: random.Random) -> list[tuple[str, Any]]:
    emails = ["a@x.org", "A@x.org", "b@x.org", "c@x.org"]
    phones = ["+441", "+442", "123456"]
    street = {"line1": dice.choice(["1 Quay", "2 Mill"]), "city": dice.choice(["Hull", ""])}
    return [
        ("given_name", dice.choice(["Anna", "ANNA", "A.", "Änna", "Bo"])),
        ("family_name", dice.choice(["Kowalska", "Kowalski", "West"])),
        ("email", dice.sample(emails, dice.randint(0, 3))),
        ("phone", dice.sample(phones, dice.randint(0, 2))),
        ("birth_date", dice.choice(["1984", "1984-05", "1984-05-12", "1984-12-05"])),
        ("gender", dice.choice(["f", "m", "x"])),
        ("organisation", dice.choice(["Nord AB", "nord ab", "Süd AG"])),
        ("address", street),
        ("identifiers", {"card": dice.sample(["1", "2", "3"], dice.randint(0, 2))}),
        ("custom", {"vip": dice.choice([True, False, "gold"])}),
    ]


def test_the_rules_that_ship_choose_what_was_chosen_before_rules_were_data() -> None:
    chosen = [golden_values(records, SHIPPED_RULES, ()) for records in some_customers()]

    told = json.dumps(chosen, sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(told.encode()).hexdigest() == CHOSEN_BEFORE


@st.composite
def any_rules(draw: st.DrawFn) -> Rules:
    strategies, trust = {}, {}
    for name, offered in OFFERED.items():
        order = draw(st.permutations(offered))
        strategies[name] = tuple(order[: draw(st.integers(1, len(order)))])
        if Strategy.PRIORITY in strategies[name]:
            slugs = draw(st.permutations(["crm", "shop", "gone"]))
            trust[name] = tuple(slugs[: draw(st.integers(0, 3))])
    return Rules("any", strategies, {name: each for name, each in trust.items() if each})


@given(any_rules(), st.sampled_from(some_customers()), st.randoms(use_true_random=False))
def test_by_whatever_rules_the_order_of_records_decides_nothing(
    rules: Rules, records: Sequence[SourceRecord], dice: Any
) -> None:
    shuffled = list(records)
    dice.shuffle(shuffled)

    assert golden_values(shuffled, rules, ()) == golden_values(records, rules, ())


@given(any_rules(), st.sampled_from(some_customers()))
def test_by_whatever_rules_the_same_attributes_have_a_value(
    rules: Rules, records: Sequence[SourceRecord]
) -> None:
    chosen = golden_values(records, rules, ()).keys() - {"given_name", "family_name"}

    assert chosen == golden_values(records, SHIPPED_RULES, ()).keys() - {
        "given_name",
        "family_name",
    }


@given(any_rules())
def test_what_is_stored_of_rules_reads_back_the_same(rules: Rules) -> None:
    assert Rules.from_spec(json.loads(json.dumps(rules.to_spec()))) == rules


def two_phones() -> list[SourceRecord]:
    """The shop told a phone later than the CRM, which ranks before it, and the desk last."""
    return [
        SourceRecord(
            pk=place,
            source=source,
            external_id=f"{place}",
            source_updated_at=START + timedelta(days=place),
            received_at=START,
            attributes={"phone": [f"+4420794600{place}"]},
        )
        for place, source in enumerate(SOURCES, start=1)
    ]


@pytest.mark.parametrize(
    ("order", "trusted", "chosen"),
    [
        (["newest"], [], "desk"),
        (["priority", "newest"], [], "crm"),
        (["priority", "newest"], ["shop"], "shop"),
        (["priority", "newest"], ["desk", "shop"], "desk"),
        (["priority", "newest"], ["nobody"], "crm"),
        (["newest", "priority"], ["shop"], "desk"),
    ],
)
def test_sources_trusted_for_an_attribute_rank_before_all_others(
    order: list[str], trusted: list[str], chosen: str
) -> None:
    strategies = {**SHIPPED_RULES.strategies, "phone": tuple(map(Strategy, order))}
    rules = replace(SHIPPED_RULES, strategies=strategies, trust={"phone": tuple(trusted)})

    phone = golden_values(two_phones(), rules, ())["phone"]

    assert (phone["source"], phone["rule"]) == (chosen, order[0])


def test_what_a_source_has_verified_goes_before_what_is_newer_where_rules_say_so() -> None:
    records = two_phones()
    records[1].attributes["verified"] = ["phone"]
    order = (Strategy.VERIFIED, Strategy.NEWEST)
    rules = replace(SHIPPED_RULES, strategies={**SHIPPED_RULES.strategies, "phone": order})

    phone = golden_values(records, rules, ())["phone"]

    assert (phone["source"], phone["rule"]) == ("shop", "verified")
    assert {each["reason"] for each in phone["losers"]} == {"unverified"}
    assert golden_values(records, SHIPPED_RULES, ())["phone"]["source"] == "desk"
    records[1].attributes["verified"] = ["email"]  # says nothing of the phone
    assert golden_values(records, rules, ())["phone"]["source"] == "desk"


def spec(**changed: Any) -> dict[str, Any]:
    """The spec that ships, but for what is changed; `strategies` and `trust` by attribute."""
    shipped = SHIPPED_RULES.to_spec()
    return {**shipped, **{part: {**shipped[part], **each} for part, each in changed.items()}}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"strategies": {"phone": []}}, "strategies.phone is empty"),
        ({"strategies": {"phone": ["newest", "newest"]}}, "has newest twice"),
        ({"strategies": {"phone": ["oldest"]}}, "has oldest: use some of verified, complete"),
        ({"strategies": {"gender": ["complete"]}}, "strategies.gender has complete"),
        ({"strategies": {"phone": "newest"}}, "give a list of words"),
        ({"strategies": {"shoe": ["newest"]}}, "give a list for each of full_name"),
        ({"trust": {"phone": ["crm", "crm"]}}, "trust.phone has crm twice"),
        ({"trust": {"shoe": ["crm"]}}, "name sources for some of"),
        (
            {"strategies": {"phone": ["newest"]}, "trust": {"phone": ["crm"]}},
            "does not ask for the rank",
        ),
    ],
)
def test_a_spec_that_is_no_rules_is_refused_with_where_and_why(
    changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(RulesError, match=words):
        Rules.from_spec(spec(**changed))

    assert Rules.from_spec(spec()) == SHIPPED_RULES


def test_the_rules_that_ship_are_not_changed_under_their_name() -> None:
    told = json.dumps(SHIPPED_RULES.to_spec(), sort_keys=True)

    assert SHIPPED == "shipped-2026.11"
    assert hashlib.sha256(told.encode()).hexdigest()[:12] == "c7d75a27426e"
