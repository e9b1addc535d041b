"""Setting up, renewing and ending a second step of one's own, and who must have one."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from c360.attempts import CODES_PER_PERSON
from c360.checks import ROLES
from c360.models import User
from c360.second_step.drawing import QUIET, drawing_of
from c360.second_step.keeping import step_of_person
from tests.c360.phones import at_the_code, phone_that_scans, with_phone
from tests.staff import PASSWORD, signed_in, staff

pytestmark = pytest.mark.django_db
HERE = "/second-step/"
RENEW = "/second-step/recovery-codes/"
END = "/second-step/end/"


def page(browser: Client) -> str:
    return browser.get(HERE).content.decode()


def recovery_codes(answer: Any) -> list[str]:
    return re.findall(r"<code>(\d{4}-\d{4}-\d{4}-\d{4})</code>", answer.content.decode())


def sign_in(person: User, code: str) -> int:
    return at_the_code(person).post("/login/code/", {"code": code}).status_code


def test_ana_scans_gives_a_code_keeps_her_recovery_codes_and_signs_in_by_one() -> None:
    ana = staff("ana", PASSWORD)
    browser = signed_in("ana")
    phone = phone_that_scans(page(browser))

    answer = browser.post(HERE, {"code": phone.shows()})

    codes = recovery_codes(answer)
    assert len(set(codes)) == 10
    assert recovery_codes(browser.get(HERE)) == []  # shown once
    assert sign_in(ana, codes[0]) == 302
    assert "9 recovery codes are left" in page(browser)


def test_the_code_that_set_it_up_does_not_sign_in_too() -> None:
    ana = staff("ana", PASSWORD)
    browser = signed_in("ana")
    shown = phone_that_scans(page(browser)).shows()
    browser.post(HERE, {"code": shown})

    assert sign_in(ana, shown) == 422


def test_a_wrong_code_sets_nothing_up_and_leaves_the_secret_that_was_scanned() -> None:
    browser = signed_in("ana")
    phone = phone_that_scans(page(browser))

    answer = browser.post(HERE, {"code": phone.shows(steps_off=9)})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert 'aria-describedby="id_code_error"' in answer.content.decode()
    assert step_of_person(staff("ana")) is None
    assert phone_that_scans(answer.content.decode()).shows() == phone.shows()
    assert browser.post(HERE, {"code": phone.shows()}).status_code == 200


def test_everybody_is_offered_a_secret_of_their_own() -> None:
    assert phone_that_scans(page(signed_in("ana"))).shows() != (
        phone_that_scans(page(signed_in("sol"))).shows()
    )


def test_the_offered_secret_does_not_lie_readable_in_the_session() -> None:
    browser = signed_in("ana")
    secret = re.search(r'class="secret"><code>([A-Z2-7 ]+)<', page(browser))
    assert secret is not None

    assert secret[1].replace(" ", "") not in str(dict(browser.session))


def test_a_second_step_is_not_replaced_by_setting_up_again() -> None:
    ana = staff("ana")
    with_phone(ana)
    before = step_of_person(ana)

    answer = signed_in("ana").post(HERE, {"code": "123456"})

    assert answer.status_code == 409
    assert step_of_person(ana) == before


def test_new_recovery_codes_take_a_code_and_replace_the_old_ones() -> None:
    ana = staff("ana", PASSWORD)
    phone, old = with_phone(ana)
    browser = signed_in("ana")
    assert browser.post(RENEW, {"code": "0000-0000-0000-0000"}).status_code == 422

    new = recovery_codes(browser.post(RENEW, {"code": phone.shows()}))

    assert len(set(new) - set(old)) == 10
    assert sign_in(ana, old[0]) == 422
    assert sign_in(ana, new[0]) == 302


def test_ending_it_takes_a_code_and_then_the_password_is_enough(client: Client) -> None:
    ana = staff("ana", PASSWORD)
    phone, _codes = with_phone(ana)
    browser = signed_in("ana")
    assert browser.post(END, {"code": "0000-0000-0000-0000"}).status_code == 422
    assert step_of_person(ana) is not None

    answer = browser.post(END, {"code": phone.shows()}, follow=True)

    assert "The second step is off." in answer.content.decode()
    sent = {"username": ana.email, "password": PASSWORD}
    assert client.post("/login/", sent).headers["Location"] == "/"


def test_who_sits_at_an_open_session_does_not_guess_either() -> None:
    phone, _codes = with_phone(staff("ana"))
    browser = signed_in("ana")
    for _try in range(CODES_PER_PERSON):
        browser.post(END, {"code": "0000-0000-0000-0000"})

    answer = browser.post(END, {"code": phone.shows()})

    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.content.decode()
    assert step_of_person(staff("ana")) is not None


def test_the_settings_say_whether_it_is_on() -> None:
    assert "Set up a second step" in signed_in("ana").get("/preferences/").content.decode()
    with_phone(staff("ana"))
    assert "Change the second step" in signed_in("ana").get("/preferences/").content.decode()


def test_a_qr_code_is_dark_where_it_says_and_quiet_around() -> None:
    drawing = drawing_of("otpauth://totp/Customer%20360:ana?secret=AAAA")
    runs = [tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+).5h(\d+)", drawing.path)]
    dark = {(x + step, y) for x, y, length in runs for step in range(length)}
    corner = [(QUIET + x, QUIET + y) for x in range(7) for y in range(7)]
    ring = {(x, y) for x, y in corner if {x, y} & {QUIET, QUIET + 6}}

    assert ring <= dark  # the finder pattern that readers look for
    inside = range(QUIET, drawing.size - QUIET)
    assert all(x in inside and y in inside for x, y in dark)


class TestWhereTheOrganisationAsksForIt:
    @pytest.fixture(autouse=True)
    def _of_agents_and_admins(self, settings: Settings) -> None:
        settings.C360_REQUIRE_SECOND_STEP = ["Service agents", "Admins"]

    def test_ana_can_do_nothing_else_before_she_has_set_it_up(self) -> None:
        browser = signed_in("ana")

        for path in ("/", "/search/", "/preferences/", "/tokens/", "/api/", RENEW):
            assert browser.get(path).headers["Location"] == HERE, path
        assert browser.post("/tokens/", {"name": "x"}).headers["Location"] == HERE
        fragment = browser.post("/search/suggest/", {"q": "a"}, headers={"HX-Request": "true"})
        assert fragment.status_code == 401
        assert fragment.headers["HX-Redirect"] == HERE
        assert browser.get("/live/?on=queue").status_code == 401

    def test_the_page_offers_no_other_way_than_out(self) -> None:
        browser = signed_in("ana")
        shown = page(browser)

        assert "Your organisation asks for a second step" in shown
        assert "<nav" not in shown and "data-live" not in shown
        assert browser.post("/logout/").headers["Location"] == "/login/"

    def test_once_set_up_everything_opens(self) -> None:
        browser = signed_in("ana")
        phone = phone_that_scans(page(browser))

        assert browser.post(HERE, {"code": phone.shows()}).status_code == 200
        assert browser.get("/search/").status_code == 200

    def test_who_is_not_asked_goes_on_without(self) -> None:
        assert signed_in("sol").get("/review/").status_code == 200

    def test_admins_and_superusers_are_kept_from_the_admin_too(self) -> None:
        root = Client()
        root.force_login(User.objects.create_superuser("root@example.org", name="Root"))

        for browser in (signed_in("ada"), root):
            assert browser.get("/admin/").headers["Location"] == HERE

    def test_it_cannot_be_turned_off_even_with_a_code(self) -> None:
        phone, _codes = with_phone(staff("ana"))
        browser = signed_in("ana")

        assert "it cannot be turned off" in page(browser)
        assert browser.post(END, {"code": phone.shows()}).status_code == 403
        assert step_of_person(staff("ana")) is not None


def test_the_roles_that_may_be_asked_are_those_there_are() -> None:
    assert {group.name for group in Group.objects.all()} == set(ROLES)


PEOPLE = "admin:c360_user_changelist"


def reset(browser: Client, *people: User) -> str:
    sent = {"action": "reset_second_step", "_selected_action": [each.pk for each in people]}
    answer: Any = browser.post(reverse(PEOPLE), sent, follow=True)
    return str(answer.content.decode())


def test_ada_resets_the_second_step_of_somebody_and_it_is_noted() -> None:
    ana = staff("ana")
    with_phone(ana)

    told = reset(signed_in("ada"), ana, staff("sol"))

    assert "1 second step was reset." in told
    assert step_of_person(ana) is None
    noted = LogEntry.objects.get(user=staff("ada"))
    assert (noted.object_id, noted.change_message) == (str(ana.pk), "Reset the second step.")


def test_ada_resets_neither_her_own_nor_that_of_a_superuser() -> None:
    ada = staff("ada")
    root = User.objects.create_superuser("root@example.org", name="Root")
    with_phone(ada)
    with_phone(root)

    told = reset(signed_in("ada"), ada, root)

    assert "You may not reset the second step of Ada." in told
    assert "You may not reset the second step of Root." in told
    assert step_of_person(ada) is not None
    assert step_of_person(root) is not None


@pytest.mark.parametrize("name", ["ana", "sol", "pia"])
def test_nobody_but_admins_resets_a_second_step(name: str) -> None:
    with_phone(staff("otto"))

    reset(signed_in(name), staff("otto"))

    assert step_of_person(staff("otto")) is not None


def test_the_command_lets_an_admin_back_in(capsys: pytest.CaptureFixture[str]) -> None:
    ada = staff("ada")
    with_phone(ada)

    call_command("reset_second_step", "ADA@example.org", "--json")

    assert f'{{"user": {ada.pk}, "reset": true}}' in capsys.readouterr().out
    assert step_of_person(ada) is None


def test_the_command_says_when_there_is_nobody_or_nothing_to_reset(
    capsys: pytest.CaptureFixture[str],
) -> None:
    staff("ana")

    call_command("reset_second_step", "ana@example.org")
    assert "They have no second step." in capsys.readouterr().out
    with pytest.raises(CommandError, match="Nobody signs in as"):
        call_command("reset_second_step", "nobody@example.org")
