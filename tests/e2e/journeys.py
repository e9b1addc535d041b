"""What stewards do on their pages, step by step, so that tests read as a story."""

import re

from playwright.sync_api import Locator, expect

from tests.e2e.people import Person

LOOK_MS = 300  # keys rest for 250 ms after a new pair appears; people look for longer


def pair_before(person: Person) -> str:
    """The address that answers the pair on the page; a name for the pair itself."""
    form = person.page.locator("form.decide")
    return form.get_attribute("action") or ""


def waits(person: Person) -> int:
    """How many pairs wait, as the page says."""
    return _count(person, "waiting")


def answered(person: Person) -> int:
    """How many pairs the person decided today, as the page says."""
    return _count(person, "you today")


def _count(person: Person, what: str) -> int:
    return int(person.page.locator("#count div", has_text=what).locator("dd").inner_text())


def may_be_same(person: Person) -> bool:
    """False where Same would contradict what people said before, or needs a second person."""
    return not person.page.locator("#refusal, .four-eyes").count()


def reaches_a_risky_pair(person: Person) -> None:
    """Keep pairs apart until one comes whose joining needs a second person."""
    while not person.page.locator(".four-eyes").count():
        presses(person, "n")


def presses(person: Person, key: str) -> None:
    """Press an answer key after a look, and see the next pair with the focus on its heading."""
    before = pair_before(person)
    person.page.wait_for_timeout(LOOK_MS)
    person.page.keyboard.press(key)
    expect(person.page.locator("form.decide")).not_to_have_attribute("action", before)
    expect(person.page.locator("#case-title")).to_be_focused()


def answers_reports(person: Person) -> None:
    """Say of everything that agents reported that it belongs where it is."""
    reported = person.page.locator(".case-report")
    person.goes_to("/review/")
    while not reported.count():
        presses(person, "d")  # what is in hand comes first, then reports before all others
    while reported.count():
        presses(person, "m")


def undoes(person: Person) -> None:
    """Press U and hear that the last answer was taken back."""
    person.page.wait_for_timeout(LOOK_MS)
    person.page.keyboard.press("u")
    expect(person.page.locator(".case-reply")).to_contain_text("Undone.")
    expect(person.page.locator("#say")).to_contain_text("Undone.")
    expect(person.page.locator("#case-title")).to_be_focused()


def opens_split(person: Person, profile: str) -> Locator:
    """Open the page on which records are picked; returns the boxes to tick."""
    person.goes_to(f"/clusters/{profile}/")
    return person.page.get_by_role("checkbox")


def profile_shown(person: Person) -> str:
    """The id of the customer in the address bar."""
    found = re.search(r"/c/(P-\w+)/", person.page.url)
    assert found, person.page.url
    return found[1]


def sources_joined(person: Person) -> list[str]:
    """The source of each joined record on a customer page."""
    return person.page.locator("#records li .pill").all_inner_texts()
