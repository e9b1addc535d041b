"""Before a steward joins two customers: what that changes in consent, and nothing else."""

from typing import Any

import pytest
from django.utils import timezone

from consent.models import EffectivePermission
from consent.permitting.drift import drift
from consent.permitting.effect import changes_by, effect_of_same, readers_of
from consent.permitting.evidence import rules_now
from consent.permitting.fold import permissions
from consent.permitting.rows import stored
from matching.models import ReviewCase
from profiles.models import SourceRecord
from tests.consent.statements import say
from tests.matching.arrivals import arrive, profile_of, resolve
from tests.matching.arrivals import say as decide
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Kowalska"}


@pytest.fixture
def pair() -> tuple[SourceRecord, SourceRecord]:
    """Two customers of one name: the shop's took its yes back, the desk's said yes later."""
    shop = arrive("shop", "S-1", email=["anna@example.org"], **ANNA)
    desk = arrive("crm", "C-1", email=["a.kowalska@example.net"], **ANNA)
    resolve()
    say(shop, "withdrawn", on=1)
    say(desk, True, on=2)
    return shop, desk


def case_of(one: SourceRecord, other: SourceRecord) -> ReviewCase:
    lo, hi = sorted((one, other), key=lambda record: record.pk)
    return ReviewCase.objects.open().filter(lo=lo, hi=hi).first() or ReviewCase.objects.create(
        lo=lo, hi=hi, reason="reported", weight_bits=1.0
    )


def shape(answers: dict[Any, Any]) -> dict[Any, Any]:
    return {
        key: (each.allowed, each.reason, each.record, each.entry)
        for key, each in answers.items()
    }


def test_what_was_foretold_is_what_the_decision_does(
    pair: tuple[SourceRecord, SourceRecord],
) -> None:
    effect = effect_of_same(case_of(*pair))
    now, rules = timezone.now(), rules_now()
    foretold = {
        (profile, *key): answer
        for profile, customer in effect.after.items()
        for *key, answer in permissions(customer, at=now, rules=rules)
    }

    decide("same", *pair)

    assert profile_of(pair[0]) == profile_of(pair[1])
    assert shape(stored(list(effect.after))) == shape(foretold)
    assert foretold
    assert list(drift()) == []


def test_the_change_is_told_for_both_sides(pair: tuple[SourceRecord, SourceRecord]) -> None:
    (change,) = changes_by(effect_of_same(case_of(*pair)))

    assert (change.purpose.key, change.channel) == ("marketing", "email")
    assert {change.left.reason, change.right.reason} == {"withdrawn", "pending_match"}
    assert change.after.reason == "granted"


def test_foretelling_changes_nothing(pair: tuple[SourceRecord, SourceRecord]) -> None:
    before = list(EffectivePermission.objects.order_by("pk").values())

    effect_of_same(case_of(*pair))

    assert list(EffectivePermission.objects.order_by("pk").values()) == before


def test_stewards_see_it_on_the_page_of_the_pair(
    pair: tuple[SourceRecord, SourceRecord],
) -> None:
    case = case_of(*pair)

    link, browser = f"/review/{case.pk}/consent/", signed_in("sol")
    body = browser.get(link).content.decode()

    assert "Marketing, E-mail" in body
    assert "<html" in body
    assert (
        f"/review/{case.pk}/consent/"
        in signed_in("sol").get(f"/review/{case.pk}/").content.decode()
    )


def test_agents_are_refused(pair: tuple[SourceRecord, SourceRecord]) -> None:
    assert signed_in("ana").get(f"/review/{case_of(*pair).pk}/consent/").status_code == 403


def test_who_opened_one_of_the_two_lately_is_counted_once(
    pair: tuple[SourceRecord, SourceRecord],
) -> None:
    case, (one, other) = case_of(*pair), (profile_of(record) for record in pair)
    for name, profile in (("ana", one), ("ana", other), ("pia", other)):
        assert signed_in(name).get(f"/c/{profile.pk}/").status_code == 200
    signed_in("kim").post("/search/", {"q": "Kowalska"})  # saw them, opened none

    assert readers_of(effect_of_same(case)) == 2
    page = " ".join(
        signed_in("sol").get(f"/review/{case.pk}/consent/").content.decode().split()
    )
    assert "2 people opened one of these customers in the last 90 days" in page


def test_who_opened_another_customer_is_not_counted(
    pair: tuple[SourceRecord, SourceRecord],
) -> None:
    stranger = arrive("shop", "S-9", given_name="Li", family_name="Chen")
    resolve()
    case = case_of(*pair)
    signed_in("ana").get(f"/c/{profile_of(stranger).pk}/")

    assert readers_of(effect_of_same(case)) == 0
