"""How service agents get to their pages, and anybody to those of all."""

import re

from playwright.sync_api import expect

from tests.e2e import journeys
from tests.e2e.people import Person


def sign_in_refused(stranger: Person) -> None:
    stranger.goes_to("/login/")
    stranger.watch.expect_refusal("/login/")
    stranger.page.get_by_label("E-mail").fill("somebody@harbourpine.example")
    stranger.page.get_by_label("Password").fill("wrong")
    stranger.page.get_by_role("button", name="Sign in").click()
    expect(stranger.page.locator("#form-error")).to_be_visible()


def hits(person: Person) -> None:
    person.searches("hargreves")
    expect(person.page.locator("#hits-title")).to_be_visible()


def nobody_found(person: Person) -> None:
    person.searches("zzqx wvvk")
    expect(person.page.get_by_role("heading", name="Nobody found")).to_be_visible()


def suggestions(person: Person) -> None:
    person.goes_to("/search/")
    person.page.get_by_role("combobox").press_sequentially("hargreves")
    expect(person.page.get_by_role("option").first).to_be_visible()
    person.page.keyboard.press("ArrowDown")


def customer(person: Person) -> str:
    """Open a customer with a long story, all parts loaded; returns the id."""
    person.searches("philippa thistlewood")
    person.opens("Philippa Thistlewood")
    expect(person.page.locator("#contact-title")).to_be_visible()
    person.waits_for_parts()
    return journeys.profile_shown(person)


def popover(person: Person) -> None:
    customer(person)
    person.page.get_by_role("link", name="Where E-mail comes from").click()
    expect(person.page.locator("#pop")).to_be_visible()


def reason(person: Person) -> None:
    """Be asked why a masked value is wanted; asked once for a customer, so of another one."""
    person.searches("theodore winstanley")
    person.opens("Theodore Winstanley")
    person.page.get_by_role("button", name="Show Phone").click()
    expect(person.page.locator("#reason-title")).to_be_focused()


def revealed(person: Person) -> None:
    customer(person)
    person.page.get_by_role("button", name="Show Phone").click()
    form, shown = person.page.locator("form.reason"), person.page.locator(".detail .is-shown")
    expect(form.or_(shown)).to_be_visible()
    if form.count():
        form.get_by_role("button").click()
    expect(shown).to_be_visible()


def steps(person: Person) -> None:
    """Open an order, ticket or return of the timeline into what happened to it."""
    customer(person)
    person.page.get_by_text(re.compile(r"^All \d+ steps$")).first.click()
    expect(person.page.locator(".step-list").first).to_be_visible()


def narrowed(person: Person) -> None:
    """A timeline that says why it is empty."""
    customer(person)
    person.page.get_by_text("More filters").click()
    person.page.get_by_label("Find in the timeline").fill("zzqx")
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_text("Nothing fits these filters")).to_be_visible()


def related(person: Person) -> None:
    customer(person)
    person.page.get_by_role("link", name="Show other customers").click()
    expect(person.page.locator("#relations-title")).to_be_focused()


def noted(person: Person) -> None:
    customer(person)
    person.page.get_by_label("A note about this customer").fill("Prefers to be called at noon.")
    person.page.get_by_role("button", name="Save note").click()
    expect(person.page.get_by_text("Note saved.")).to_be_visible()


def note_refused(person: Person) -> None:
    person.watch.expect_refusal(f"/c/{customer(person)}/notes/")
    person.page.get_by_role("button", name="Save note").click()
    expect(person.page.get_by_text("Write the note first.")).to_be_visible()


def wrong(person: Person) -> None:
    popover(person)
    person.page.get_by_role("link", name="Report wrong").click()
    expect(person.heading).to_have_text("What is wrong?")


def propose(person: Person) -> None:
    popover(person)
    person.page.get_by_role("link", name="Propose correction").click()
    expect(person.heading).to_have_text("Propose a correction")


def report(person: Person) -> str:
    """Open the page on which agents tick what does not belong; returns the customer's id."""
    profile = customer(person)
    person.page.keyboard.press("x")
    expect(person.heading).to_have_text("What looks wrong?")
    return profile


def report_refused(person: Person) -> None:
    person.watch.expect_refusal(f"/c/{report(person)}/report/")
    person.page.get_by_label("Something does not fit").check()
    person.page.get_by_role("button", name="Report", exact=True).click()
    expect(person.page.locator(".report-problems")).to_be_visible()


def palette(person: Person) -> None:
    customer(person)
    person.page.keyboard.press("Control+k")
    expect(person.page.get_by_role("dialog")).to_be_visible()
    person.page.keyboard.type("s")


def token_made(person: Person) -> None:
    person.goes_to("/tokens/")
    person.page.get_by_label("What it is for").fill("A desk")
    person.page.get_by_role("checkbox").first.check()
    person.page.get_by_role("button", name="Make the token").click()
    expect(person.page.locator(".secret")).to_be_visible()


def brief(person: Person) -> None:
    person.goes_to(f"/c/{customer(person)}/brief/")


def framed(person: Person) -> None:
    """The panel for frames of other desks, on its own."""
    person.goes_to(f"/embed/c/{customer(person)}/")


def call_of_nobody(person: Person) -> None:
    """A frame that was called with a number nobody has."""
    person.goes_to("/embed/?phone=%2B447700900000")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(
        "Nobody known calls from this number"
    )


def german(person: Person) -> None:
    """A customer in German, whose words are longer."""
    profile = customer(person)
    person.context.set_extra_http_headers({"Accept-Language": "de"})
    person.goes_to(f"/c/{profile}/")
    expect(person.page.get_by_role("heading", name="Angaben")).to_be_visible()
    person.waits_for_parts()


def user_menu(person: Person) -> None:
    person.goes_to("/search/")
    person.opens_menu()


def list_of_keys(person: Person) -> None:
    customer(person)
    person.page.keyboard.press("?")
    expect(person.page.get_by_role("dialog")).to_be_visible()
