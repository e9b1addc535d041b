"""Where callers are verified first: two facts by keyboard, values masked until then."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.people import ACCOUNTS, Person
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def address(product: Product) -> Iterator[str]:
    with product.beside(C360_VERIFY_CALLERS="1") as address:
        yield address


@pytest.fixture
def shopper(product: Product) -> dict[str, str]:
    """The row of somebody in the shop whose number no other record has."""
    return product.only_shopper_of_a_number()


@pytest.fixture
def ana(browser: Browser, address: str, shopper: dict[str, str]) -> Iterator[Person]:
    """Ana in a session of her own, before that customer: it keeps who was verified."""
    ana = Person(browser, address)
    ana.signs_in(ACCOUNTS["ana"])
    ana.searches(shopper["mobile"])
    expect(ana.page).to_have_url(re.compile(r"/c/P-\w+/$"))
    ana.waits_for_parts()
    yield ana
    ana.context.close()
    assert ana.watch.problems == []


def says(ana: Person, number: str, postcode: str) -> None:
    """Open the form by its key, type what the caller says and press Enter."""
    ana.page.keyboard.press("v")
    expect(ana.page.locator("#verify-title")).to_be_focused()
    ana.page.get_by_label("Whole phone number").fill(number)
    ana.page.get_by_label("Postcode").fill(postcode)
    ana.page.keyboard.press("Enter")


def expects_refusal(ana: Person, part: str) -> None:
    """A part of the customer's page will answer with an error, as it should."""
    ana.watch.expect_refusal(urlsplit(ana.page.url).path + part)


def digits(ana: Person) -> str:
    return re.sub(r"\D", "", ana.page.content())


def test_values_can_be_shown_once_the_caller_is_verified(
    ana: Person, shopper: dict[str, str]
) -> None:
    number = re.sub(r"\D", "", shopper["mobile"])[-10:]
    expect(ana.page.get_by_role("button", name="Show Phone")).to_have_count(0)
    assert number not in digits(ana)

    says(ana, shopper["mobile"], shopper["ship_to_postcode"])

    expect(ana.page.get_by_text(re.compile(r"Caller verified until \d\d:\d\d"))).to_be_visible()
    ana.page.get_by_role("button", name="Show Phone").click()
    expect(ana.page.get_by_label("Why?")).to_have_count(0)  # there is a reason: the caller asks
    expect(ana.page.locator(".detail .is-shown")).to_be_visible()
    assert number in digits(ana)


def test_one_wrong_fact_opens_nothing_and_is_not_named(
    ana: Person, shopper: dict[str, str]
) -> None:
    expects_refusal(ana, "verify/")
    says(ana, shopper["mobile"], "AB1 2CD")

    asked = ana.page.get_by_label("Is the caller the customer?")
    expect(asked.get_by_role("alert")).to_contain_text("what the caller said does not fit")
    expect(ana.page.get_by_text("Caller verified until")).to_have_count(0)
