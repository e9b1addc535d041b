"""Why two customers are not one: each answer, and the best pair beside it."""

from typing import Any

import pytest

from matching.live import live_model
from matching.models import BlockKey, Decision, GenericKey
from matching.telling.why_not import WhyNot, why_not
from profiles.models import Source, SourceRecord
from tests.matching.arrivals import arrive, resolve
from tests.matching.pairs import ANNA as ANNAS
from tests.matching.pairs import make_link
from tests.profiles.customers import make_customer, make_record
from tests.staff import staff

pytestmark = pytest.mark.django_db
ANNA: dict[str, Any] = dict(ANNAS)
BORIS: dict[str, Any] = {
    "given_name": "Boris",
    "family_name": "Yilmaz",
    "email": ["boris@example.net"],
}
SON: dict[str, Any] = {**ANNA, "given_name": "John", "suffix": "Jr"}
FATHER: dict[str, Any] = {**ANNA, "given_name": "John", "suffix": "Sr"}


def records(left: dict[str, Any], right: dict[str, Any]) -> tuple[SourceRecord, SourceRecord]:
    """Two customers of one record each."""
    one, other = make_record("shop", **left), make_record("crm", **right)
    make_customer(one)
    make_customer(other)
    return one, other


def meet(*met: SourceRecord, kind: str = "email", key: int = 7) -> None:
    for record in met:
        BlockKey.objects.create(record=record, kind=kind, key=key)


def ask(one: SourceRecord, other: SourceRecord) -> WhyNot:
    return why_not(one.birth_profile, other.birth_profile, model=live_model())


def test_a_persons_word_is_told_with_name_day_and_reason() -> None:
    one, other = records(ANNA, ANNA)
    Decision.objects.create(
        lo=one, hi=other, verdict="different", decided_by=staff("sol"), reason="sisters"
    )

    found = ask(one, other)

    assert found.reason == "told_apart"
    assert "Sol said on" in found.sentence
    assert found.detail == "sisters"


def test_a_word_that_was_taken_back_keeps_nobody_apart() -> None:
    one, other = records(ANNA, BORIS)
    said = Decision.objects.create(
        lo=one, hi=other, verdict="different", decided_by=staff("sol")
    )
    Decision.objects.filter(pk=said.pk).update(superseded_at=said.decided_at)

    assert ask(one, other).reason != "told_apart"


def test_a_guard_that_refused_the_link_is_named() -> None:
    one, other = records(FATHER, SON)
    make_link(one, other, weight_bits=20.0, joins=True)
    for record in (one, other):
        record.membership.component = one.pk
        record.membership.save()

    found = ask(one, other)

    assert found.reason == "generation"
    assert "20.0 bits" in found.sentence
    assert found.pair == (one.pk, other.pk)


def test_who_shares_no_key_was_never_compared() -> None:
    assert ask(*records(ANNA, BORIS)).reason == "no_key"


def test_who_shares_a_generic_key_alone_was_never_compared_and_the_kind_is_told() -> None:
    one, other = records(ANNA, BORIS)
    meet(one, other, kind="names_town")
    GenericKey.objects.create(key=7, kind="names_town")

    found = ask(one, other)

    assert (found.reason, found.detail) == ("generic", "names and town")


def test_weak_evidence_is_told_with_its_weight_and_the_limit() -> None:
    one, other = records(ANNA, BORIS)
    meet(one, other)

    found = ask(one, other)

    assert found.reason == "weak"
    assert found.best is not None
    assert found.best.weight_bits < live_model().review_bits


@pytest.mark.parametrize(("stage", "reason"), [("observe", "observed"), ("suggest", "stage")])
def test_a_source_that_does_not_join_is_the_reason(stage: str, reason: str) -> None:
    one, other = records(ANNA, ANNA)
    meet(one, other)
    Source.objects.filter(pk=one.source_id).update(stage=stage)

    assert ask(one, other).reason == reason


def test_of_many_records_the_pair_that_looks_most_alike_is_shown() -> None:
    anna, boris = make_record("shop", **ANNA), make_record("shop", **BORIS)
    mixed, other = make_customer(anna, boris), make_record("crm", **ANNA)
    alone = make_customer(other)

    found = why_not(mixed, alone, model=live_model())

    assert found.best_pair == (anna.pk, other.pk)


def test_one_customer_is_not_two() -> None:
    one, _ = records(ANNA, BORIS)

    assert ask(one, one).reason == "together"


def test_two_who_came_by_the_real_way_and_have_nothing_in_common() -> None:
    anna = arrive("crm", "A-1", **ANNA)
    boris = arrive("shop", "B-1", **BORIS)
    resolve()

    assert ask(anna, boris).reason == "no_key"
