"""Versions of survivorship: tried without effect, published by a second person, taken back."""

from dataclasses import asdict
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from profiles import projection, tasks
from profiles.models import Membership, Profile, SurvivorshipPublication, SurvivorshipVersion
from profiles.rule_versions import DraftRefused, PublishRefused
from profiles.survivorship import publishing, spreading
from profiles.survivorship.live import live_rules, live_version, rules_of
from profiles.survivorship.rules import SHIPPED
from tests.profiles.survivors import (
    a_draft,
    anna,
    bo,
    hashes,
    nothing_is_off,
    phone_of,
    published,
    simulated,
)
from tests.staff import staff

pytestmark = pytest.mark.django_db
CRM, SHOP = "+442079460001", "+442079460002"


def test_without_any_version_the_rules_that_ship_hold() -> None:
    customer = anna()

    assert live_rules().version == customer.rules_version == SHIPPED
    assert phone_of(customer) == SHOP
    assert live_version().spec == live_rules().to_spec()


def test_a_draft_says_what_it_is_based_on_and_changes_nothing() -> None:
    customer = anna()

    made = a_draft()

    assert (made.state, made.based_on, made.made_by) == ("draft", SHIPPED, staff("sol"))
    assert (phone_of(customer), live_rules().version) == (SHOP, SHIPPED)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"strategies": None}, "Nothing is changed"),
        ({"trust": {"gender": ["crm", "crm"]}}, "twice"),
        ({"name": SHIPPED}, "exists already"),
        ({"name": "x" * 41}, "too long"),
    ],
)
def test_a_draft_that_changes_nothing_or_is_not_sound_is_refused(
    changed: dict[str, Any], words: str
) -> None:
    if "strategies" in changed:
        changed = {"strategies": live_version().spec["strategies"]}

    with pytest.raises(DraftRefused, match=words):
        a_draft(**changed)

    assert not SurvivorshipVersion.objects.exclude(version=SHIPPED).exists()


@pytest.mark.parametrize("column", ["spec", "based_on"])
def test_the_database_keeps_a_version_as_it_was_made(column: str) -> None:
    made = SurvivorshipVersion.objects.filter(version=a_draft().version)

    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        made.update(**{column: {}})

    assert made.update(state="shadow", report={}) == 1


def test_without_a_fresh_report_or_by_its_author_nothing_goes_live() -> None:
    anna()
    made = a_draft()

    with pytest.raises(PublishRefused, match="Simulate it first"):
        publishing.publish(made, scope="all", by=staff("kim"))
    made = simulated("other")
    with pytest.raises(PublishRefused, match="somebody else must publish"):
        publishing.publish(made, scope="all", by=staff("sol"))
    assert live_rules().version == SHIPPED

    publishing.publish(made, scope="all", by=staff("kim"))

    assert live_rules().version == "other"
    with pytest.raises(PublishRefused, match="live already"):
        publishing.publish(made, scope="all", by=staff("kim"))


def test_a_report_against_what_is_no_longer_live_does_not_count() -> None:
    anna()
    early = simulated("early")
    published("other", trust={"email": ["shop"]})

    assert "Simulate it first" in publishing.refusals(early, live_version(), staff("kim"))[0]


@pytest.mark.parametrize("missing", ["another person", "a report"])
def test_the_database_refuses_it_too(missing: str) -> None:
    facts: dict[str, Any] = {"kind": "publish", "version": live_version(), "behind": 0}
    by = staff("sol" if missing == "another person" else "kim")
    report = None if missing == "a report" else {"against": "x"}
    create = SurvivorshipPublication.objects.create

    with pytest.raises(IntegrityError), transaction.atomic():
        create(**facts, made_by=staff("sol"), by=by, report=report)

    create(**facts, made_by=staff("sol"), by=staff("kim"), report={"a": 1})


def test_for_new_data_only_others_keep_their_values_until_they_change() -> None:
    old, changed = anna(), anna()
    published(scope="new")

    spreading.spread()
    projection.refresh([changed.pk])

    assert (phone_of(old), phone_of(changed)) == (SHOP, CRM)
    assert Profile.objects.get(pk=changed.pk).rules_version == "crm-first"
    assert asdict(publishing.rollout()) == {"waiting": 0, "held": 1, "percent": 50}
    assert (spreading.waiting(), nothing_is_off()) == (0, True)


