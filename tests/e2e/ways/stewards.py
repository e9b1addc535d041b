"""How data stewards get to their pages."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.e2e.people import Person
from tests.e2e.ways import agents


def pair(person: Person) -> None:
    person.goes_to("/review/")
    expect(person.page.locator("form.decide")).to_be_visible()
    person.waits_for_parts()


def group(person: Person) -> None:
    """The group case of the pair in hand, which may be one of two customers only."""
    pair(person)
    decide = person.page.locator("form.decide").get_attribute("action") or ""
    person.goes_to(re.sub(r"review/(\d+)/decide", r"review/group/\1", decide))
    person.page.get_by_role("button", name="Preview").click()
    expect(person.page.locator("#preview .split-confirm")).to_be_visible()


def effect(person: Person) -> None:
    """What joining a pair would change in consent, as a page of its own."""
    pair(person)
    decide = person.page.locator("form.decide").get_attribute("action") or ""
    person.goes_to(decide.replace("/decide/", "/consent/"))
    expect(person.page.locator("#effect-title")).to_be_visible()


def evidence(person: Person) -> None:
    pair(person)
    person.page.keyboard.press("e")
    expect(person.page.locator("#evidence-table")).to_be_visible()


def split(person: Person) -> None:
    person.goes_to(f"/clusters/{agents.customer(person)}/")


def graph(person: Person) -> None:
    split(person)
    person.page.get_by_role("link", name="Graph").click()
    expect(person.page.locator(".graph-drawing")).to_be_visible()


def compared(person: Person) -> None:
    """Why two records of a customer are together."""
    split(person)
    for number in range(2):
        person.page.get_by_role("checkbox").nth(number).check()
    expect(person.page.locator("#preview .part").first).to_be_visible()
    person.page.get_by_role("button", name="Why are these two together?").click()
    expect(person.page.locator("#preview #evidence-title")).to_be_visible()


def then(person: Person) -> None:
    split(person)
    person.page.get_by_role("link", name="Then").click()
    expect(person.heading).to_have_text("Joined records as they were")


def any_two(person: Person) -> None:
    split(person)
    person.page.get_by_role("link", name="Compare", exact=True).click()
    person.page.get_by_role("button", name="Compare", exact=True).click()
    expect(person.page.locator("#verdict-title")).to_have_text("One customer")


def lock(person: Person) -> None:
    split(person)
    person.page.get_by_role("link", name="Lock", exact=True).click()
    expect(person.heading).to_have_text("Lock this customer")


def choose(person: Person) -> None:
    """The page on which a steward has another address shown."""
    agents.customer(person)
    person.page.get_by_role("link", name="Where Address comes from").click()
    person.page.get_by_role("link", name="Choose what is shown").click()
    expect(person.heading).to_have_text("Address: choose what is shown")


def choose_seen(person: Person) -> None:
    """What would change if the last of the values were shown."""
    choose(person)
    person.page.get_by_role("radio").last.check()
    expect(person.page.get_by_role("button", name="Show this value")).to_be_visible()


def choose_refused(person: Person) -> None:
    choose_seen(person)
    person.watch.expect_refusal(urlsplit(person.page.url).path)
    person.page.get_by_role("button", name="Show this value").click()
    expect(person.page.get_by_text("Say why: the reason is kept")).to_be_visible()


def chosen(person: Person) -> None:
    """Keep the address that is shown anyway, and read beside it who said so."""
    choose(person)
    person.page.get_by_role("radio").first.check()
    person.page.get_by_label("Why").fill("She moved in May.")
    person.page.get_by_role("button", name="Show this value").click()
    expect(person.page.get_by_text("Shown from now on.")).to_be_visible()
    person.page.get_by_role("link", name="Where Address comes from").click()
    expect(person.page.locator("#pop .chosen")).to_be_visible()


def rules(person: Person) -> None:
    person.goes_to("/rules/")
    expect(person.page.get_by_role("heading", name="Rules", exact=True)).to_be_visible()
    expect(person.page.get_by_role("heading", name="Live now")).to_be_visible()


def rules_draft(person: Person) -> None:
    rules(person)
    person.page.get_by_role("link", name="New draft").click()
    expect(person.page.get_by_role("heading", name="New draft from")).to_be_visible()


def rules_report(person: Person) -> None:
    """Open the version that was live before, with the report of a simulation or without."""
    rules(person)
    person.page.locator("a[href^='/rules/version/']").last.click()
    expect(person.page.locator("#changes-title")).to_be_visible()


def looks_until(person: Person, words: str) -> None:
    """Look at the page again and again, as people do while a worker is at it."""
    for _ in range(60):
        if person.page.get_by_text(words).first.is_visible():
            return
        person.page.wait_for_timeout(500)
        person.page.reload()
    raise AssertionError(f"never seen: {words}")


def values(person: Person) -> None:
    """The rules that say which value of a customer is shown."""
    rules(person)
    person.page.get_by_role("link", name="Which value is shown").click()
    expect(person.heading).to_have_text("Which value is shown")


def values_draft(person: Person) -> None:
    values(person)
    person.page.get_by_role("link", name="New draft").click()
    expect(person.page.get_by_role("heading", name="New draft from")).to_be_visible()


def values_draft_refused(person: Person) -> None:
    values_draft(person)
    person.watch.expect_refusal(urlsplit(person.page.url).path)
    person.page.get_by_label("Sources trusted most").first.fill("nobody")
    person.page.get_by_role("button", name="Make the draft").click()
    expect(person.page.get_by_text("There is no source “nobody”")).to_be_visible()


def values_report(person: Person) -> None:
    """A draft by which the CRM has the say on e-mails, and what it would change."""
    values_draft(person)
    places = person.page.get_by_role("group", name="E-mail").get_by_role("combobox")
    places.nth(0).select_option("rank of the source")
    places.nth(1).select_option("newest")
    person.page.get_by_role("button", name="Make the draft").click()
    person.page.get_by_role("button", name="Simulate on all customers").click()
    looks_until(person, "Values that flip")


def values_examples(person: Person) -> None:
    values_report(person)
    person.page.get_by_role("link", name="Look at 20 examples").click()
    expect(person.heading).to_have_text("Values that flip")


def values_version(person: Person) -> None:
    values(person)
    person.page.locator("a[href^='/rules/values/version/']").last.click()
    expect(person.page.locator("#changes-title")).to_be_visible()


def preview(person: Person) -> None:
    split(person)
    person.page.get_by_role("checkbox").last.check()
    expect(person.page.locator("#preview .part").first).to_be_visible()


def figures(person: Person) -> None:
    """The records behind one figure of the data quality board."""
    person.goes_to("/quality/")
    missing = person.page.get_by_role("table", name="Missing")
    missing.get_by_role("link", name="Phone").first.click()
    expect(person.page.locator("#cell-title")).to_be_focused()


def history(person: Person) -> None:
    person.goes_to(f"/c/{agents.customer(person)}/history/")


def came_about(person: Person) -> None:
    history(person)
    person.page.get_by_role("link", name="How this customer came about").click()
    expect(person.heading).to_have_text("How this customer came about")
    expect(person.page.get_by_role("heading", name="The weakest link")).to_be_visible()


def notices(person: Person) -> None:
    """The figures of one source open, those of the others folded."""
    person.goes_to("/notices/")
    person.page.locator(".figures-of > summary").first.click()
    expect(person.page.get_by_role("button", name="Done").first).to_be_visible()
