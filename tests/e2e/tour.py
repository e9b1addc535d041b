"""Every page of the product, and how somebody gets there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import ViewportSize, expect

from tests.e2e import journeys
from tests.e2e.people import Person

WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=360, height=740)
NOBODY = "P-000000000000"


@dataclass(frozen=True)
class Stop:
    """One page as `who` sees it; `reach` opens it, ready to be looked at."""

    name: str
    who: str
    reach: Callable[[Person], object]

    def __str__(self) -> str:
        return self.name


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


def alike(person: Person) -> bool:
    """Pairs alike in everything; the page of the pair in hand where it stands alone."""
    pair(person)
    decide = person.page.locator("form.decide").get_attribute("action") or ""
    person.goes_to(re.sub(r"review/(\d+)/decide", r"review/alike/\1", decide))
    return person.page.locator(".alike-form").is_visible()


def alike_confirmed(person: Person) -> None:
    """What one answer to all of them would change."""
    if alike(person):
        person.page.get_by_role("button", name="All ticked: same").click()
        expect(person.page.locator(".alike-confirm")).to_be_visible()


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
    person.goes_to(f"/clusters/{customer(person)}/")


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
    person.goes_to(f"/c/{customer(person)}/history/")


def came_about(person: Person) -> None:
    history(person)
    person.page.get_by_role("link", name="How this customer came about").click()
    expect(person.heading).to_have_text("How this customer came about")
    expect(person.page.get_by_role("heading", name="The weakest link")).to_be_visible()


def who_looked(person: Person) -> None:
    customer(person)
    person.page.get_by_role("link", name="Who looked?").click()
    expect(person.heading).to_contain_text("Who saw P-")


def ledger(person: Person) -> None:
    person.goes_to(f"/c/{customer(person)}/consent/")


def day_of_ledger(person: Person) -> None:
    ledger(person)
    person.page.get_by_label("What held at the end of").fill("2026-01-15")
    person.page.get_by_role("button", name="Show").click()
    expect(person.page.locator("#at-title")).to_be_visible()


def say(person: Person) -> str:
    """Open the form that takes down what a customer says; returns the customer's id."""
    profile = customer(person)
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


def at(path: str) -> Callable[[Person], None]:
    return lambda person: person.goes_to(path)


def refused(path: str, status: int) -> Callable[[Person], Any]:
    def reach(person: Person) -> None:
        assert person.is_refused(path, status)

    return reach


STOPS = [
    Stop("sign-in", "", at("/login/")),
    Stop("sign-in-refused", "", sign_in_refused),
    Stop("search", "ana", at("/search/")),
    Stop("search-hits", "ana", hits),
    Stop("search-nobody", "ana", nobody_found),
    Stop("search-suggestions", "ana", suggestions),
    Stop("user-menu", "ana", user_menu),
    Stop("customer", "ana", customer),
    Stop("customer-steward", "sol", customer),
    Stop("customer-why", "ana", popover),
    Stop("customer-reason", "ana", reason),
    Stop("customer-revealed", "ana", revealed),
    Stop("customer-steps", "ana", steps),
    Stop("customer-narrowed", "ana", narrowed),
    Stop("customer-noted", "ana", noted),
    Stop("customer-note-refused", "ana", note_refused),
    Stop("customer-german", "ana", german),
    Stop("relations", "ana", related),
    Stop("wrong", "ana", wrong),
    Stop("propose", "ana", propose),
    Stop("report", "ana", report),
    Stop("report-refused", "ana", report_refused),
    Stop("reports", "ana", at("/reports/")),
    Stop("brief", "ana", brief),
    Stop("embed", "ana", framed),
    Stop("embed-call", "ana", call_of_nobody),
    Stop("settings", "ana", at("/preferences/")),
    Stop("tokens", "ana", at("/tokens/")),
    Stop("token-made", "ana", token_made),
    Stop("interface", "ana", at("/api/")),
    Stop("palette", "sol", palette),
    Stop("keys", "sol", list_of_keys),
    Stop("review", "sol", pair),
    Stop("review-evidence", "sol", evidence),
    Stop("review-consent", "sol", effect),
    Stop("review-group", "sol", group),
    Stop("review-alike", "sol", alike),
    Stop("review-alike-confirm", "sol", alike_confirmed),
    Stop("split", "sol", split),
    Stop("split-preview", "sol", preview),
    Stop("studio-graph", "sol", graph),
    Stop("studio-compared", "sol", compared),
    Stop("studio-then", "sol", then),
    Stop("studio-any-two", "sol", any_two),
    Stop("studio-lock", "sol", lock),
    Stop("quality", "sol", at("/quality/")),
    Stop("notices", "sol", at("/notices/")),
    Stop("quality-admin", "ada", at("/quality/")),
    Stop("quality-records", "sol", figures),
    Stop("history", "sol", history),
    Stop("how-it-came-about", "sol", came_about),
    Stop("ledger", "pia", ledger),
    Stop("ledger-day", "pia", day_of_ledger),
    Stop("say", "ana", say),
    Stop("say-refused", "ana", say_refused),
    Stop("consent", "pia", at("/consent/")),
    Stop("consent-filtered", "pia", at("/consent/?channel=email&decision=granted")),
    Stop("consent-proof", "pia", proof),
    Stop("consent-correct", "pia", correction),
    Stop("purposes", "pia", at("/consent/purposes/")),
    Stop("purpose", "pia", purpose),
    Stop("texts", "pia", at("/consent/texts/")),
    Stop("text", "pia", draft),
    Stop("activities", "pia", at("/consent/activities/")),
    Stop("activity", "pia", activity),
    Stop("bases", "pia", at("/consent/bases/")),
    Stop("no-role", "otto", at("/")),
    Stop("rules", "sol", rules),
    Stop("rules-draft", "sol", rules_draft),
    Stop("rules-report", "sol", rules_report),
    Stop("refused-403", "ana", refused("/review/", 403)),
    Stop("nothing-404", "ana", refused(f"/c/{NOBODY}/", 404)),
    Stop("audit", "pia", at("/audit/")),
    Stop("audit-customer", "pia", who_looked),
    Stop("audit-admin", "ada", at("/audit/")),
    Stop("admin", "ada", at("/admin/")),
    Stop("admin-sources", "ada", at("/admin/profiles/source/")),
    Stop("admin-source", "ada", source),
    Stop("admin-token", "ada", token),
    Stop("admin-quarantine", "ada", quarantine),
    Stop("admin-people", "ada", at("/admin/c360/user/")),
]
