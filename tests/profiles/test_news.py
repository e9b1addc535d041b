"""What an open page of a customer is told when something has changed."""

import re
from html import unescape
from typing import Any

import pytest

from consent.models import AccessEntry
from consent.projection import mark_stale
from matching.models import MatchModelVersion, MergeEvent
from profiles.models import Membership, Profile
from profiles.projection import refresh
from tests.profiles.customers import make_customer, make_event, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Profile:
    return make_customer(make_record("shop", given_name="Anna"), make_record("crm"))


def address_of_news(profile: Profile) -> str:
    """The address that the page of a customer, drawn now, asks for news."""
    page = signed_in("ana").get(f"/c/{profile.pk}/").content.decode()
    found = re.search(r'id="news"[^>]*hx-get="([^"]+)"', page)
    assert found
    return unescape(found[1])


def told(address: str, **headers: str) -> Any:
    return signed_in("ana").get(address, headers={"HX-Request": "true", **headers})


def test_a_page_that_is_up_to_date_is_told_nothing(anna: Profile) -> None:
    address = address_of_news(anna)
    logged = AccessEntry.objects.count()

    assert told(address).status_code == 204
    assert AccessEntry.objects.count() == logged


def test_new_items_are_counted_and_not_shown(anna: Profile) -> None:
    address = address_of_news(anna)
    make_event(anna.birth_record, text="where is my refund")
    make_event(anna.birth_record)

    body = told(address).content.decode()

    assert "2 new items" in body
    assert "refund" not in body
    assert AccessEntry.objects.latest("pk").fields == ["news"]


def test_changed_values_are_told(anna: Profile) -> None:
    refresh([anna.pk])
    address = address_of_news(anna)
    record = anna.birth_record
    record.attributes = {"given_name": "Hanna"}
    record.save()
    refresh([anna.pk])

    body = told(address).content.decode()

    assert "Details changed" in body
    assert "Hanna" not in body


def receipt(kind: str, origin: Profile, target: Profile, **more: Any) -> MergeEvent:
    version, _made = MatchModelVersion.objects.get_or_create(
        version="t", defaults={"state": "retired", "spec": {}}
    )
    fields = {"members_after": [], "evidence": {}, "hash_before": "a", "hash_after": "b"}
    return MergeEvent.objects.create(
        kind=kind, from_profile=origin, to_profile=target, model_version=version,
        records=[origin.birth_record_id], **fields | more,
    )  # fmt: skip


def test_a_join_by_a_steward_is_told(anna: Profile) -> None:
    other = make_customer(make_record("loyalty"))
    address = address_of_news(anna)
    receipt("join", other, anna, actor=staff("sol"))

    assert "1 record joined, by a steward" in told(address).content.decode()


def test_a_split_names_where_the_records_went(anna: Profile) -> None:
    other = make_customer(make_record("loyalty"))
    address = address_of_news(anna)
    receipt("split", anna, other)

    assert f"records split off into {other.pk}" in told(address).content.decode()


def test_another_answer_to_whether_we_may_contact_is_told(anna: Profile) -> None:
    address = address_of_news(anna)
    mark_stale([anna.pk])

    assert "Whether we may contact has changed" in told(address).content.decode()


def test_a_customer_joined_into_another_is_told_where(anna: Profile) -> None:
    other = make_customer(make_record("loyalty"))
    address = address_of_news(anna)
    Membership.objects.filter(profile=anna).update(profile=other)
    Profile.objects.filter(pk=anna.pk).update(record_count=0)

    body = told(address).content.decode()

    assert f"Joined into {other.pk}" in body
    assert f'href="/c/{other.pk}/"' in body


def test_a_customer_who_is_gone_is_told_without_anything_to_show(anna: Profile) -> None:
    address = address_of_news(anna)
    Profile.objects.filter(pk=anna.pk).update(record_count=0)

    answer = told(address)

    assert answer.status_code == 200
    assert "no longer here" in answer.content.decode()


def test_show_keeps_the_filters_of_the_page_and_follows_no_other_address(
    anna: Profile,
) -> None:
    address = address_of_news(anna)
    make_event(anna.birth_record)
    page = f"/c/{anna.pk}/"

    here = told(address, **{"HX-Current-URL": f"http://testserver{page}?kind=orders"})
    elsewhere = told(address, **{"HX-Current-URL": "http://testserver/logout/?a=1"})

    assert f'href="{page}?kind=orders"' in here.content.decode()
    assert f'href="{page}"' in elsewhere.content.decode()


def test_marks_that_make_no_sense_do_no_harm(anna: Profile) -> None:
    odd = "events=x&values=%00&joins=99999999999999999999&questions=-1&permissions=&more=1"

    assert told(f"/c/{anna.pk}/news/?{odd}").status_code == 200


@pytest.mark.parametrize(("name", "status"), [("otto", 403), ("ada", 403), ("ana", 204)])
def test_news_is_for_those_who_may_open_the_customer(
    name: str, status: int, anna: Profile
) -> None:
    assert signed_in(name).get(f"/c/{anna.pk}/news/").status_code == status
