"""What an open page of a customer is told when something has changed."""

import re
from functools import partial
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission

from consent.models import AccessEntry
from consent.permitting.projection import mark_stale
from matching.models import MatchModelVersion, MergeEvent
from matching.review import put_off
from matching.second_person import proposals
from profiles.announcing import signal_of
from profiles.corrections import propose_correction, value_hash, withdraw
from profiles.desk.notes import TAKEN_BACK, close_note, write_note
from profiles.models import CorrectionProposal, Membership, Profile
from profiles.projection import refresh
from tests.announced import Published
from tests.matching.pairs import make_pair
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


def propose(profile: Profile, *, by: str) -> CorrectionProposal:
    """Say that the given name is wrong."""
    seen = value_hash("full_name", profile.golden["full_name"])
    facts = {"value": {}, "why": "misspelt", "said_by": "customer", "words": ""}
    return propose_correction(
        profile, "full_name", form=uuid4(), seen=seen, proposed_by=staff(by), **facts
    )


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


def test_contact_is_told_to_those_who_may_see_whether_it_is_allowed(anna: Profile) -> None:
    staff("ana").groups.get().permissions.remove(
        Permission.objects.get(codename="view_contact_permission")
    )
    address = f"{address_of_news(anna)}&permissions=1"
    mark_stale([anna.pk])

    assert "permissions=" not in address_of_news(anna)
    assert told(address).status_code == 204


def test_a_note_is_news_to_everybody_but_its_author(anna: Profile) -> None:
    write = partial(write_note, [anna.birth_record], "calls back on Friday")
    address = address_of_news(anna)
    write(by=staff("ana"), key=uuid4())
    assert told(address).status_code == 204

    write(by=staff("sol"), key=uuid4())

    body = told(address).content.decode()
    assert "1 new item" in body
    assert "Friday" not in body


def test_a_proposed_correction_is_news_until_it_is_taken_back(anna: Profile) -> None:
    refresh([anna.pk])
    anna.refresh_from_db()
    address = address_of_news(anna)
    proposal = propose(anna, by="sol")
    assert "Somebody says that a value is wrong" in told(address).content.decode()

    seen = address_of_news(anna)
    withdraw(proposal, by=staff("sol"))

    assert "A correction was taken back" in told(seen).content.decode()
    assert told(address).status_code == 204


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


def test_notes_are_told_to_open_pages(anna: Profile, published: Published) -> None:
    key, records = uuid4(), [anna.birth_record]
    sol = staff("sol")

    assert published(lambda: write_note(records, "x", by=sol, key=key)) == signal_of(anna.pk)
    assert published(lambda: write_note(records, "x", by=sol, key=key)) == ""
    taken_back = published(lambda: close_note(records, key, by=sol, how=TAKEN_BACK))
    assert taken_back == signal_of(anna.pk)


def test_corrections_are_told_to_open_pages(anna: Profile, published: Published) -> None:
    refresh([anna.pk])
    anna.refresh_from_db()

    assert published(lambda: propose(anna, by="sol")) == signal_of(anna.pk)
    proposal = CorrectionProposal.objects.get()
    assert published(lambda: withdraw(proposal, by=staff("sol"))) == signal_of(anna.pk)


def test_the_queue_is_told_when_a_second_person_is_asked(published: Published) -> None:
    case, sol = make_pair(), staff("sol")

    asked = published(lambda: proposals.propose(case, verdict="unsure", proposed_by=sol))
    assert asked == "queue"
    assert published(lambda: proposals.withdraw(case, by=sol)) == "queue"
    assert published(lambda: put_off(case)) == "queue"
