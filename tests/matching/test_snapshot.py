"""What a batch reads does not depend on how many records it has."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from matching.live import live_model
from matching.models import GenericKey
from matching.resolving.snapshot import Snapshot, take_snapshot
from profiles.models import Source, SourceRecord
from tests.matching.arrivals import arrive, depart, resolve

pytestmark = pytest.mark.django_db
CARD: dict[str, Any] = {"identifiers": {"card": ["70001"]}}
NOBODY = 0  # no record has this id
NO_KEY = 77  # nor any this key


@pytest.fixture
def everybody() -> list[SourceRecord]:
    """Two of one person, family, one only observed, one gone; a card that too many share."""
    Source.objects.create(slug="till", name="Till", stage="observe")
    anna: dict[str, Any] = {
        "given_name": "Anna",
        "family_name": "Kowalska",
        "email": ["anna@example.org"],
    }
    found = [arrive("crm", "A-1", **anna, **CARD), arrive("shop", "S-1", **anna)]
    found += [arrive("crm", "A-2", given_name="Jan", family_name="Kowalski", **CARD)]
    found += [arrive("till", "T-1", **anna)]
    found += [
        arrive("shop", f"S-2{each}", given_name=f"{each * 4}o", **CARD) for each in LETTERS
    ]
    gone = arrive("shop", "S-3", **anna)
    resolve()
    depart("shop", "S-3")
    return [*found, gone]


LETTERS = "bcdefghijklmn"


def alone(record_id: int) -> Snapshot:
    return take_snapshot([record_id], model=live_model())


def among_others(record_id: int) -> Snapshot:
    return without_nobody(take_snapshot([record_id, NOBODY], model=live_model()))


def with_a_lost_key(record_id: int) -> Snapshot:
    return take_snapshot([record_id], lost_keys={NO_KEY: 1}, model=live_model())


def without_nobody(snapshot: Snapshot) -> Snapshot:
    seen = {pk: each for pk, each in snapshot.records.items() if pk != NOBODY}
    return replace(snapshot, records=seen)


@pytest.mark.parametrize("otherwise", [among_others, with_a_lost_key])
def test_a_record_meets_the_same_alone_among_others_and_where_keys_are_lost(
    everybody: list[SourceRecord], otherwise: Callable[[int], Snapshot]
) -> None:
    seen = {each: alone(each.pk) for each in everybody}

    assert seen == {each: otherwise(each.pk) for each in everybody}
    assert any(each.pairs for each in seen.values())
    assert any(each.generic for each in seen.values())


def test_one_that_is_only_observed_meets_nobody(everybody: list[SourceRecord]) -> None:
    observed = next(each for each in everybody if each.source.slug == "till")

    assert not alone(observed.pk).pairs


def test_a_key_that_crosses_its_limit_is_told_alone_as_well(
    everybody: list[SourceRecord],
) -> None:
    card = GenericKey.objects.get(kind="identifier").key
    assert alone(everybody[0].pk).noted_values == {card}
    GenericKey.objects.all().delete()

    seen = alone(everybody[0].pk)

    assert seen.became_generic == [(card, "identifier")]
    assert seen == with_a_lost_key(everybody[0].pk)
