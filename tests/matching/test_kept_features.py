"""Features kept beside the keys of a record are read instead of its attributes."""

import json
from typing import Any

import pytest

from matching.live import FeatureCache, fold, live_model
from matching.models import KeyedRecord
from matching.resolving.links import folded
from matching.resolving.snapshot import take_snapshot
from profiles.models import SourceRecord
from tests.matching.arrivals import are_together, arrive, depart, everything_off, resolve

pytestmark = pytest.mark.django_db
ANNA: dict[str, Any] = {
    "given_name": "Anna",
    "family_name": "Kowalska",
    "birth_date": "1984-03-02",
    "email": ["anna@example.com"],
    "phone": ["+447700900123"],
    "address": {"line1": "16 Hill Gardens", "postal_code": "LS8 2PW"},
}


@pytest.fixture(autouse=True)
def _nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.resolving.links.FEATURES", FeatureCache())


@pytest.fixture
def anna() -> SourceRecord:
    return arrive("crm", "1", **ANNA)


def what_it_says(record: SourceRecord) -> Any:
    return json.loads(take_snapshot([record.pk], model=live_model()).records[record.pk].said)


def test_a_record_is_compared_by_what_was_made_of_it_when_it_arrived(
    anna: SourceRecord,
) -> None:
    seen = take_snapshot([anna.pk], model=live_model()).records[anna.pk]

    assert isinstance(json.loads(seen.said), list)
    assert folded(seen) == fold(ANNA)


def test_what_changes_is_made_anew(anna: SourceRecord) -> None:
    arrive("crm", "1", **{**ANNA, "family_name": "Nowak"})

    kept = KeyedRecord.objects.get(record=anna)

    assert kept.version == 2
    assert kept.folded == fold({**ANNA, "family_name": "Nowak"}).as_text()


def test_of_what_is_gone_nothing_is_kept(anna: SourceRecord) -> None:
    depart("crm", "1")

    assert KeyedRecord.objects.get(record=anna).folded is None
    assert what_it_says(anna) == SourceRecord.objects.get(pk=anna.pk).attributes


@pytest.mark.parametrize("outdated", [{"scheme": 1}, {"folded": None}])
def test_what_other_code_made_is_not_read(anna: SourceRecord, outdated: dict[str, Any]) -> None:
    KeyedRecord.objects.filter(record=anna).update(
        **{"folded": json.dumps(["wrong"]), **outdated}
    )

    assert what_it_says(anna) == ANNA


def test_what_was_made_of_another_version_ties_nothing_and_is_told_by_verify(
    anna: SourceRecord,
) -> None:
    other = arrive("shop", "1", **ANNA)
    KeyedRecord.objects.filter(record=anna).update(version=7)

    resolve()

    assert not are_together(anna, other)
    assert "features" in {each.check for each in everything_off()}


def test_what_names_another_source_is_told_by_verify(anna: SourceRecord) -> None:
    other = arrive("shop", "1", given_name="Boris")
    resolve()
    KeyedRecord.objects.filter(record=anna).update(source=other.source)

    assert [each.check for each in everything_off()] == ["features"]


def test_what_is_kept_of_a_record_that_is_gone_is_told_by_verify(anna: SourceRecord) -> None:
    depart("crm", "1")
    KeyedRecord.objects.filter(record=anna).update(folded=fold(ANNA).as_text())

    assert [each.check for each in everything_off()] == ["features"]
