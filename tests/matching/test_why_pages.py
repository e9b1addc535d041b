"""How a customer came about, as page and by call: for stewards and nobody else."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from matching.live import live_model
from matching.models import Decision
from profiles.models import Profile, SourceRecord, SourceToken
from tests.matching.anna import three_of_anna
from tests.matching.pages import HTMX, text
from tests.matching.pairs import ANNA, make_link
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
EXACT = {"levels": {"email": "exact"}, "bits": {"email": 21.0}}
BORIS: dict[str, Any] = {
    "given_name": "Boris",
    "family_name": "Yilmaz",
    "email": ["boris@example.net"],
}


@pytest.fixture
def records() -> list[SourceRecord]:
    """Three records of Anna: two by a strong link, the third by a weaker one."""
    found = [make_record(source, **ANNA) for source in ("shop", "crm", "desk")]
    make_link(found[0], found[1], weight_bits=25.0, joins=True, **EXACT)
    make_link(found[1], found[2], weight_bits=11.0, joins=True, **EXACT)
    return found


@pytest.fixture
def anna(records: list[SourceRecord]) -> Profile:
    return make_customer(*records)


def page(profile: Profile, other: str = "", **headers: Any) -> str:
    query = {"other": other} if other else {}
    return text(signed_in("sol").get(f"/c/{profile.pk}/why/", query, **headers))


def called(browser: Client, profile: Profile, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"/api/v1/profiles/{profile.pk}/explain/", query).json()
    return found


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
@pytest.mark.parametrize("path", ["/c/{}/why/", "/api/v1/profiles/{}/explain/"])
def test_only_stewards_are_told(name: str, path: str, anna: Profile) -> None:
    answer = signed_in(name).get(path.format(anna.pk))

    assert answer.status_code == 403
    assert "Kowalska" not in answer.content.decode()
    assert signed_in("sol").get(path.format(anna.pk)).status_code == 200


def test_the_token_of_a_source_reads_no_customer(anna: Profile) -> None:
    secret = SourceToken.rotate(anna.birth_record.source)

    answer = Client().get(
        f"/api/v1/profiles/{anna.pk}/explain/", headers={"Authorization": f"Bearer {secret}"}
    )

    assert answer.status_code == 401
    assert "steps" not in answer.json()


def test_the_page_tells_each_step_and_the_weakest_link(anna: Profile) -> None:
    body = page(anna)

    assert body.index("+25.0 bits") < body.index("+11.0 bits")
    assert "Same given name, family name and e-mail." in body
    assert "Its weakest link weighs 11.0 bits. Without it there would be groups of" in body
    assert "not be the whole story" not in body


def test_the_history_leads_to_the_story(anna: Profile) -> None:
    assert f"/c/{anna.pk}/why/" in text(signed_in("sol").get(f"/c/{anna.pk}/history/"))
    assert f"/c/{anna.pk}/why/" not in text(signed_in("pia").get(f"/c/{anna.pk}/history/"))


def test_what_a_person_joined_is_told_by_name(records: list[SourceRecord]) -> None:
    boris = make_record("app", **BORIS)
    Decision.objects.create(lo=records[0], hi=boris, verdict="same", decided_by=staff("kim"))
    mixed = make_customer(*records, boris)

    assert "Kim said on" in page(mixed)


def test_a_refused_link_leads_to_the_other_customer(
    records: list[SourceRecord], anna: Profile
) -> None:
    other = make_record("app", **ANNA)
    make_customer(other)
    make_link(records[0], other, weight_bits=20.0, joins=True)
    other.membership.component = records[0].pk
    other.membership.save()
    Decision.objects.create(
        lo=records[0], hi=other, verdict="different", decided_by=staff("sol")
    )

    body = page(anna)

    assert "Links that were refused" in body
    assert f"/c/{other.birth_profile.pk}/" in body


def test_a_story_that_does_not_reach_every_record_says_so(anna: Profile) -> None:
    stray = make_record("app", **BORIS)
    stray.membership.profile = anna
    stray.membership.save()

    assert "not be the whole story" in page(anna)


def test_another_customer_is_explained_in_place(anna: Profile) -> None:
    boris = make_customer(make_record("app", **BORIS))

    body = page(anna, boris.pk, headers=HTMX)

    assert "They were never compared" in body
    assert "<html" not in body
    assert "Before looking" in body


def test_an_id_nobody_answers_to_is_named(anna: Profile) -> None:
    assert "No customer answers to P-000000000000" in page(anna, "P-000000000000")


def test_an_id_that_moved_is_followed(anna: Profile, records: list[SourceRecord]) -> None:
    boris = make_customer(make_record("app", **BORIS))

    assert "They were never compared" in page(boris, records[1].birth_profile.pk)


def test_the_page_holds_nothing_that_the_content_policy_forbids(anna: Profile) -> None:
    body = page(anna, make_customer(make_record("app", **BORIS)).pk)

    main = body[body.index("<main") :]
    assert 'style="' not in main
    assert "<style" not in main
    assert "onclick" not in main
    assert not [part for part in main.split("<script")[1:] if "src=" not in part[:200]]


def test_hostile_values_stay_text(records: list[SourceRecord]) -> None:
    bad = make_record("app", **{**ANNA, "given_name": "<script>alert(1)</script>"})
    make_link(records[0], bad, weight_bits=30.0, joins=True)

    body = page(make_customer(*records, bad), "<b>")

    assert "<script>alert" not in body
    assert "<b>" not in body


def test_the_call_names_records_by_key_and_gives_no_values(anna: Profile) -> None:
    said = called(signed_in("sol"), anna)

    assert said["profile_id"] == anna.pk
    assert [step["by"] for step in said["steps"]] == ["link", "link"]
    first = said["steps"][0]
    assert (first["weight_bits"], first["levels"]) == (25.0, {"email": "exact"})
    assert {key["source"] for key in first["pair"]} == {"shop", "crm"}
    assert said["weakest_bridge"]["weight_bits"] == 11.0
    assert [len(group) for group in said["weakest_bridge"]["without"]] in ([1, 2], [2, 1])
    assert "anna@example.com" not in str(said)


def test_the_call_says_why_another_customer_is_not_the_same(anna: Profile) -> None:
    boris = make_customer(make_record("app", **BORIS))

    said = called(signed_in("sol"), anna, other=boris.pk)["why_not"]

    assert said["reason"] == "no_key"
    assert set(said["best"]) == {
        *("pair", "weight_bits", "prior_bits", "levels", "bits", "sentence"),
    }


def test_the_call_knows_no_customer_that_is_not_there(anna: Profile) -> None:
    path = f"/api/v1/profiles/{anna.pk}/explain/"

    assert signed_in("sol").get(path, {"other": "P-000000000000"}).status_code == 404


def test_what_resolving_joined_is_told_whole() -> None:
    crm, _shop, _app = three_of_anna()

    said = called(signed_in("sol"), crm.birth_profile)

    assert said["is_whole"]
    assert len(said["steps"]) == 2
    for step in said["steps"]:
        assert step["weight_bits"] == step["prior_bits"] + sum(step["bits"].values())
        assert step["prior_bits"] == live_model().prior_bits


def test_the_page_asks_as_much_of_the_database_for_many_records_as_for_two(
    records: list[SourceRecord],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    more = [make_record("shop", **ANNA) for _ in range(9)]
    for one in more:
        make_link(records[0], one, weight_bits=15.0, joins=True, **EXACT)
    many = make_customer(*records, *more)
    other = make_customer(make_record("app", **BORIS))
    sol = signed_in("sol")

    with django_assert_max_num_queries(19):
        sol.get(f"/c/{many.pk}/why/")
    with django_assert_max_num_queries(21):
        sol.get(f"/c/{many.pk}/why/", {"other": other.pk}, headers=HTMX)
