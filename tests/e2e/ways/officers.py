"""How privacy officers and admins get to their pages."""

import re

from playwright.sync_api import expect

from tests.e2e.people import Person
from tests.e2e.ways import agents


def who_looked(person: Person) -> None:
    agents.customer(person)
    person.page.get_by_role("link", name="Who looked?").click()
    expect(person.heading).to_contain_text("Who saw P-")


def own_data(person: Person) -> None:
    agents.customer(person)
    person.page.get_by_role("link", name="Copy of all data").click()
    expect(person.heading).to_contain_text("Copy of all data of P-")


def own_data_report(person: Person) -> None:
    own_data(person)
    person.page.get_by_label("What for").fill("Request 17")
    person.page.get_by_role("button", name="Make the copy").click()
    expect(person.heading).to_contain_text("All data of P-")


def ledger(person: Person) -> None:
    person.goes_to(f"/c/{agents.customer(person)}/consent/")


def day_of_ledger(person: Person) -> None:
    ledger(person)
    person.page.get_by_label("What held at the end of").fill("2026-01-15")
    person.page.get_by_role("button", name="Show").click()
    expect(person.page.locator("#at-title")).to_be_visible()


def say(person: Person) -> str:
    """Open the form that takes down what a customer says; returns the customer's id."""
    profile = agents.customer(person)
    person.page.get_by_role("link", name="Record what the customer says").click()
    expect(person.page.locator("#say-title")).to_be_visible()
    return profile


def say_refused(person: Person) -> None:
    person.watch.expect_refusal(f"/c/{say(person)}/contact/say/")
    person.page.get_by_label("Yes, you may").check()
    person.page.get_by_label("E-mail", exact=True).check()
    person.page.get_by_role("button", name="Record this").click()
    expect(person.page.get_by_text("choose which")).to_be_visible()


def proof(person: Person) -> None:
    person.goes_to("/consent/")
    person.page.get_by_role("link", name="Proof").first.click()
    person.page.get_by_role("button", name="Show the evidence").click()
    expect(person.page.locator("pre.proof")).to_be_visible()


def correction(person: Person) -> None:
    proof(person)
    person.page.get_by_role("link", name="Correct this line").click()
    expect(person.heading).to_have_text("Correct a line")


def purpose(person: Person) -> None:
    person.goes_to("/consent/purposes/")
    person.page.get_by_role("link", name="Marketing").click()


def draft(person: Person) -> None:
    """Write the next version of the newest text about marketing; it stays a draft."""
    person.goes_to("/consent/texts/")
    person.page.get_by_role("link", name="marketing GB/en").first.click()
    if not person.page.get_by_role("button", name="Publish exactly this text").count():
        person.page.get_by_role("link", name="Write the next version").click()
        person.page.get_by_role("button", name="Save the draft").click()
    expect(person.page.get_by_role("heading", name="Publish")).to_be_visible()


def activity(person: Person) -> None:
    person.goes_to("/consent/activities/")
    person.page.get_by_role("link", name="Change Bookkeeping").click()


def source(person: Person) -> None:
    person.goes_to("/admin/profiles/source/")
    person.page.get_by_role("link", name="Loyalty card", exact=True).click()


def token(person: Person) -> None:
    source(person)
    person.page.get_by_role("button", name=re.compile("^Make a")).click()
    expect(person.page.locator(".secret")).to_be_visible()


def quarantine(person: Person) -> None:
    source(person)
    person.page.get_by_role("link", name="Rows in quarantine").click()
