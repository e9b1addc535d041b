"""Five things that happen while somebody is on the telephone, each by keyboard alone."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.journeys import answers_reports
from tests.e2e.people import Person
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e
CUSTOMER = re.compile(r"/c/P-\w+/$")
MOST_TABS = 120


def looks_for(ana: Person, said: str) -> None:
    """Press the key of the search box from wherever the focus is, type and press Enter."""
    ana.page.keyboard.press("/")
    expect(ana.page.get_by_role("combobox", name="Find a customer")).to_be_focused()
    ana.page.keyboard.type(said)
    ana.page.keyboard.press("Enter")


def opens_the_first(ana: Person, name: str) -> None:
    """Go down to the first hit, open it and look at the whole of it."""
    expect(ana.page.locator("#hits-title")).to_be_focused()
    ana.page.keyboard.press("j")
    ana.page.keyboard.press("Enter")
    expect(ana.heading).to_have_text(name)
    ana.waits_for_parts()


def tabs_to(ana: Person, place: Locator) -> None:
    """Move the focus on, one element after the other, until it is there."""
    for _ in range(MOST_TABS):
        if place.evaluate("one => one === document.activeElement"):
            return
        ana.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not come to {place}")


@pytest.fixture
def caller(ana: Person) -> Person:
    """Ana, with a customer open who complains while three parcels are on their way."""
    ana.goes_to("/search/")
    looks_for(ana, "filipa thistelwood")
    opens_the_first(ana, "Philippa Thistlewood")
    return ana


def test_a_caller_is_found_by_the_number_they_ring_from(ana: Person, product: Product) -> None:
    ana.goes_to("/search/")

    looks_for(ana, product.own_number().replace("+44", "0"))

    expect(ana.page).to_have_url(CUSTOMER)
    expect(ana.heading).not_to_be_empty()


def test_an_open_complaint_is_seen_at_once_and_its_story_is_one_key_away(
    caller: Person,
) -> None:
    item = caller.page.locator("#attention li").first
    expect(item).to_contain_text("Open complaint")
    expect(item).to_be_in_viewport()

    tabs_to(caller, item.get_by_role("link"))
    caller.page.keyboard.press("Enter")

    expect(caller.page.locator("#timeline-title")).to_be_focused()
    caller.page.keyboard.press("j")
    expect(caller.page.locator("#timeline .event").first).to_be_focused()


def test_orders_under_way_are_seen_and_one_opens_into_its_steps(caller: Person) -> None:
    expect(caller.page.locator("#attention")).to_contain_text("3 orders have not arrived")

    caller.page.keyboard.press("2")
    expect(caller.page.locator("#timeline-title")).to_be_focused()
    expect(caller.page.locator('.chip[aria-current="true"]')).to_contain_text("Orders")
    caller.page.keyboard.press("j")
    row = caller.page.locator("#timeline .event").first
    expect(row).to_be_focused()
    caller.page.keyboard.press("Enter")

    expect(row.locator(".step-list li").first).to_be_visible()


def test_who_said_what_is_told_beside_the_value(caller: Person) -> None:
    opener = caller.page.get_by_role("link", name="Where E-mail comes from")
    tabs_to(caller, opener)
    caller.page.keyboard.press("Enter")

    popover = caller.page.locator("#pop")
    for words in ("Source", "Received", "Lawful basis"):
        expect(popover).to_contain_text(words)
    expect(popover.locator("[data-focus]")).to_be_focused()
    caller.page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_record_of_somebody_else_is_reported_and_the_answer_comes_back(
    ana: Person, sol: Person
) -> None:
    ana.goes_to("/search/")
    looks_for(ana, "gwendolin abernethy")
    opens_the_first(ana, "Gwendolyn Abernathy")

    ana.page.keyboard.press("x")
    expect(ana.heading).to_have_text("What looks wrong?")
    tabs_to(ana, ana.page.locator('input[name="records"]').last)
    ana.page.keyboard.press("Space")
    tabs_to(ana, ana.page.locator('input[name="why"]').first)
    ana.page.keyboard.press("Space")
    tabs_to(ana, ana.page.get_by_role("button", name="Report", exact=True))
    ana.page.keyboard.press("Enter")

    expect(ana.page).to_have_url(CUSTOMER)
    expect(ana.page.locator("#reports")).to_contain_text("under review")
    expect(ana.page.locator(".suspect-mark").first).to_be_visible()

    answers_reports(sol)
    ana.page.reload()
    expect(ana.page.locator("#reports")).to_contain_text("confirmed by Sol: belongs here")
    expect(ana.page.locator(".suspect-mark")).to_have_count(0)
