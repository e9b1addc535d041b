"""Splitting: nothing changes before a preview, and what it promised is what happens."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from matching.models import Decision, Link, MergeEvent
from profiles.models import Membership, Profile, SourceRecord
from tests.matching.pages import HTMX, Answer, text
from tests.matching.pairs import ANNA, make_link
from tests.profiles.customers import make_customer, make_object, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
PRITAM = {"given_name": "Pritam", "family_name": "Sharma", "email": ["pritam@example.net"]}


@pytest.fixture
def records() -> list[SourceRecord]:
    """Two records of Anna, and one of Pritam that was joined to her by mistake."""
    anna, again, pritam = make_record("shop", **ANNA), make_record("crm", **ANNA), None
    pritam = make_record("desk", **PRITAM)
    make_link(anna, again, weight_bits=25.0, joins=True)
    make_link(again, pritam, weight_bits=11.0, joins=True)
    make_object(pritam, "10442")
    return [anna, again, pritam]


@pytest.fixture
def mixed(records: list[SourceRecord]) -> Profile:
    return make_customer(*records)


def post(browser: Client, profile: Profile, step: str, *chosen: int, **fields: Any) -> Answer:
    data = {"step": step, "records": chosen, **fields}
    headers = HTMX if step == "preview" else None
    return browser.post(f"/clusters/{profile.pk}/", data, headers=headers)


def split(browser: Client, profile: Profile, *chosen: int, **fields: Any) -> Answer:
    """Preview and confirm, as a browser does."""
    preview = post(browser, profile, "preview", *chosen)
    found = re.search(r'name="seen" value="([^"]+)"', preview.content.decode())
    assert found is not None
    return post(browser, profile, "confirm", *chosen, **{"seen": found[1], **fields})


def profile_of(record: SourceRecord) -> str:
    return Membership.objects.get(record=record).profile_id


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
def test_only_stewards_split(name: str, mixed: Profile, records: list[SourceRecord]) -> None:
    assert signed_in("sol").get(f"/clusters/{mixed.pk}/").status_code == 200
    assert signed_in(name).get(f"/clusters/{mixed.pk}/").status_code == 403
    for step in ("preview", "confirm"):
        assert post(signed_in(name), mixed, step, records[2].pk).status_code == 403
    assert not Decision.objects.exists()


def test_the_page_lists_who_is_joined_and_points_at_the_weakest_link(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    body = text(signed_in("sol").get(f"/clusters/{mixed.pk}/"))

    assert "pritam@example.net" in body
    row = body.partition(f'id="record-{records[2].pk}"')[2]
    assert "weakest link" in row
    assert body.count("weakest link") == 1


def test_a_preview_shows_both_customers_and_changes_nothing(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    body = text(post(signed_in("sol"), mixed, "preview", records[2].pk))

    assert "Split 1 record into a new customer" in body
    assert records[2].birth_profile.pk in body
    assert "Pritam Sharma" in body
    assert "1 order" in body
    assert not Decision.objects.exists()
    assert profile_of(records[2]) == mixed.pk


def test_a_split_does_what_its_preview_showed(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    sol = signed_in("sol")

    answer = split(sol, mixed, records[2].pk, reason="another person")

    assert answer.status_code == 302
    assert profile_of(records[2]) == records[2].birth_profile.pk
    assert profile_of(records[0]) == profile_of(records[1]) == mixed.pk
    assert {row.reason for row in Decision.objects.binding()} == {"another person"}
    assert MergeEvent.objects.get().actor == staff("sol")
    assert "Split 1 record" in text(sol.get(answer["Location"]))


def test_splitting_off_the_oldest_record_keeps_the_others_together(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    answer = split(signed_in("sol"), mixed, records[0].pk)

    stayed = profile_of(records[1])
    assert profile_of(records[0]) == mixed.pk
    assert stayed == profile_of(records[2]) != mixed.pk
    assert answer["Location"] == f"/c/{stayed}/history/"


def test_without_a_tick_nothing_can_be_split(mixed: Profile) -> None:
    answer = post(signed_in("sol"), mixed, "confirm")

    assert answer.status_code == 422
    assert "Tick the records" in text(answer)


def test_at_least_one_record_must_stay(mixed: Profile, records: list[SourceRecord]) -> None:
    answer = post(signed_in("sol"), mixed, "confirm", *(record.pk for record in records))

    assert answer.status_code == 422
    assert "At least one record must stay." in text(answer)


def test_records_of_other_customers_are_refused(mixed: Profile) -> None:
    stranger = make_record("shop", **ANNA)
    make_customer(stranger)

    for step in ("preview", "confirm"):
        answer = post(signed_in("sol"), mixed, step, stranger.pk)
        assert answer.status_code == 422
        assert "no longer part of this customer" in text(answer)


def test_a_customer_that_changed_meanwhile_is_not_split(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    sol = signed_in("sol")

    answer = split(sol, mixed, records[2].pk, seen="what it looked like before")

    assert answer.status_code == 409
    assert "changed this customer while you looked" in text(answer)
    assert "Reload" in text(answer)
    assert profile_of(records[2]) == mixed.pk


def test_without_javascript_the_preview_is_a_whole_page(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    answer = signed_in("sol").post(
        f"/clusters/{mixed.pk}/", {"step": "preview", "records": [records[2].pk]}
    )

    assert "<h1>" in text(answer)
    assert "Split 1 record into a new customer" in text(answer)
    assert " checked" in text(answer)


def test_one_record_alone_cannot_be_split() -> None:
    alone = make_customer(make_record("shop", **ANNA))

    assert "Only one record" in text(signed_in("sol").get(f"/clusters/{alone.pk}/"))


def test_the_queries_of_the_page_do_not_grow_with_the_records(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    many = make_customer(*(make_record("shop", **ANNA) for _ in range(12)))
    sol = signed_in("sol")

    with django_assert_max_num_queries(13):
        sol.get(f"/clusters/{many.pk}/")


def test_the_graph_has_every_record_to_tick_and_the_ties_as_a_table(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    Link.objects.filter(hi=records[2]).update(weight_bits=7.0)

    body = text(signed_in("sol").get(f"/clusters/{mixed.pk}/?view=graph"))

    for record in records:
        assert f'name="records" value="{record.pk}"' in body
    assert body.count('class="tie strong"') == 2  # the line itself and the key
    assert 'class="tie weak weakest"' in body
    table = body.partition('id="graph-lines"')[2]
    assert table.index("weak, 7.0 bits") < table.index("strong, 25.0 bits")
    assert " style=" not in body


def test_cutting_the_weakest_link_ticks_the_smaller_side_and_shows_both_customers(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    sol = signed_in("sol")
    page = sol.get(f"/clusters/{mixed.pk}/").content.decode()
    cut = re.search(r'href="([^"]+)" data-key="c"', page)
    assert cut is not None

    body = text(sol.get(cut[1].replace("&amp;", "&")))

    assert f'value="{records[2].pk}" id="record-{records[2].pk}" checked' in body
    assert body.count(" checked") == 1
    assert "Split 1 record into a new customer" in body


def test_more_records_than_can_be_drawn_are_listed_by_source(
    monkeypatch: pytest.MonkeyPatch, mixed: Profile, records: list[SourceRecord]
) -> None:
    monkeypatch.setattr("matching.views.studio.MOST_NODES", 2)
    monkeypatch.setattr("matching.studio.drawing.MOST_NODES", 2)

    body = text(signed_in("sol").get(f"/clusters/{mixed.pk}/?view=graph"))

    assert "Too many records to draw" in body
    crm, desk, shop = (body.index(f'id="record-{records[n].pk}"') for n in (1, 2, 0))
    assert crm < desk < shop


def test_two_ticked_records_are_explained_by_their_evidence_and_what_lies_between(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    body = text(post(signed_in("sol"), mixed, "compare", records[0].pk, records[2].pk))

    assert "These two are together through others" in body
    assert "a link of 25.0 bits" in body
    assert "a link of 11.0 bits" in body
    assert "evidence-title" in body
    direct = text(post(signed_in("sol"), mixed, "compare", records[0].pk, records[1].pk))
    assert "These two are tied directly." in direct


@pytest.mark.parametrize("chosen", [[], [0], [0, 1, 2]])
def test_not_two_records_are_not_compared(
    chosen: list[int], mixed: Profile, records: list[SourceRecord]
) -> None:
    answer = post(signed_in("sol"), mixed, "compare", *(records[n].pk for n in chosen))

    assert answer.status_code == 422
    assert "Tick exactly two records" in text(answer)


def test_an_open_studio_says_who_changed_the_customer(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    kim, sol = signed_in("kim"), signed_in("sol")
    assert sol.get(f"/clusters/{mixed.pk}/news/?since=0").status_code == 204
    split(kim, mixed, records[2].pk)

    body = text(sol.get(f"/clusters/{mixed.pk}/news/?since=0"))

    assert "Changed by Kim" in body
    assert "Reload" in body
    newest = MergeEvent.objects.get().pk
    assert sol.get(f"/clusters/{mixed.pk}/news/?since={newest}").status_code == 204


def test_a_customer_joined_elsewhere_leads_its_open_studio_there(
    mixed: Profile, records: list[SourceRecord]
) -> None:
    gone = records[1].birth_profile

    body = text(signed_in("sol").get(f"/clusters/{gone.pk}/news/?since=0"))

    assert f"/clusters/{mixed.pk}/" in body
