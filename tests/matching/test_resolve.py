"""From arriving records to customers, on a real database, one sentence a test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from c360.http import Moved
from matching import keys as marks
from matching.decisions import undo
from matching.live import live_model
from matching.models import (
    BlockKey,
    Decision,
    DirtyRecord,
    GenericKey,
    Link,
    MatchModelVersion,
    MergeEvent,
    ReviewCase,
)
from matching.preview import preview
from matching.refusals import Contradiction, DecisionRefused
from profiles.access import profile_for
from profiles.models import Membership, Source, SourceRecord
from tests.matching.arrivals import (
    are_together,
    arrive,
    case_of,
    clusters,
    day,
    deliver,
    depart,
    everything_off,
    faces,
    open_cases,
    profile_of,
    record,
    resolve,
    row,
    say,
    snapshot_hash,
    split,
)
from tests.staff import staff

pytestmark = pytest.mark.django_db

# All three are Anna: the mailbox ties shop to CRM, the telephone ties app to CRM.
CRM: dict[str, Any] = {
    "given_name": "Anna",
    "family_name": "Kowalska",
    "email": ["anna.kowalska@example.org"],
    "phone": ["+447700900111"],
    "birth_date": "1984-03-02",
}
SHOP: dict[str, Any] = {
    "given_name": "Anna",
    "family_name": "Kowalska",
    "email": ["anna.kowalska@example.org"],
}
APP: dict[str, Any] = {
    "given_name": "Ania",
    "family_name": "Kowalska",
    "phone": ["+447700900111"],
}
HOME = {"line1": "2 Mill Lane", "city": "Leeds", "postal_code": "LS1 4AB"}
# Her twin sister, of whom only the post knows.
SISTER: dict[str, Any] = {
    "given_name": "Maria",
    "family_name": "Kowalska",
    "birth_date": "1984-03-02",
    "address": HOME,
}
ELSE: dict[str, Any] = {
    "given_name": "Boris",
    "family_name": "Yilmaz",
    "email": ["boris@example.net"],
    "birth_date": "1961-11-30",
}


@pytest.fixture(autouse=True)
def nothing_is_off_afterwards() -> Iterator[None]:
    """Whatever a test does, what is stored must be what the facts say."""
    yield
    if not DirtyRecord.objects.exists():
        assert everything_off() == []


def three_of_anna() -> tuple[SourceRecord, SourceRecord, SourceRecord]:
    """Joined: CRM and shop by mailbox, app by telephone."""
    crm = arrive("crm", "A-1", updated_at=day(1), **CRM)
    shop = arrive("shop", "S-1", updated_at=day(2), **SHOP)
    app = arrive("app", "X-1", updated_at=day(3), **APP)
    resolve()
    assert are_together(crm, shop, app)
    return crm, shop, app


def two_to_ask_about() -> tuple[SourceRecord, SourceRecord]:
    """A pair in the review band."""
    one = arrive("crm", "A-1", updated_at=day(1), **CRM, address=HOME)
    other = arrive("post", "P-1", updated_at=day(2), **SISTER)
    resolve()
    assert not are_together(one, other)
    return one, other


def test_two_records_of_one_person_join() -> None:
    crm = arrive("crm", "A-1", **CRM)
    shop = arrive("shop", "S-1", **SHOP)

    resolve()

    assert are_together(crm, shop)
    assert profile_of(crm) == crm.birth_profile
    assert profile_of(crm).record_count == 2
    assert profile_of(crm).golden["phone"]["value"] == "+447700900111"


def test_a_third_record_ties_two_that_had_nothing_in_common() -> None:
    shop = arrive("shop", "S-1", **SHOP)
    app = arrive("app", "X-1", **APP)
    resolve()
    assert not are_together(shop, app)

    crm = arrive("crm", "A-1", **CRM)
    resolve()

    assert are_together(shop, app, crm)
    assert profile_of(crm) == shop.birth_profile  # the oldest gives the id


def test_an_update_splits_what_it_no_longer_explains() -> None:
    crm, shop, app = three_of_anna()

    arrive("crm", "A-1", updated_at=day(5), **ELSE)
    resolve()

    assert clusters() == {
        frozenset([("crm", "A-1")]),
        frozenset([("shop", "S-1")]),
        frozenset([("app", "X-1")]),
    }
    assert profile_of(shop) == shop.birth_profile
    assert profile_of(app) == app.birth_profile
    assert profile_of(crm).golden["full_name"]["value"] == "Boris Yilmaz"
    assert not Link.objects.exists()


def test_an_older_update_changes_nothing() -> None:
    three_of_anna()
    before = snapshot_hash()

    arrive("crm", "A-1", updated_at=day(0), **ELSE)

    assert not DirtyRecord.objects.exists()
    assert snapshot_hash() == before


def test_a_departed_record_leaves_its_customer_and_its_links() -> None:
    crm, _, _ = three_of_anna()

    depart("crm", "A-1", updated_at=day(9))
    resolve()

    assert clusters() == {frozenset([("shop", "S-1")]), frozenset([("app", "X-1")])}
    assert profile_of(crm).record_count == 0
    assert not Link.objects.exists()
    assert not BlockKey.objects.filter(record=crm).exists()


def test_a_record_that_returns_is_where_it_was() -> None:
    three_of_anna()
    before = faces()
    depart("crm", "A-1", updated_at=day(9))
    resolve()

    arrive("crm", "A-1", updated_at=day(10), **CRM)
    resolve()

    assert set(faces()) == set(before)


def test_what_was_said_of_a_record_counts_again_when_it_returns() -> None:
    one = arrive("crm", "A-1", updated_at=day(1), **CRM)
    other = arrive("shop", "S-1", updated_at=day(1), **ELSE)
    resolve()
    say("same", one, other)
    depart("shop", "S-1", updated_at=day(2))
    resolve()
    assert not are_together(one, other)

    arrive("shop", "S-1", updated_at=day(3), **ELSE)
    resolve()

    assert are_together(one, other)


def test_what_would_contradict_words_on_a_departed_record_is_refused() -> None:
    one = arrive("crm", "A-1", updated_at=day(1), **CRM)
    gone = arrive("shop", "S-1", updated_at=day(1), **ELSE)
    other = arrive("app", "X-1", updated_at=day(1), given_name="Chen", family_name="Li")
    resolve()
    say("same", one, gone)
    say("same", gone, other)
    depart("shop", "S-1", updated_at=day(2))
    resolve()

    with pytest.raises(Contradiction):
        say("different", one, other)

    arrive("shop", "S-1", updated_at=day(3), **ELSE)
    resolve()
    assert are_together(one, gone, other)


def test_delivering_everything_again_changes_nothing() -> None:
    three_of_anna()
    before = snapshot_hash()

    deliver("crm", row("A-1", updated_at=day(1), **CRM))
    deliver("shop", row("S-1", updated_at=day(2), **SHOP))
    assert not DirtyRecord.objects.exists()
    marks.mark_all_dirty()
    resolve()

    assert snapshot_hash() == before


@pytest.mark.parametrize(
    ("stage", "joined", "asked"),
    [("observe", False, 0), ("suggest", False, 1), ("assist", True, 0), ("auto", True, 0)],
)
def test_the_stage_of_a_source_says_what_its_records_may(
    stage: str, joined: bool, asked: int
) -> None:
    Source.objects.create(slug="shop", name="Shop", stage=stage)
    crm, shop = arrive("crm", "A-1", **CRM), arrive("shop", "S-1", **SHOP)

    resolve()

    assert are_together(crm, shop) == joined
    assert len(open_cases()) == asked


def test_changing_the_stage_changes_what_its_records_did() -> None:
    crm, shop, app = three_of_anna()
    source = Source.objects.get(slug="shop")

    for stage, joined, asked in [
        ("suggest", False, 1), ("observe", False, 0), ("auto", True, 0)
    ]:  # fmt: skip
        source.stage = stage
        source.save()
        resolve()

        assert are_together(crm, shop) == joined
        assert are_together(crm, app)
        assert len(open_cases()) == asked
        assert everything_off() == []


@pytest.mark.parametrize("fact", [{"priority": 1}, {"default_basis": "consent"}])
def test_customers_show_what_a_source_has_become(fact: dict[str, Any]) -> None:
    three_of_anna()
    source = Source.objects.get(slug="app")
    for name, value in fact.items():
        setattr(source, name, value)

    source.save()
    resolve()

    assert everything_off() == []


CARD_LIMIT = 12  # of the shipped model, for identifiers


def people_with_one_card(number: int, source: str = "till") -> None:
    """Customers who share a card and nothing else."""
    deliver(
        source,
        *(
            row(f"T-{each}", given_name=f"{'abcdefghijklmnop'[each] * 4}o", identifiers=CARD)
            for each in range(number)
        ),
    )


CARD: dict[str, Any] = {"card": ["70001"]}


def test_a_value_too_many_share_stops_joining_and_joins_again_below_its_limit() -> None:
    one = arrive("crm", "A-1", given_name="Anna", family_name="Kowalska", identifiers=CARD)
    other = arrive("shop", "S-1", given_name="Anna", family_name="Kowalska", identifiers=CARD)
    people_with_one_card(CARD_LIMIT - 2)
    resolve()
    assert are_together(one, other)

    arrive("till", "T-99", given_name="Zoe", identifiers=CARD)
    resolve()
    assert not are_together(one, other)
    assert GenericKey.objects.filter(kind="identifier").count() == 1
    assert everything_off() == []

    depart("till", "T-99")
    resolve()
    assert are_together(one, other)
    assert not GenericKey.objects.exists()


@pytest.mark.parametrize("at_once", [True, False])
def test_a_limit_is_crossed_whether_records_come_at_once_or_one_by_one(at_once: bool) -> None:
    one = arrive("crm", "A-1", given_name="Anna", family_name="Kowalska", identifiers=CARD)
    other = arrive("shop", "S-1", given_name="Anna", family_name="Kowalska", identifiers=CARD)
    if not at_once:
        resolve()
    people_with_one_card(CARD_LIMIT)
    resolve()
    assert not are_together(one, other)

    for number in range(2):
        depart("till", f"T-{number}")
        if not at_once:
            resolve()
    resolve()

    assert are_together(one, other)


def test_records_that_are_only_observed_count_for_a_limit_too() -> None:
    one = arrive("crm", "A-1", given_name="Anna", family_name="Kowalska", identifiers=CARD)
    other = arrive("shop", "S-1", given_name="Anna", family_name="Kowalska", identifiers=CARD)
    resolve()
    Source.objects.create(slug="till", name="Till", stage="observe")

    people_with_one_card(CARD_LIMIT)
    resolve()

    assert not are_together(one, other)


def publish(version: str, **thresholds: float) -> None:
    """Make another model live, as publishing will, and have everyone looked at again."""
    spec = live_model().to_spec()
    spec["version"], spec["thresholds"] = version, spec["thresholds"] | thresholds
    MatchModelVersion.objects.filter(state="live").update(state="retired")
    MatchModelVersion.objects.create(
        version=version, state="live", spec=spec, published_at=timezone.now()
    )
    marks.mark_all_dirty()
    resolve()


def test_different_outlives_models_and_deliveries() -> None:
    crm, shop, app = three_of_anna()
    say("different", crm, shop)
    assert not are_together(crm, shop)

    publish("eager", join_bits=-2.0)
    assert not are_together(crm, shop)
    assert everything_off() == []

    arrive("shop", "S-1", updated_at=day(8), **SHOP | {"phone": ["+447700900111"]})
    arrive("crm", "A-2", updated_at=day(8), **CRM)  # a third who is like both
    resolve()
    assert not are_together(crm, shop)
    assert are_together(crm, app)


def test_a_stricter_model_takes_back_what_a_looser_one_joined() -> None:
    crm, shop, _ = three_of_anna()

    publish("strict", join_bits=30.0)

    assert not are_together(crm, shop)
    assert len(open_cases()) == 2


def two_customers_with_passports() -> tuple[SourceRecord, ...]:
    """Anna of one passport and an Anna much like her of another, each in two records."""
    one = arrive("crm", "A-1", updated_at=day(1), **CRM, identifiers={"passport": ["P1111111"]})
    twice = arrive("shop", "S-1", updated_at=day(1), **SHOP | one.attributes)
    other = arrive(
        "app", "X-1", updated_at=day(1), **CRM, identifiers={"passport": ["Q7654321"]}
    )
    again = arrive("post", "P-1", updated_at=day(1), **SHOP | other.attributes)
    resolve()
    assert clusters() == {
        frozenset([("crm", "A-1"), ("shop", "S-1")]),
        frozenset([("app", "X-1"), ("post", "P-1")]),
    }
    return one, twice, other, again


def test_same_overrules_a_guard_and_keeps_both_customers_whole() -> None:
    one, twice, other, again = two_customers_with_passports()
    assert {reason for _, reason, _ in open_cases()} == {"identifier"}
    planned = preview(same=[(one.pk, other.pk)])

    say("same", one, other)

    assert are_together(one, twice, other, again)
    assert [group.record_ids for group in planned.after] == [
        (one.pk, twice.pk, other.pk, again.pk)
    ]
    assert planned.after[0].profile_id == profile_of(other).pk == one.birth_profile.pk
    assert not open_cases()


def test_what_contradicts_earlier_words_is_refused_with_the_chain() -> None:
    crm = arrive("crm", "A-1", **CRM)
    shop = arrive("shop", "S-1", **ELSE)
    app = arrive("app", "X-1", given_name="Chen", family_name="Li")
    resolve()
    say("same", crm, shop)
    say("same", shop, app)
    before = snapshot_hash()

    with pytest.raises(Contradiction) as refused:
        say("different", app, crm)

    assert refused.value.chain in ([crm.pk, shop.pk, app.pk], [app.pk, shop.pk, crm.pk])
    assert snapshot_hash() == before
    assert Decision.objects.count() == 2


def test_the_same_person_cannot_be_two_either() -> None:
    crm, shop, app = three_of_anna()
    say("different", crm, shop)
    say("same", crm, app)

    with pytest.raises(Contradiction) as refused:
        say("same", shop, app)

    assert set(refused.value.chain) == {crm.pk, shop.pk, app.pk}


def test_a_split_keeps_each_side_together() -> None:
    one = arrive("crm", "A-1", updated_at=day(1), **CRM)
    two = arrive("crm", "A-2", updated_at=day(1), **CRM)
    three = arrive("shop", "S-1", updated_at=day(1), **CRM)
    four = arrive("shop", "S-2", updated_at=day(1), **CRM)
    resolve()

    split(profile_of(one), two, four)

    assert clusters() == {
        frozenset([("crm", "A-1"), ("shop", "S-1")]),
        frozenset([("crm", "A-2"), ("shop", "S-2")]),
    }
    assert profile_of(four) == two.birth_profile
    marks.mark_all_dirty()
    resolve()
    assert are_together(one, three)
    assert are_together(two, four)
    assert not are_together(one, two)


def test_undoing_a_decision_restores_everything() -> None:
    one, _, other, _ = two_customers_with_passports()
    before = snapshot_hash()
    outcome = say("same", one, other)
    assert snapshot_hash() != before

    undo(outcome.action, decided_by=staff("sol"))

    assert snapshot_hash() == before


def test_undoing_a_split_restores_everything() -> None:
    crm, shop, _ = three_of_anna()
    before = snapshot_hash()
    outcome = split(profile_of(crm), shop)
    assert not are_together(crm, shop)

    undo(outcome.action, decided_by=staff("kim"))

    assert snapshot_hash() == before


def test_undoing_after_later_joins_gives_what_would_be_without_the_word() -> None:
    one, _, other, _ = two_customers_with_passports()

    def two_more_arrive() -> tuple[Any, ...]:
        arrive("crm", "A-5", updated_at=day(2), **SHOP)
        arrive("crm", "A-6", updated_at=day(2), **CRM)
        resolve()
        return clusters(), faces(), open_cases()

    with transaction.atomic():
        without = two_more_arrive()
        transaction.set_rollback(True)
    outcome = say("same", one, other)
    joined, *_ = two_more_arrive()
    assert {len(each) for each in joined} == {6}

    undo(outcome.action, decided_by=staff("sol"))

    assert (clusters(), faces(), open_cases()) == without


def test_what_was_undone_or_replaced_cannot_be_undone_again() -> None:
    crm, shop, _ = three_of_anna()
    outcome = say("different", crm, shop)
    undo(outcome.action, decided_by=staff("sol"))

    with pytest.raises(DecisionRefused, match="undone already"):
        undo(outcome.action, decided_by=staff("sol"))


def test_an_earlier_word_counts_again_when_a_later_one_is_undone() -> None:
    one = arrive("crm", "A-1", **CRM)
    other = arrive("shop", "S-1", **ELSE)
    resolve()
    say("same", one, other)
    outcome = split(profile_of(one), other)
    assert not are_together(one, other)

    undo(outcome.action, decided_by=staff("sol"))

    assert are_together(one, other)


def test_every_change_of_membership_leaves_a_receipt() -> None:
    crm, shop, app = three_of_anna()
    outcome = split(profile_of(crm), shop)

    joined = MergeEvent.objects.filter(action=None)
    taken = MergeEvent.objects.get(action=outcome.action)

    assert {pk for each in joined for pk in each.records} == {shop.pk, app.pk}
    assert {each.kind for each in joined} == {"join"}
    assert all(each.evidence["links"] for each in joined)
    assert (taken.kind, taken.records, taken.actor) == ("split", [shop.pk], staff("sol"))
    assert taken.from_profile == crm.birth_profile
    assert taken.to_profile == shop.birth_profile
    for each in [*joined, taken]:
        assert len(each.hash_before) == len(each.hash_after) == 64
        assert each.hash_before != each.hash_after
    undone = undo(outcome.action, decided_by=staff("sol")).receipts[0]
    assert (undone.hash_before, undone.hash_after) == (taken.hash_after, taken.hash_before)


def test_a_receipt_holds_no_values() -> None:
    three_of_anna()

    for each in MergeEvent.objects.all():
        assert "kowalska" not in repr(each.evidence).lower()
        assert "7700900111" not in repr(each.evidence)


def test_the_id_of_a_joined_record_leads_to_its_customer() -> None:
    crm, shop, _ = three_of_anna()

    with pytest.raises(Moved) as moved:
        profile_for(staff("ana"), shop.birth_profile.pk)

    assert str(moved.value) == f"{shop.birth_profile.pk} answers to {crm.birth_profile.pk}"


def test_values_of_a_record_that_is_only_suspected_show_up_nowhere_else() -> None:
    one, other = two_to_ask_about()
    assert case_of(one, other)

    shown = profile_of(one)

    assert "maria" not in shown.search_name
    assert "Maria" not in repr(shown.golden)
    assert "anna" not in profile_of(other).search_name
    assert "+447700900111" not in repr(profile_of(other).golden)


def test_a_case_is_asked_once_and_closed_when_its_records_answer_it() -> None:
    one, other = two_to_ask_about()
    first = case_of(one, other)
    marks.mark_all_dirty()
    resolve()
    assert case_of(one, other) == first

    arrive("post", "P-1", updated_at=day(7), **ELSE)
    resolve()

    assert not open_cases()
    assert ReviewCase.objects.get(pk=first.pk).settled_at


def test_an_answered_report_is_closed() -> None:
    crm, shop, _ = three_of_anna()
    lo, hi = sorted((crm.pk, shop.pk))
    ReviewCase.objects.create(lo_id=lo, hi_id=hi, reason="reported", weight_bits=0.0)

    say("different", crm, shop)

    assert not ReviewCase.objects.open().exists()


def test_verify_finds_a_link_that_was_tampered_with() -> None:
    three_of_anna()
    Link.objects.filter(lo=record("crm", "A-1"), hi=record("shop", "S-1")).update(
        weight_bits=3.5
    )

    assert [each.check for each in everything_off()] == ["links"]
    mend()


def test_verify_finds_a_membership_that_was_tampered_with() -> None:
    _, shop, _ = three_of_anna()
    Membership.objects.filter(record=shop).update(profile=shop.birth_profile)

    found = {(each.check, each.where) for each in everything_off()}

    assert ("clusters", "shop S-1") in found
    mend()


def test_verify_finds_a_golden_value_that_was_tampered_with() -> None:
    crm, _, _ = three_of_anna()
    shown = profile_of(crm)
    shown.golden["phone"]["value"] = "+440000000000"
    shown.save()

    assert [(each.check, each.where) for each in everything_off()] == [
        ("golden values", f"{shown.pk} golden")
    ]
    mend()


def test_verify_finds_a_block_key_that_was_tampered_with() -> None:
    crm, _, _ = three_of_anna()
    key = BlockKey.objects.filter(record=crm, kind="names_year").get()
    BlockKey.objects.filter(pk=key.pk).update(key=key.key + 1)

    assert [(each.check, each.where) for each in everything_off()] == [
        ("block keys", "crm A-1")
    ]
    BlockKey.objects.filter(pk=key.pk).update(key=key.key)


def test_verify_finds_a_case_that_was_closed_without_an_answer() -> None:
    two_to_ask_about()
    ReviewCase.objects.update(settled_at=timezone.now())

    assert [each.check for each in everything_off()] == ["review cases"]
    mend()


def mend() -> None:
    """Computing all of it anew is the remedy `verify` names."""
    marks.mark_all_dirty()
    resolve()
    assert everything_off() == []
