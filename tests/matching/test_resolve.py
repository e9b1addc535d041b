"""From arriving records to customers, on a real database, one sentence a test."""

from typing import Any

import pytest

from c360.http import Moved
from matching.deciding.decisions import undo
from matching.models import BlockKey, DirtyRecord, GenericKey, Link, MergeEvent, ReviewCase
from matching.resolving import marks
from matching.resolving.resolve import resolve_batch
from profiles.access import profile_for
from profiles.models import Source
from tests.matching.anna import APP, CRM, ELSE, SHOP, publish, three_of_anna, two_to_ask_about
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
    resolve,
    row,
    snapshot_hash,
    split,
)
from tests.staff import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_off_afterwards")]


def test_two_records_of_one_person_join() -> None:
    crm = arrive("crm", "A-1", **CRM)
    shop = arrive("shop", "S-1", **SHOP)

    resolve()

    assert are_together(crm, shop)
    assert profile_of(crm) == crm.birth_profile
    assert profile_of(crm).record_count == 2
    assert profile_of(crm).golden["phone"]["value"] == "+447700900111"


@pytest.mark.parametrize("resolved_before", [False, True])
def test_a_receipt_holds_the_link_as_it_is_stored(resolved_before: bool) -> None:
    arrive("crm", "A-1", **CRM)
    if resolved_before:
        resolve()
    arrive("shop", "S-1", **SHOP)

    resolve()

    told = [each for receipt in MergeEvent.objects.all() for each in receipt.evidence["links"]]
    columns = ("lo", "hi", "weight_bits", "levels", "bits")
    assert told == list(Link.objects.values(*columns))
    assert told


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


def test_customers_show_what_a_source_has_become() -> None:
    three_of_anna()
    source = Source.objects.get(slug="app")
    source.priority = 1

    source.save()
    resolve()

    assert everything_off() == []


CARD_LIMIT = 12  # of the shipped model, for identifiers
DATE_LIMIT = 8  # and for dates of birth


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


BORN: dict[str, Any] = {"birth_date": "1981-02-14"}


def born_on_one_day(number: int, source: str = "till") -> None:
    """Customers who share a birthday and nothing else."""
    names = (f"{letter * 4}o" for letter in "bcdefghijklm"[:number])
    deliver(source, *(row(f"T-{name}", given_name=name, **BORN) for name in names))


@pytest.mark.parametrize("mailbox", [{}, {"email": ["anna.kowalska@example.org"]}])
def test_when_a_birthday_becomes_common_those_are_looked_at_who_may_have_met_by_it_alone(
    mailbox: dict[str, Any],
) -> None:
    one = arrive("crm", "A-1", given_name="Anna", family_name="Kowalska", **BORN, **mailbox)
    other = arrive("shop", "S-1", given_name="Anna", family_name="Kowalska", **BORN, **mailbox)
    born_on_one_day(DATE_LIMIT - 2)
    resolve()
    assert list(Link.objects.values_list("lo", "hi")) == [(one.pk, other.pk)]

    arrive("till", "T-99", given_name="Zoe", **BORN)
    resolve_batch()

    assert GenericKey.objects.filter(kind="date").count() == 1
    waiting = set(DirtyRecord.objects.values_list("record", flat=True))
    assert waiting == (set() if mailbox else {one.pk})
    resolve()
    assert are_together(one, other)


def test_a_pair_that_met_by_a_birthday_alone_parts_when_it_becomes_common() -> None:
    publish("curious", review_bits=-30.0)
    one = arrive("crm", "A-1", given_name="Anna", **BORN)
    other = arrive("shop", "S-1", given_name="Boris", **BORN)
    Source.objects.create(slug="till", name="Till", stage="observe")
    born_on_one_day(DATE_LIMIT - 2)
    resolve()
    assert list(Link.objects.values_list("lo", "hi")) == [(one.pk, other.pk)]

    arrive("till", "T-99", given_name="Zoe", **BORN)
    resolve()

    assert not Link.objects.exists()


def test_records_that_are_only_observed_count_for_a_limit_too() -> None:
    one = arrive("crm", "A-1", given_name="Anna", family_name="Kowalska", identifiers=CARD)
    other = arrive("shop", "S-1", given_name="Anna", family_name="Kowalska", identifiers=CARD)
    resolve()
    Source.objects.create(slug="till", name="Till", stage="observe")

    people_with_one_card(CARD_LIMIT)
    resolve()

    assert not are_together(one, other)


def test_a_stricter_model_takes_back_what_a_looser_one_joined() -> None:
    crm, shop, _ = three_of_anna()

    publish("strict", join_bits=30.0)

    assert not are_together(crm, shop)
    assert len(open_cases()) == 2


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
    undoing = undo(outcome.action, decided_by=staff("sol")).action
    undone = MergeEvent.objects.get(action=undoing)
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


def test_what_too_many_share_proves_nothing_to_those_who_meet_by_another_key() -> None:
    """Two namesakes of one town, both with the number of the shop's own till."""
    number: dict[str, Any] = {"phone": ["+447700900777"]}
    names: dict[str, Any] = {"given_name": "Anna", "family_name": "Kowalska"}
    one = arrive("crm", "A-1", **names, **number, address={"city": "Leeds"})
    other = arrive("shop", "S-1", **names, **number, address={"city": "Leeds"})
    resolve()
    assert are_together(one, other)

    deliver(
        "till",
        *(
            row(f"T-{n}", given_name=f"{'abcdefghij'[n % 10] * 3}{'uoiea'[n % 5]}", **number)
            for n in range(25)
        ),
    )
    resolve()

    assert not are_together(one, other)
    assert not Link.objects.filter(levels__has_key="phone").exists()
    assert everything_off() == []
