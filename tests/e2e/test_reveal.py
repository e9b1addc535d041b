"""Masked values in the browser: shown by keyboard for a while, and nowhere else."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.people import ACCOUNTS, Person, Seat
from tests.e2e.product import SHOW_SECONDS, Product

pytestmark = pytest.mark.e2e
AGAIN_MS = (SHOW_SECONDS + 20) * 1000


@pytest.fixture
def number(product: Product) -> str:
    """The telephone number of one customer, `+447700900123`."""
    return product.own_number()


@pytest.fixture
def ana(seat: Seat, number: str) -> Person:
    """Ana in a session that no reason was given in, before the customer with the number."""
    ana = seat("")
    ana.signs_in(ACCOUNTS["ana"])
    ana.searches(number)
    expect(ana.page).to_have_url(re.compile(r"/c/P-\w+/$"))
    ana.waits_for_parts()
    return ana


def row(ana: Person) -> Locator:
    return ana.page.locator(".detail").filter(has_text="Phone")


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def show_by_keyboard(ana: Person) -> None:
    """Ask for the phone and give the reason that stands first."""
    ana.page.get_by_role("button", name="Show Phone").focus()
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("#reason-title")).to_be_focused()
    ana.page.keyboard.press("Tab")
    expect(ana.page.get_by_label("Why?")).to_be_focused()
    ana.page.keyboard.press("Tab")
    ana.page.keyboard.press("Enter")
    expect(row(ana).locator(".is-shown")).to_be_focused()


def test_a_value_is_shown_by_keyboard_and_masked_again(ana: Person, number: str) -> None:
    assert number[3:] not in digits(ana.page.content())

    show_by_keyboard(ana)
    assert number[3:] in digits(row(ana).inner_text())

    expect(row(ana)).to_contain_text(f"•••• {number[-4:]}", timeout=AGAIN_MS)
    assert number[3:] not in digits(ana.page.content())
    expect(ana.page.get_by_role("button", name="Show Phone")).to_be_visible()


def test_words_are_asked_for_only_where_no_reason_fits(ana: Person) -> None:
    ana.page.get_by_role("button", name="Show Phone").click()
    words = ana.page.get_by_label("If something else")

    expect(words).to_be_hidden()
    ana.page.get_by_label("Why?").select_option("other")

    expect(words).to_be_visible()


def test_what_was_shown_stays_in_no_address_title_or_storage(ana: Person, number: str) -> None:
    show_by_keyboard(ana)

    kept = ana.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    for told in (ana.page.title(), ana.page.url, kept):
        assert number[3:] not in digits(told)
    ana.signs_out()
    ana.page.go_back()
    expect(ana.heading).to_have_text("Sign in")
    assert number[3:] not in digits(ana.page.content())


def test_a_print_of_a_shown_value_is_masked(ana: Person) -> None:
    show_by_keyboard(ana)
    value = row(ana).locator(".is-shown .value")
    expect(value).to_be_visible()

    ana.page.emulate_media(media="print")

    expect(value).to_be_hidden()


def test_a_value_is_gone_when_the_server_cannot_be_reached(ana: Person, number: str) -> None:
    show_by_keyboard(ana)

    ana.context.set_offline(True)

    expect(row(ana).locator(".value")).to_have_text("••••", timeout=AGAIN_MS)
    assert number[3:] not in digits(ana.page.content())
    ana.watch.problems.clear()  # the browser and htmx name what could not be reached


def test_p_tells_where_the_value_with_the_focus_comes_from(ana: Person) -> None:
    label = ana.page.locator("#pop .label").first
    ana.page.keyboard.press("p")
    expect(label).to_have_text("Name")
    expect(label).to_be_visible()  # it takes the focus when it is shown
    ana.page.keyboard.press("Escape")
    expect(label).to_be_hidden()

    ana.page.get_by_role("button", name="Show Phone").focus()
    ana.page.keyboard.press("p")

    expect(label).to_have_text("Phone")