def test_what_was_for_new_data_is_spread_to_all_by_one_person_once() -> None:
    old = anna()
    published(scope="new")

    publishing.spread_to_all(by=staff("sol"))
    assert asdict(publishing.rollout()) == {"waiting": 1, "held": 0, "percent": 0}
    spreading.spread()

    assert phone_of(old) == CRM
    assert asdict(publishing.rollout()) == {"waiting": 0, "held": 0, "percent": 100}
    with pytest.raises(PublishRefused, match="all customers already"):
        publishing.spread_to_all(by=staff("sol"))


def test_taking_back_brings_every_value_back_exactly_and_only_once() -> None:
    anna(), bo(), anna()
    before = hashes()
    published()
    spreading.spread()
    assert hashes() != before

    publishing.take_back(by=staff("sol"))
    spreading.spread()

    assert hashes() == before
    assert live_rules().version == SHIPPED
    with pytest.raises(PublishRefused, match="nothing to take back"):
        publishing.take_back(by=staff("sol"))


def test_a_worker_killed_on_the_way_leaves_the_rest_to_the_next() -> None:
    customers = [anna() for _ in range(3)]
    published()

    spreading._bring_in_line([customers[0].pk])
    assert (spreading.waiting(), nothing_is_off()) == (2, True)
    spreading.spread()

    assert {phone_of(each) for each in customers} == {CRM}
    assert spreading.waiting() == 0


def test_the_clock_finds_who_is_behind_and_a_second_worker_does_nothing() -> None:
    customer = anna()
    published()
    assert tasks.spread_rules() == 1
    assert (phone_of(customer), tasks.spread_rules()) == (CRM, 0)


def test_many_at_once_name_their_version_too(monkeypatch: pytest.MonkeyPatch) -> None:
    customer, gone = anna(), anna()
    published()
    Membership.objects.filter(profile=gone).update(profile=customer)
    monkeypatch.setattr(projection, "MANY", 1)

    projection.refresh([customer.pk, gone.pk])

    rows = Profile.objects.in_bulk([customer.pk, gone.pk])
    assert (rows[customer.pk].rules_version, rows[customer.pk].record_count) == ("crm-first", 4)
    assert (rows[gone.pk].rules_version, rows[gone.pk].record_count) == (SHIPPED, 0)
    assert (spreading.waiting(), nothing_is_off()) == (0, True)


def test_what_cannot_be_chosen_is_left_and_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad, good = sorted((anna(), anna()), key=lambda each: each.pk)
    published()
    monkeypatch.setattr(spreading, "AT_ONCE", 1)
    refresh = projection.refresh

    def fail(ids: list[str]) -> None:
        if bad.pk in ids:
            raise RuntimeError("broken")
        refresh(ids)

    monkeypatch.setattr(spreading, "refresh", fail)

    assert spreading.spread() == 1
    assert (phone_of(good), phone_of(bad), spreading.waiting()) == (CRM, SHOP, 1)


def test_values_by_other_rules_than_the_row_names_are_found() -> None:
    customer = anna()
    published()
    golden = Profile.objects.get(pk=customer.pk).golden
    spreading.spread()

    rows = Profile.objects.filter(pk=customer.pk)
    rows.update(golden=golden)
    assert list(projection.differences()) == [(customer.pk, "golden")]
    rows.update(rules_version=SHIPPED)
    assert (nothing_is_off(), spreading.waiting()) == (True, 1)
    rows.update(rules_version="nobody-made-this")
    assert list(projection.differences()) == [(customer.pk, "rules_version")]


def test_rules_are_read_once_and_named_as_their_row() -> None:
    made = a_draft("mine")

    assert rules_of("mine") is rules_of("mine")
    assert rules_of("mine").version == made.version
    with pytest.raises(SurvivorshipVersion.DoesNotExist):
        rules_of("nowhere")
