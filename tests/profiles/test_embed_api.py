"""The panel in frames: which pages may show it, for whom, how long, and what it shows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from c360.models import PersonalToken
from c360.tokens.making import revoke
from consent.models import AccessEntry
from profiles import embedding
from profiles.models import Profile
from tests.c360.test_tokens import token_of
from tests.profiles.customers import make_customer, make_event, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
DESK = "https://desk.example.org"


@pytest.fixture(autouse=True)
def _desk(settings: Settings) -> Iterator[None]:
    settings.C360_EMBED_ORIGINS = [DESK, "https://other.example.org"]
    yield


@pytest.fixture
def anna() -> Profile:
    record = make_record("shop", given_name="Anna", phone=["+447700900909"])
    make_event(record, "call", text="rang", name="Call of 07700 900909")
    return make_customer(record)


def mint(secret: str, profile: str, origin: str = DESK) -> Any:
    return Client().post(
        "/api/v1/embed-links/",
        json.dumps({"profile": profile, "origin": origin}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )


def opened(answer: Any, **headers: str) -> Any:
    path = answer.json()["url"].removeprefix("http://testserver")
    return Client().get(path, headers=headers)


def test_a_link_shows_the_customer_once_in_frames_of_its_origin_alone(anna: Profile) -> None:
    link = mint(token_of("ana", "embed"), anna.pk)

    first, second = opened(link, Referer=f"{DESK}/tickets/7"), opened(link)

    assert (first.status_code, second.status_code) == (200, 404)
    assert f"frame-ancestors {DESK};" in first["Content-Security-Policy"] + ";"
    assert "other.example.org" not in first["Content-Security-Policy"]
    assert "default-src 'none'" in first["Content-Security-Policy"]
    assert "X-Frame-Options" not in first
    assert not first.cookies
    assert "Anna" in first.content.decode()
    assert "900909" not in first.content.decode()


def test_making_and_opening_are_logged_under_the_owner(anna: Profile) -> None:
    opened(mint(token_of("ana", "embed"), anna.pk))

    made, seen = AccessEntry.objects.order_by("seq")
    assert (made.view, made.actor, made.profiles) == (
        "api:embed-links",
        staff("ana"),
        [anna.pk],
    )
    assert (seen.view, seen.actor, seen.profiles) == (
        "profiles:embed-link",
        staff("ana"),
        [anna.pk],
    )
    assert DESK in seen.reason


def test_another_page_cannot_use_the_link_and_does_not_use_it_up(anna: Profile) -> None:
    link = mint(token_of("ana", "embed"), anna.pk)

    assert opened(link, Referer="https://other.example.org/").status_code == 404
    assert opened(link, Referer=f"{DESK}/").status_code == 200


def test_a_link_ends(anna: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "LIVES_SECONDS", 0)

    assert opened(mint(token_of("ana", "embed"), anna.pk)).status_code == 404


def test_a_link_dies_with_its_token_its_owner_and_their_role(anna: Profile) -> None:
    by_revoked = mint(token_of("ana", "embed"), anna.pk)
    revoke(PersonalToken.objects.latest("pk"))
    by_agent = mint(token_of("ana", "embed"), anna.pk)
    staff("ana").groups.remove(Group.objects.get(name="Service agents"))

    assert opened(by_revoked).status_code == 404
    assert opened(by_agent).status_code == 403


def test_links_need_the_scope_the_role_and_an_allowed_origin(anna: Profile) -> None:
    assert mint(token_of("ana", "customers:read"), anna.pk).status_code == 403
    assert mint(token_of("ada", "embed"), anna.pk).status_code == 403
    assert mint(token_of("ada", "embed"), "P-000000000000").status_code == 403
    assert mint(token_of("ana", "embed"), anna.pk, "https://evil.example").status_code == 422


def test_a_session_opens_the_panel_and_strangers_do_not(anna: Profile) -> None:
    page = signed_in("ana").get(f"/embed/c/{anna.pk}/")

    assert page.status_code == 200
    assert DESK in page["Content-Security-Policy"]
    assert Client().get(f"/embed/c/{anna.pk}/").status_code == 403
    assert signed_in("ada").get(f"/embed/c/{anna.pk}/").status_code == 403


def test_without_allowed_origins_there_is_no_panel(anna: Profile, settings: Settings) -> None:
    link = mint(token_of("ana", "embed"), anna.pk)
    settings.C360_EMBED_ORIGINS = []

    assert opened(link).status_code == 404
    assert signed_in("ana").get(f"/embed/c/{anna.pk}/").status_code == 404
    assert mint(token_of("ana", "embed"), anna.pk).status_code == 404


def test_no_other_page_may_be_framed(anna: Profile) -> None:
    page = signed_in("ana").get(f"/c/{anna.pk}/")

    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_what_needs_attention_is_told_by_call(anna: Profile) -> None:
    headers = {"Authorization": f"Bearer {token_of('ana', 'customers:read')}"}

    answer = Client().get(f"/api/v1/profiles/{anna.pk}/attention/", headers=headers)

    assert (answer.status_code, answer.json()["id"]) == (200, anna.pk)
