"""A code at sign-in: what opens, what does not, and for how long nothing does."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from c360.attempts import CODES_PER_PERSON
from tests.c360.phones import Phone, at_the_code, give, with_phone
from tests.staff import PASSWORD, signed_in, staff

pytestmark = pytest.mark.django_db
SIGNED_IN = "_auth_user_id"
WRONG = "This code is wrong, or was used already."


def wrong(phone: Phone) -> str:
    """Six digits that are no code of now, nor of a clock a little off."""
    right = {phone.shows(steps_off=steps) for steps in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in right)


def test_ana_gives_password_and_code_and_gets_the_page_she_asked_for() -> None:
    ana = staff("ana", PASSWORD)
    phone, _codes = with_phone(ana)
    browser = at_the_code(ana, page="/search/")

    answer = give(browser, phone.shows(), page="/search/")

    assert answer.headers["Location"] == "/search/"
    assert browser.get("/search/").status_code == 200


def test_the_page_she_asked_for_is_carried_from_the_password_to_the_code() -> None:
    ana = staff("ana", PASSWORD)
    with_phone(ana)
    client = Client()

    sent = {"username": ana.email, "password": PASSWORD, "next": "/search/"}
    answer = client.post("/login/", sent, follow=True)

    assert answer.redirect_chain == [("/login/code/?next=%2Fsearch%2F", 302)]
    assert '<input type="hidden" name="next" value="/search/">' in answer.content.decode()


def test_who_has_no_second_step_needs_no_code(client: Client) -> None:
    staff("ana", PASSWORD)
    sol = staff("sol")
    with_phone(sol)

    sent = {"username": "ana@example.org", "password": PASSWORD}

    assert client.post("/login/", sent).headers["Location"] == "/"
    assert SIGNED_IN in client.session


def test_the_right_password_alone_signs_nobody_in() -> None:
    ana = staff("ana", PASSWORD)
    with_phone(ana)

    browser = at_the_code(ana)

    assert SIGNED_IN not in browser.session
    assert browser.get("/search/").headers["Location"] == "/login/?next=/search/"


def test_a_wrong_code_says_so_beside_the_field_and_the_next_right_one_opens() -> None:
    ana = staff("ana", PASSWORD)
    phone, _codes = with_phone(ana)
    browser = at_the_code(ana)

    refused = give(browser, wrong(phone))

    page = refused.content.decode()
    assert refused.status_code == 422
    assert WRONG in page
    assert 'aria-describedby="code-help form-error" aria-invalid="true"' in page
    assert give(browser, phone.shows()).status_code == 302


def test_a_code_of_somebody_else_opens_nothing() -> None:
    ana, sol = staff("ana", PASSWORD), staff("sol")
    with_phone(ana)
    phone_of_sol, codes_of_sol = with_phone(sol)
    browser = at_the_code(ana)

    assert give(browser, phone_of_sol.shows()).status_code == 422
    assert give(browser, codes_of_sol[0]).status_code == 422


def test_after_five_wrong_codes_even_the_right_one_waits_wherever_it_comes_from() -> None:
    ana = staff("ana", PASSWORD)
    phone, codes = with_phone(ana)
    browser = at_the_code(ana)
    for _try in range(CODES_PER_PERSON):
        assert give(browser, wrong(phone)).status_code == 422

    answer = give(browser, phone.shows())
    elsewhere = at_the_code(ana).post(
        "/login/code/", {"code": codes[0]}, REMOTE_ADDR="203.0.113.9"
    )

    assert answer.status_code == elsewhere.status_code == 429
    assert "Wait 15 minutes" in answer.content.decode()
    assert 14 * 60 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert SIGNED_IN not in browser.session


def test_the_lock_ends_by_itself_and_was_of_one_person_only() -> None:
    ana, sol = staff("ana", PASSWORD), staff("sol", PASSWORD)
    phone, codes = with_phone(ana)
    phone_of_sol, _codes = with_phone(sol)
    browser = at_the_code(ana)
    for _try in range(CODES_PER_PERSON + 1):
        give(browser, wrong(phone))

    assert give(at_the_code(sol), phone_of_sol.shows()).status_code == 302
    cache.clear()  # a quarter of an hour later
    assert give(at_the_code(ana), codes[0]).status_code == 302


def test_a_right_code_takes_the_wrong_ones_back() -> None:
    ana = staff("ana", PASSWORD)
    phone, codes = with_phone(ana)
    for round_of_tries in range(2):
        browser = at_the_code(ana)
        for _try in range(CODES_PER_PERSON - 1):
            give(browser, wrong(phone))

        assert give(browser, codes[round_of_tries]).status_code == 302


def test_nobody_signs_in_while_codes_cannot_be_counted(settings: Settings) -> None:
    ana = staff("ana", PASSWORD)
    phone, _codes = with_phone(ana)
    browser = at_the_code(ana)
    dead = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
    settings.CACHES = {"default": {**dead, "LOCATION": "redis://127.0.0.1:1/0"}}

    answer = give(browser, phone.shows())

    assert answer.status_code == 503
    assert SIGNED_IN not in browser.session


def test_the_code_never_leads_to_another_site() -> None:
    otto = staff("otto", PASSWORD)
    phone, _codes = with_phone(otto)
    browser = at_the_code(otto, page="https://evil.example/")

    answer = give(browser, phone.shows(), page="https://evil.example/")

    assert answer.headers["Location"] == "/"


def test_who_has_given_no_password_is_asked_for_no_code(client: Client) -> None:
    ana = staff("ana")
    phone, _codes = with_phone(ana)

    assert client.get("/login/code/").headers["Location"] == "/login/"
    assert give(client, phone.shows(), page="/search/").headers["Location"] == (
        "/login/?next=%2Fsearch%2F"
    )


def test_a_code_that_takes_too_long_begins_with_the_password_again() -> None:
    ana = staff("ana", PASSWORD)
    phone, _codes = with_phone(ana)
    browser = at_the_code(ana)

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answer = browser.post("/login/code/", {"code": phone.shows()}, follow=True)

    assert answer.redirect_chain == [("/login/", 302)]
    assert "The code took longer than ten minutes" in answer.content.decode()


@pytest.mark.parametrize("change", ["password", "inactive"])
def test_what_changes_meanwhile_ends_the_way_to_the_code(change: str) -> None:
    ana = staff("ana", PASSWORD)
    phone, _codes = with_phone(ana)
    browser = at_the_code(ana)

    if change == "password":
        ana.set_password("blue kettle 9")
    else:
        ana.is_active = False
    ana.save()

    assert give(browser, phone.shows()).headers["Location"] == "/login/"
    assert SIGNED_IN not in browser.session


def test_the_session_gets_a_new_id_with_the_password_and_with_the_code() -> None:
    ana = staff("ana", PASSWORD)
    phone, _codes = with_phone(ana)
    browser = Client()
    browser.get("/login/")
    planted = browser.session
    planted["planted"] = "by somebody who knows its id"
    planted.save()
    browser.cookies["sessionid"] = planted.session_key or ""

    browser.post("/login/", {"username": ana.email, "password": PASSWORD})
    waiting = browser.session.session_key
    give(browser, phone.shows())

    assert len({planted.session_key, waiting, browser.session.session_key}) == 3
    assert "password_given" not in browser.session


def test_the_admin_is_entered_by_code_too() -> None:
    ada = staff("ada", PASSWORD)
    phone, _codes = with_phone(ada)
    browser = at_the_code(ada, page="/admin/")

    assert browser.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/login/")
    sent = {"username": ada.email, "password": PASSWORD}
    assert browser.post("/admin/login/", sent).headers["Location"].startswith("/login/")
    assert SIGNED_IN not in browser.session

    assert give(browser, phone.shows(), page="/admin/").headers["Location"] == "/admin/"
    assert browser.get("/admin/").status_code == 200


def test_wrong_codes_and_wrong_passwords_are_in_one_log_without_an_address_of_a_person(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    ana = staff("ana", PASSWORD)
    phone, codes = with_phone(ana)

    for email in (ana.email, "nobody@example.org"):
        client.post("/login/", {"username": email, "password": "wrong"})
    browser = at_the_code(ana)
    give(browser, wrong(phone))
    give(browser, codes[0])

    said = [each.getMessage() for each in caplog.records if each.name == "c360.sign_in"]
    assert said == [
        f"wrong password for user {ana.pk} from 127.0.0.1",
        "wrong password for nobody we know from 127.0.0.1",
        f"wrong code for user {ana.pk} from 127.0.0.1",
        f"user {ana.pk} used a recovery code",
    ]


def test_the_code_page_is_for_strangers_only() -> None:
    assert signed_in("ana").get("/login/code/?next=/search/").headers["Location"] == "/search/"
