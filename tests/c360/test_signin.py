"""Signing in and out: who gets in, who is kept out, and for how long."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from c360.attempts import TRIES_PER_ACCOUNT
from tests.staff import PASSWORD, signed_in, staff

pytestmark = pytest.mark.django_db
SAME_TEXT = "Sign-in failed. Check both fields."


def sign_in(client: Client, email: str, password: str = PASSWORD, page: str = "") -> Any:
    return client.post("/login/", {"username": email, "password": password, "next": page})


def test_ana_signs_in_and_gets_the_page_she_asked_for(client: Client) -> None:
    staff("ana", PASSWORD)
    asked = client.get("/search/")
    assert asked.headers["Location"] == "/login/?next=/search/"

    answer = sign_in(client, "ana@example.org", page="/search/")

    assert answer.headers["Location"] == "/search/"
    assert client.get("/search/").status_code == 200


def test_capitals_in_the_address_do_not_matter(client: Client) -> None:
    staff("ana", PASSWORD)

    assert sign_in(client, "Ana@Example.ORG").status_code == 302


def test_a_wrong_password_and_an_unknown_address_read_the_same(client: Client) -> None:
    staff("ana", PASSWORD)

    wrong = sign_in(client, "ana@example.org", "wrong")
    unknown = sign_in(client, "nobody@example.org", "wrong")

    assert wrong.status_code == unknown.status_code == 422
    for answer in (wrong, unknown):
        assert SAME_TEXT in answer.content.decode()


def test_after_five_wrong_tries_even_the_right_password_waits(client: Client) -> None:
    staff("ana", PASSWORD)
    for _try in range(TRIES_PER_ACCOUNT):
        sign_in(client, "ana@example.org", "wrong")

    answer = sign_in(client, "ana@example.org")

    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.content.decode()
    assert 14 * 60 < int(answer.headers["Retry-After"]) <= 15 * 60


def test_the_wait_is_told_as_it_grows_shorter(client: Client) -> None:
    for _try in range(TRIES_PER_ACCOUNT):
        sign_in(client, "ana@example.org", "wrong")

    with time_machine.travel(timezone.now() + timedelta(minutes=14, seconds=10)):
        answer = sign_in(client, "ana@example.org", "wrong")

    assert "Wait 1 minute, then" in answer.content.decode()


def test_somebody_unknown_waits_as_long_as_somebody_known(client: Client) -> None:
    staff("ana", PASSWORD)
    for _try in range(TRIES_PER_ACCOUNT):
        sign_in(client, "ana@example.org", "wrong")
        sign_in(client, "nobody@example.org", "wrong")

    known = sign_in(client, "ana@example.org")
    unknown = sign_in(client, "nobody@example.org")

    assert known.status_code == unknown.status_code == 429
    assert "Wait 15 minutes" in known.content.decode()
    assert "Wait 15 minutes" in unknown.content.decode()


def test_the_sign_in_page_says_once_why_the_session_is_over() -> None:
    browser = signed_in("ana")
    browser.get("/search/")
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        first = browser.get("/search/", follow=True).content.decode()
        again = browser.get("/login/").content.decode()

    assert "You were away for half an hour" in first
    assert "You were away" not in again


def test_a_form_sent_too_late_leads_back_to_its_page(client: Client) -> None:
    sent = {"verdict": "later"}

    ours = client.post(
        "/review/1/decide/", sent, headers={"Referer": "http://testserver/review/"}
    )
    foreign = client.post(
        "/review/1/decide/", sent, headers={"Referer": "http://evil.example/x"}
    )

    assert ours.headers["Location"] == "/login/?next=%2Freview%2F"
    assert foreign.headers["Location"] == "/login/?next=%2F"


def test_wrong_tries_for_one_account_do_not_lock_another(client: Client) -> None:
    staff("sol", PASSWORD)
    for _try in range(TRIES_PER_ACCOUNT + 1):
        sign_in(client, "ana@example.org", "wrong")

    assert sign_in(client, "sol@example.org").status_code == 302


def test_tries_made_elsewhere_do_not_lock_ana_out(client: Client) -> None:
    staff("ana", PASSWORD)
    for _try in range(TRIES_PER_ACCOUNT + 1):
        client.post(
            "/login/",
            {"username": "ana@example.org", "password": "wrong"},
            REMOTE_ADDR="203.0.113.9",
        )

    assert sign_in(client, "ana@example.org").status_code == 302


def test_one_address_may_not_try_one_password_on_every_account(client: Client) -> None:
    for number in range(50):
        sign_in(client, f"someone{number}@example.org", "wrong")

    assert sign_in(client, "someone-else@example.org", "wrong").status_code == 429


def test_nobody_signs_in_while_tries_cannot_be_counted(
    client: Client, settings: Settings
) -> None:
    staff("ana", PASSWORD)
    dead = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
    settings.CACHES = {"default": {**dead, "LOCATION": "redis://127.0.0.1:1/0"}}

    answer = sign_in(client, "ana@example.org")

    assert answer.status_code == 503
    assert "_auth_user_id" not in client.session


def test_who_is_signed_in_stays_so_while_the_cache_is_away(settings: Settings) -> None:
    browser = signed_in("ana")
    dead = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
    settings.CACHES = {"default": {**dead, "LOCATION": "redis://127.0.0.1:1/0"}}

    assert browser.get("/search/").status_code == 200


def test_signing_in_never_leads_to_another_site(client: Client) -> None:
    staff("otto", PASSWORD)

    answer = sign_in(client, "otto@example.org", page="https://evil.example/")

    assert answer.headers["Location"] == "/"


def test_signing_out_takes_a_post_and_clears_what_the_browser_kept() -> None:
    browser = signed_in("ana")
    assert browser.get("/logout/").status_code == 405

    answer = browser.post("/logout/")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get("/search/").status_code == 302


@pytest.mark.parametrize(("minutes", "still_in"), [(29, True), (31, False)])
def test_half_an_hour_without_a_request_ends_the_session(minutes: int, still_in: bool) -> None:
    browser = signed_in("ana")
    browser.get("/search/")

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        answer = browser.get("/search/")

    assert (answer.status_code == 200) is still_in


def test_a_working_day_ends_the_session_even_of_the_busy() -> None:
    browser = signed_in("ana")
    began = timezone.now()
    for quarter in range(33):
        with time_machine.travel(began + timedelta(minutes=15 * quarter)):
            answer = browser.get("/search/")

    with time_machine.travel(began + timedelta(hours=8, minutes=1)):
        after = browser.get("/search/")

    assert answer.status_code == 200
    assert after.status_code == 302


def test_a_fragment_without_a_session_sends_the_whole_page_to_sign_in(client: Client) -> None:
    answer = client.post(
        "/search/suggest/",
        {"q": "anna"},
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/c/P-1/?kind=web"},
    )

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login/?next=%2Fc%2FP-1%2F"


def test_the_admin_is_entered_through_the_same_door(client: Client) -> None:
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == (
        "/login/?next=%2Fadmin%2F"
    )
    assert signed_in("ana").get("/admin/", follow=True).status_code == 403
    assert signed_in("ada").get("/admin/").status_code == 200
