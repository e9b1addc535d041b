"""The product and the browser start once in each process of the run; each test gets people with
a browser of their own.

Django's database is never touched from here: the product has its own, in other processes.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState, expect

from c360.demo.accounts import SignIn
from tests.e2e.browser import launched
from tests.e2e.people import ACCOUNTS, OTTO, Person, Seat
from tests.e2e.product import Product, started
from tests.e2e.tour import WIDE, Stop


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that empty the queue come last: others need pairs to decide."""
    items.sort(key=lambda item: "empty_queue" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with started() as product:
        yield product


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def cookies(browser: Browser, product: Product) -> Callable[[str], StorageState]:
    """Sign somebody in, once for all tests, and return what the browser keeps of it."""
    kept: dict[str, StorageState] = {}

    def of(name: str) -> StorageState:
        if name not in kept:
            if name == "otto":
                make_account(Person(browser, product.address, storage_state=of("ada")), OTTO)
            person = Person(browser, product.address)
            person.signs_in(ACCOUNTS[name])
            kept[name] = person.context.storage_state()
            person.context.close()
        return kept[name]

    return of


def make_account(admin: Person, account: SignIn) -> None:
    """Add somebody without a role; the demo brings nobody like that."""
    admin.goes_to("/admin/c360/user/add/")
    admin.page.get_by_label("E-mail").fill(account.email)
    admin.page.get_by_label("Name").fill(account.name)
    for label in ("Password:", "Password confirmation:"):
        admin.page.get_by_label(label, exact=True).fill(account.password)
    admin.page.get_by_role("button", name="Save", exact=True).click()
    expect(admin.page.locator(".success")).to_contain_text("was added successfully")
    admin.context.close()


@pytest.fixture
def seat(browser: Browser, product: Product, cookies: Any) -> Iterator[Seat]:
    """Seat somebody at a browser, signed in; `seat("")` seats a stranger.

    Options are those of a browser context, e.g. `java_script_enabled=False`. At the end no
    page may have broken a rule.
    """
    seated: list[Person] = []

    def sit(name: str, **options: Any) -> Person:
        if name:
            options["storage_state"] = cookies(name)
        person = Person(browser, product.address, **options)
        seated.append(person)
        return person

    yield sit
    for person in seated:
        person.context.close()
    assert [problem for person in seated for problem in person.watch.problems] == []


@pytest.fixture
def look(seat: Seat) -> Callable[[Stop], Person]:
    """Seat somebody at a page. The content policy is off there only, so that axe may run."""

    def reach(stop: Stop) -> Person:
        person = seat(stop.who, bypass_csp=True, reduced_motion="reduce", viewport=WIDE)
        stop.reach(person)
        return person

    return reach


@pytest.fixture
def ana(seat: Seat) -> Person:
    """A service agent."""
    return seat("ana")


@pytest.fixture
def sol(seat: Seat) -> Person:
    """A data steward."""
    return seat("sol")


@pytest.fixture
def kim(seat: Seat) -> Person:
    """Another data steward."""
    return seat("kim")


@pytest.fixture
def pia(seat: Seat) -> Person:
    """A privacy officer."""
    return seat("pia")


@pytest.fixture
def ada(seat: Seat) -> Person:
    """An admin."""
    return seat("ada")


@pytest.fixture
def otto(seat: Seat) -> Person:
    """Somebody with an account and no role."""
    return seat("otto")


@pytest.fixture
def empty_queue(kim: Person) -> Person:
    """Kim, with every pair answered or put off; by plain requests, since they are many."""
    kim.goes_to("/review/")
    while kim.page.get_by_role("button", name="Later").count():
        form = kim.page.locator("form.decide")
        token = form.locator("[name=csrfmiddlewaretoken]").input_value()
        answer = kim.page.request.post(
            form.get_attribute("action") or "",
            form={"csrfmiddlewaretoken": token, "verdict": "later"},
        )
        assert answer.ok, answer.status
        kim.goes_to("/review/")
    return kim
