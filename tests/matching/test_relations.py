"""Households and shared contacts: a name and a link, and never somebody who may be the same."""

from typing import Any

import pytest

from consent.models import AccessEntry
from matching.models import ReviewCase
from matching.telling.relations import MOST_SHARING, relations_of
from profiles.models import Profile, SourceRecord
from tests.matching.arrivals import arrive, profile_of, resolve
from tests.matching.pages import HTMX, text
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
HOME = {"line1": "2 Mill Lane", "city": "Leeds", "postal_code": "LS1 4AB"}
ANNA: dict[str, Any] = {
    "given_name": "Anna", "family_name": "Kowalska", "birth_date": "1984-03-02",
    "address": HOME, "phone": ["+441132496000"], "email": ["anna@example.org"],
}  # fmt: skip
JAN: dict[str, Any] = {
    "given_name": "Jan", "family_name": "Nowak", "birth_date": "1955-07-01",
}  # fmt: skip


def shared(profile: Profile) -> dict[str, tuple[str, ...]]:
    return {each.name: each.shares for each in relations_of(profile)}


def live(source: str = "crm", key: str = "2", **attributes: Any) -> SourceRecord:
    """Somebody else arrives and is resolved; no question about the two may be open."""
    record = arrive(source, key, **attributes)
    resolve()
    assert not ReviewCase.objects.open().exists()
    return record


@pytest.fixture
def anna() -> Profile:
    return profile_of(live("shop", "1", **ANNA))


def test_who_lives_there_and_shares_the_phone_is_named_with_both(anna: Profile) -> None:
    other = live(**JAN, address=HOME, phone=["+441132496000"])

    assert shared(anna) == {"Jan Nowak": ("house", "phone")}
    assert shared(profile_of(other)) == {"Anna Kowalska": ("house", "phone")}


def test_a_shared_mailbox_is_named(anna: Profile) -> None:
    live(**JAN, email=["anna@example.org"])

    assert shared(anna) == {"Jan Nowak": ("email",)}


def test_another_flat_of_the_house_is_no_household(anna: Profile) -> None:
    flat = {**HOME, "line1": "Flat 7, 2 Mill Lane"}
    live(**JAN, address=flat)

    assert shared(anna) == {}


def test_an_address_or_number_of_many_says_nothing(anna: Profile) -> None:
    names = ("Bo", "Cy", "Di", "Ed", "Fay", "Gus", "Hal")
    for number, name in enumerate(names[: MOST_SHARING - 1]):
        facts = {"given_name": name, "family_name": f"Person{number}x", "address": HOME}
        live("crm", f"{number}", **facts, birth_date=f"19{60 + number}-0{number + 1}-11")
    assert len(shared(anna)) == MOST_SHARING - 1

    live("crm", "last", given_name="Zoe", family_name="Quill", address=HOME)

    assert shared(anna) == {}


def test_whoever_a_steward_is_asked_about_is_not_named(anna: Profile) -> None:
    other = live(**JAN, address=HOME)
    lo, hi = sorted((anna.birth_record_id, other.pk))
    ReviewCase.objects.create(lo_id=lo, hi_id=hi, weight_bits=1.0)

    assert shared(anna) == {}
    assert shared(profile_of(other)) == {}


def test_whoever_is_not_resolved_yet_is_not_named(anna: Profile) -> None:
    other = arrive("crm", "2", **JAN, address=HOME)

    assert shared(anna) == {}
    assert shared(profile_of(other)) == {}


def test_a_namesake_and_a_source_that_matches_nothing_yet_are_not_named(anna: Profile) -> None:
    other = live(**JAN, address=HOME)
    other.source.stage = "observe"
    other.source.save()
    assert shared(anna) == {}

    other.source.stage = "auto"
    other.source.save()
    Profile.objects.filter(pk=anna.pk).update(golden={"full_name": {"value": "Nowak Jan"}})
    assert shared(Profile.objects.get(pk=anna.pk)) == {}


def test_a_deleted_record_shares_nothing(anna: Profile) -> None:
    other = live(**JAN, address=HOME)
    SourceRecord.objects.filter(pk=other.pk).update(deleted_at=other.received_at)

    assert shared(anna) == {}


def test_an_agent_sees_a_name_and_a_link_and_no_value_and_it_is_logged(anna: Profile) -> None:
    other = live(**JAN, address=HOME, phone=["+441132496000"], email=["jan@nowak.example"])
    browser = signed_in("ana")
    assert "Jan Nowak" not in text(browser.get(f"/c/{anna.pk}/"))

    page = text(browser.get(f"/c/{anna.pk}/relations/", headers=HTMX))

    assert f'href="/c/{profile_of(other).pk}/"' in page
    assert "lives at the same address, shares a phone number" in page
    for value in ("1955", "nowak.example", "2496000", "Mill Lane"):
        assert value not in page
    entry = AccessEntry.objects.latest("id")
    assert (entry.action, entry.results) == ("list", 1)
    assert set(entry.profiles) == {anna.pk, profile_of(other).pk}


def test_somebody_without_a_name_is_shown_by_id(anna: Profile) -> None:
    other = live(phone=["+441132496000"], email=["secret.mailbox@example.org"])

    page = text(signed_in("ana").get(f"/c/{anna.pk}/relations/"))

    assert "secret.mailbox" not in page
    assert profile_of(other).pk in page


def test_who_may_not_see_customers_is_refused(anna: Profile) -> None:
    for name in ("ada", "otto"):
        assert signed_in(name).get(f"/c/{anna.pk}/relations/").status_code == 403


def test_the_number_of_queries_does_not_depend_on_who_is_found(
    anna: Profile, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        relations_of(anna)
    live(**JAN, address=HOME)
    live("crm", "3", given_name="Eva", family_name="Lis", phone=["+441132496000"])
    with django_assert_num_queries(3):
        assert len(relations_of(anna)) == 2
