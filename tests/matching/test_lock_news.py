"""Open pages of a customer say that a colleague locked it, or took the lock off."""

import re
from html import unescape

import pytest

from matching.deciding.decisions import undo
from profiles.announcing import signal_of
from profiles.models import Profile, SourceRecord
from tests.announced import Published
from tests.matching.arrivals import arrive, day, lock, profile_of, resolve, split, unlock
from tests.matching.pages import HTMX, text
from tests.matching.test_locks import one_more
from tests.staff import signed_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_off_afterwards")]
PAGES = {"customer": "/c/{}/", "studio": "/clusters/{}/"}
both_pages = pytest.mark.parametrize("page", PAGES)


@pytest.fixture
def home(anna: tuple[SourceRecord, ...]) -> Profile:
    return profile_of(anna[0])


def open_page(page: str, profile: Profile, *, by: str = "sol") -> str:
    """Open a page of a customer; the address it asks for news when a signal comes."""
    body = signed_in(by).get(PAGES[page].format(profile.pk)).content.decode()
    found = re.search(r'id="(?:studio-)?news"[^>]*hx-get="([^"]+)"', body)
    assert found
    return unescape(found[1])


def told(address: str, *, by: str = "sol") -> str:
    """What the page says then; empty where it stays as it is."""
    answer = signed_in(by).get(address, headers=HTMX)
    return text(answer) if answer.status_code == 200 else ""


@both_pages
def test_a_page_that_is_open_says_who_locked_the_customer(page: str, home: Profile) -> None:
    address = open_page(page, home)
    assert told(address) == ""

    lock(home, reason="checked by telephone", by="kim")

    assert "Locked by Kim" in told(address)
    assert "checked by telephone" not in told(address)
    assert told(open_page(page, home)) == ""


@both_pages
def test_a_page_that_is_open_says_who_took_the_lock_off(page: str, home: Profile) -> None:
    lock(home)
    address = open_page(page, home)
    assert told(address) == ""

    unlock(home, by="kim")

    assert "Kim took the lock off" in told(address)
    assert "Reload" in told(address) or "Show" in told(address)


@both_pages
def test_taking_a_lock_or_its_end_back_is_told(page: str, home: Profile) -> None:
    free, done = open_page(page, home), lock(home)
    locked = open_page(page, home)
    undo(done.action, decided_by=staff("kim"))
    assert "Kim took the lock off" in told(locked)
    assert told(free) == ""
    lock(home)
    off = unlock(home)
    free = open_page(page, home)

    undo(off.action, decided_by=staff("kim"))

    assert "Kim put the lock on again" in told(free)


@both_pages
def test_what_a_lock_kept_out_is_told_beside_its_end(page: str, home: Profile) -> None:
    lock(home)
    one_more()
    address = open_page(page, home)

    unlock(home, by="kim")

    body = told(address)
    assert "Kim took the lock off" in body
    assert "Changed by Kim" in body or "1 record joined, by a steward" in body


@both_pages
def test_a_lock_on_another_customer_is_told_nobody_here(page: str, home: Profile) -> None:
    other = arrive("desk", "D-1", updated_at=day(1), given_name="Boris", family_name="Yilmaz")
    resolve()
    address = open_page(page, home)

    lock(profile_of(other), by="kim")

    assert told(address) == ""


def test_the_studio_still_says_alone_who_took_records_out(
    home: Profile, anna: tuple[SourceRecord, ...]
) -> None:
    address = open_page("studio", home)

    split(home, anna[2])

    assert "Changed by Sol" in told(address)
    assert "lock" not in told(address).lower()


def test_locks_are_told_to_stewards_and_to_nobody_else(home: Profile) -> None:
    address = open_page("customer", home)
    of_an_agent = open_page("customer", home, by="ana")

    lock(home, by="kim")

    assert "locks=" in address
    assert "locks=" not in of_an_agent
    assert told(of_an_agent, by="ana") == ""
    assert told(address, by="ana") == ""


def test_locking_and_unlocking_wakes_the_pages_of_this_customer(
    home: Profile, published: Published
) -> None:
    assert published(lambda: lock(home, by="kim")).split() == [signal_of(home.pk)]
    assert published(lambda: unlock(home, by="kim")).split() == [signal_of(home.pk)]
