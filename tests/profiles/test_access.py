"""The one door to a customer."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from c360.http import Gone, Moved
from profiles.access import profile_for
from profiles.models import Profile
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["ana", "sol", "pia"])
def test_who_may_search_gets_the_customer(name: str) -> None:
    anna = make_customer(make_record(given_name="Anna"))

    assert profile_for(staff(name), anna.pk) == anna


@pytest.mark.parametrize("name", ["ada", "otto"])
def test_who_may_not_search_is_refused_before_anything_is_looked_up(name: str) -> None:
    anna = make_customer(make_record(given_name="Anna"))

    for profile_id in (anna.pk, "P-NOBODY"):
        with pytest.raises(PermissionDenied):
            profile_for(staff(name), profile_id)


def test_an_id_that_was_never_issued_is_not_found() -> None:
    with pytest.raises(Http404):
        profile_for(staff("ana"), "P-000000000000")


def test_an_id_that_was_joined_leads_to_where_its_record_is_now() -> None:
    shop, crm = make_record("shop", given_name="Anna"), make_record("crm", given_name="Ann")
    anna = make_customer(shop, crm)

    with pytest.raises(Moved) as moved:
        profile_for(staff("ana"), crm.birth_profile.pk)

    assert moved.value.new == anna.pk


def test_a_customer_whose_last_record_was_deleted_is_gone() -> None:
    anna = make_customer(make_record(given_name="Anna"))
    Profile.objects.filter(pk=anna.pk).update(record_count=0)

    with pytest.raises(Gone):
        profile_for(staff("ana"), anna.pk)


def test_an_old_address_leads_on_and_says_so() -> None:
    shop, crm = make_record("shop", given_name="Anna"), make_record("crm", given_name="Ann")
    anna = make_customer(shop, crm)
    old = crm.birth_profile.pk

    answer = signed_in("ana").get(f"/c/{old}/?kind=web", follow=True)

    assert answer.redirect_chain == [(f"/c/{anna.pk}/?kind=web", 302)]
    assert f"{old} was joined into {anna.pk}" in answer.content.decode()


def test_a_gone_customer_answers_410_without_any_value() -> None:
    anna = make_customer(make_record(given_name="Anna", family_name="Kowalska"))
    Profile.objects.filter(pk=anna.pk).update(record_count=0)

    answer = signed_in("ana").get(f"/c/{anna.pk}/")

    assert answer.status_code == 410
    assert "Kowalska" not in answer.content.decode()


@pytest.mark.parametrize("path", ["", "timeline/", "records/", "field/full_name/"])
def test_every_page_of_a_customer_uses_the_door(path: str) -> None:
    anna = make_customer(make_record(given_name="Anna"))

    assert signed_in("ana").get(f"/c/{anna.pk}/{path}").status_code == 200
    assert signed_in("ada").get(f"/c/{anna.pk}/{path}").status_code == 403
    assert signed_in("otto").get(f"/c/{anna.pk}/{path}").status_code == 403
