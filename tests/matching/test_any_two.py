"""Any two records compared: found by the usual search, shown to stewards, changing nothing."""

from typing import Any

import pytest
from django.test import Client

from consent.models import AccessEntry
from matching.models import Decision
from profiles.models import Profile, SourceRecord
from tests.matching.anna import ELSE, SHOP, SISTER
from tests.matching.arrivals import (
    arrive,
    day,
    depart,
    lock,
    profile_of,
    resolve,
    say,
    snapshot_hash,
    split,
)
from tests.matching.pages import Answer, text
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boris() -> SourceRecord:
    found = arrive("desk", "B-1", updated_at=day(4), **ELSE)
    resolve()
    return found


def ask(browser: Client, profile: Profile, step: str, **fields: Any) -> Answer:
    return browser.post(f"/clusters/{profile.pk}/compare/", {"step": step, **fields})


def compare(one: SourceRecord, other: SourceRecord) -> str:
    answer = ask(signed_in("sol"), profile_of(one), "compare", one=one.pk, other=other.pk)
    assert answer.status_code == 200
    return text(answer)


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
def test_only_stewards_compare(
    name: str, anna: tuple[SourceRecord, ...], boris: SourceRecord
) -> None:
    profile, browser = profile_of(anna[0]), signed_in(name)

    assert browser.get(f"/clusters/{profile.pk}/compare/").status_code == 403
    for step in ("find", "compare"):
        answer = ask(browser, profile, step, one=anna[0].pk, other=boris.pk, q="Yilmaz")
        assert answer.status_code == 403
        assert "Yilmaz" not in text(answer)


def test_the_other_record_is_found_by_name_and_compared(
    anna: tuple[SourceRecord, ...], boris: SourceRecord
) -> None:
    sol, profile = signed_in("sol"), profile_of(anna[0])
    before = snapshot_hash()

    found = text(ask(sol, profile, "find", one=anna[0].pk, q="boris yilmaz"))
    assert f'name="other" value="{boris.pk}"' in found

    page = compare(anna[0], boris)
    assert "Two customers" in page
    assert "boris@example.net" in page
    assert "evidence-table" in page
    assert "Nobody has said anything" in page
    assert "They were never compared" in page
    assert snapshot_hash() == before


def test_both_customers_are_in_the_access_log(
    anna: tuple[SourceRecord, ...], boris: SourceRecord
) -> None:
    compare(anna[0], boris)

    entry = AccessEntry.objects.latest("at")
    assert entry.action == "review"
    assert {profile_of(anna[0]).pk, profile_of(boris).pk} <= set(entry.profiles)
    assert {anna[0].pk, boris.pk} <= set(entry.records)


def test_what_ties_two_records_of_one_customer_is_told(
    anna: tuple[SourceRecord, ...],
) -> None:
    _crm, shop, app = anna

    page = compare(shop, app)

    assert "They are one customer through others." in page
    assert page.partition("What ties them")[2].partition("</ol>")[0].count("<li>") == 2


def test_what_keeps_two_records_apart_is_told_as_a_chain(
    anna: tuple[SourceRecord, ...],
) -> None:
    _crm, shop, app = anna
    split(profile_of(shop), app)
    new = arrive("desk", "D-1", updated_at=day(5), **{**SHOP, "email": ["other@example.net"]})
    resolve()
    say("same", app, new)

    page = compare(shop, new)

    chain = page.partition("What keeps them apart")[2].partition("</ol>")[0]
    assert "not the same person, said Sol" in chain
    assert "a steward said that they are one person" in chain
    assert "Sol said on" in page
    assert "mixed up" in page


def test_what_a_guard_holds_against_the_two_and_a_lock_are_told(
    anna: tuple[SourceRecord, ...],
) -> None:
    crm, shop, _app = anna
    sister = arrive("post", "P-1", updated_at=day(5), **SISTER)
    resolve()
    lock(profile_of(crm), reason="checked by telephone")

    assert "Against these two alone:" in compare(crm, sister)
    assert "checked by telephone" in compare(sister, crm)
    assert "Against these two alone:" not in compare(crm, shop)


def test_nonsense_and_records_that_are_gone_are_refused(
    anna: tuple[SourceRecord, ...], boris: SourceRecord
) -> None:
    sol, profile, crm = signed_in("sol"), profile_of(anna[0]), anna[0].pk
    depart("desk", "B-1", updated_at=day(9))
    resolve()

    gone = ask(sol, profile, "compare", one=crm, other=boris.pk)
    stranger = ask(sol, profile, "compare", one=boris.pk, other=crm)
    itself = ask(sol, profile, "compare", one=crm, other=crm)
    silent = ask(sol, profile, "find", one=crm, q="")

    assert {each.status_code for each in (gone, stranger, itself, silent)} == {422}
    assert "not there any more" in text(gone)
    assert not Decision.objects.exists()


def test_very_many_looks_are_slowed_down_as_in_search(
    anna: tuple[SourceRecord, ...], settings: Any
) -> None:
    settings.C360_LOOKUPS_PER_MINUTE = 1
    sol, profile = signed_in("sol"), profile_of(anna[0])
    asked = [
        ask(sol, profile, "find", one=anna[0].pk, q=q) for q in ("anna k", "boris y", "x y z")
    ]

    assert asked[0].status_code == 200
    assert asked[-1].status_code == 429
    assert asked[-1]["Retry-After"]
