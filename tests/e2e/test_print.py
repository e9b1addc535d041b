"""A customer on paper: what is known and who printed it, nothing to press, masked as ever."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import Person
from tests.e2e.ways.agents import customer, revealed

pytestmark = pytest.mark.e2e


def test_paper_is_black_on_white_without_what_can_only_be_pressed(ana: Person) -> None:
    ana.page.emulate_media(color_scheme="dark")
    customer(ana)

    ana.page.emulate_media(media="print")

    body = ana.page.locator("body")
    expect(body).to_have_css("color", "rgb(0, 0, 0)")
    expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
    for gone in ("banner", "button", "searchbox"):
        expect(ana.page.get_by_role(gone)).to_have_count(0)
    expect(ana.page.get_by_role("contentinfo")).to_contain_text("Printed by Ana")
    expect(ana.page.locator("#timeline .event").first).to_be_visible()


def test_a_value_that_is_shown_on_the_screen_is_masked_on_paper(ana: Person) -> None:
    revealed(ana)
    value = ana.page.locator(".detail .is-shown .value")
    expect(value).to_be_visible()

    ana.page.emulate_media(media="print")

    expect(value).to_be_hidden()
