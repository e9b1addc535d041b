"""What people set for themselves: kept for them alone, and followed by every page."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.profiles.customers import make_customer, make_event, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
HERE = "/preferences/"


def page(browser: Client, path: str = "/search/") -> str:
    return browser.get(path).content.decode()


def test_what_is_set_is_shown_again_and_followed() -> None:
    browser = signed_in("ana")

    answer = browser.post(
        HERE,
        {"density": "compact", "shortcuts": "off", "time_zone": "Asia/Tokyo", "next": HERE},
        follow=True,
    )

    shown = answer.content.decode()
    assert "Your settings are saved." in shown
    assert 'data-density="compact"' in shown
    assert 'data-keys="off"' in shown
    assert '<option value="Asia/Tokyo" selected>' in shown


def test_what_is_not_sent_stays_as_it_is() -> None:
    browser = signed_in("ana")
    browser.post(HERE, {"density": "compact", "time_zone": "Asia/Tokyo"})

    browser.post(HERE, {"shortcuts": "off"})

    ana = staff("ana")
    assert (ana.density, ana.time_zone, ana.shortcuts_enabled) == (
        "compact",
        "Asia/Tokyo",
        False,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"density": "tiny"},
        {"language": "tlh"},
        {"theme": "pink"},
        {"shortcuts": "maybe"},
    ],
)
def test_what_is_made_up_is_refused_and_changes_nothing(wrong: dict[str, str]) -> None:
    browser = signed_in("ana")

    answer = browser.post(HERE, {"density": "compact", **wrong, "next": HERE})

    assert answer.status_code == 422
    assert "Nothing was saved." in answer.content.decode()
    assert staff("ana").density == "comfortable"
    assert not answer.cookies.keys() & {"theme", "django_language"}


def test_nobody_else_is_changed() -> None:
    signed_in("ana").post(HERE, {"density": "compact", "language": "de"})

    assert 'data-density="compact"' not in page(signed_in("sol"))
    assert '<html lang="en-gb"' in page(signed_in("sol"))


def test_a_stranger_has_no_settings(client: Client) -> None:
    assert client.get(HERE).headers["Location"].startswith("/login/")


def test_times_are_told_in_the_zone_of_who_asks() -> None:
    record = make_record("shop")
    make_event(record, occurred_at=datetime(2026, 5, 3, 20, 30, tzinfo=UTC))
    path = f"/c/{make_customer(record).pk}/"
    browser, other = signed_in("ana"), signed_in("sol")
    browser.post(HERE, {"time_zone": "Asia/Tokyo"})

    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC), tick=False):
        browser.force_login(staff("ana"))
        other.force_login(staff("sol"))
        in_tokyo, in_london = page(browser, path), page(other, path)

    assert "Monday 4 May" in in_tokyo
    assert 'datetime="2026-05-04T05:30:00+09:00"' in in_tokyo
    assert "Sunday 3 May" in in_london
    assert 'datetime="2026-05-03T21:30:00+01:00"' in in_london


def test_today_begins_at_midnight_of_who_asks() -> None:
    record = make_record("shop")
    make_event(record, occurred_at=datetime(2026, 5, 3, 15, 30, tzinfo=UTC))  # 00:30 in Tokyo
    path = f"/c/{make_customer(record).pk}/"
    browser, other = signed_in("ana"), signed_in("sol")
    browser.post(HERE, {"time_zone": "Asia/Tokyo"})

    with time_machine.travel(datetime(2026, 5, 3, 23, 30, tzinfo=UTC), tick=False):
        browser.force_login(staff("ana"))
        other.force_login(staff("sol"))
        in_tokyo, in_london = page(browser, path), page(other, path)

    assert "Today" in in_tokyo
    assert "Yesterday" in in_london  # half past midnight on the 4th there


def test_a_zone_that_is_no_longer_known_falls_back_to_that_of_the_server() -> None:
    browser = signed_in("ana")
    ana = staff("ana")
    ana.time_zone = "Mars/Olympus"
    ana.save()

    assert browser.get("/search/").status_code == 200


def test_the_next_person_in_the_same_thread_gets_their_own_zone(client: Client) -> None:
    browser = signed_in("ana")
    browser.post(HERE, {"time_zone": "Asia/Tokyo"})
    browser.get("/search/")

    assert timezone.get_current_timezone_name() == "Europe/London"
