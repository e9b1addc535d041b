"""Whatever is changed behind the product's back, `verify` names it."""

import pytest
from django.utils import timezone

from matching.models import BlockKey, Link, ReviewCase
from matching.resolving import marks
from profiles.models import Membership
from tests.matching.anna import three_of_anna, two_to_ask_about
from tests.matching.arrivals import everything_off, profile_of, record, resolve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_off_afterwards")]


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
    held = BlockKey.objects.filter(record=crm, kind="names_year")
    key = held.get().key
    held.update(key=key + 1)

    assert [(each.check, each.where) for each in everything_off()] == [
        ("block keys", "crm A-1")
    ]
    held.update(key=key)


def test_verify_finds_a_case_that_was_closed_without_an_answer() -> None:
    two_to_ask_about()
    ReviewCase.objects.update(settled_at=timezone.now())

    assert [each.check for each in everything_off()] == ["review cases"]
    mend()


def test_verify_finds_what_was_derived_of_a_record_that_is_gone() -> None:
    crm, shop, _ = three_of_anna()
    gone = crm.pk + 1_000_000
    Link.objects.filter(lo=crm, hi=shop).update(hi=gone)
    stray = BlockKey.objects.create(record_id=gone, kind="names_year", key=1)

    found = {(each.check, each.where) for each in everything_off()}

    where = f"record {gone}, which is not there"
    assert {("links", where), ("block keys", where)} <= found
    Link.objects.filter(hi=gone).delete()
    stray.delete()
    mend()


def mend() -> None:
    """Computing all of it anew is the remedy `verify` names."""
    marks.mark_all_dirty()
    resolve()
    assert everything_off() == []
