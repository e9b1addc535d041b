"""Ana, a service agent: finds customers by what they say, and reads what happened to them."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys import profile_shown
from tests.e2e.people import Person
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e
CUSTOMER = re.compile(r"/c/P-\w+/$")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("filipa thistelwood", "Philippa Thistlewood"),
        ("jon pemberly", "Jonathan Pemberley"),
        ("theo winstanly", "Theodore Winstanley"),
        ("gwendolin abernethy", "Gwendolyn Abernathy"),
    ],
)
def test_ana_finds_a_customer_by_a_misspelt_name(ana: Person, said: str, name: str) -> None:
    ana.searches(said)
    ana.opens(name)

    expect(ana.page).to_have_url(CUSTOMER)


def test_suggestions_come_while_ana_types_and_enter_opens_one(ana: Person) -> None:
    ana.goes_to("/search/")
    ana.page.keyboard.press("/")
    ana.page.keyboard.type("magda brzozovska")

    option = ana.page.get_by_role("option", name="Magdalena Brzozowska").first
    expect(option).to_be_visible()
    expect(ana.page.locator("#say")).to_contain_text("result")
    ana.page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    ana.page.keyboard.press("Enter")

    expect(ana.heading).to_have_text("Magdalena Brzozowska")


def test_a_telephone_number_is_found_however_it_is_written(
    ana: Person, product: Product
) -> None:
    number = product.own_number()
    begin, end = number[3:7], number[7:]

    for written in (f"0{begin}{end}", f"+44 {begin} {end}", f"(0{begin}) {end[:3]}-{end[3:]}"):
        ana.searches(written)
        expect(ana.page).to_have_url(CUSTOMER)
        ana.page.get_by_role("link", name="Where Phone comes from").click()
        popover = ana.page.locator("#pop")
        expect(popover).to_be_visible()
        expect(popover).to_contain_text(f"•••• {end[-4:]}")
        assert begin + end not in re.sub(r"\D", "", popover.inner_text())


def test_an_order_number_opens_its_customer(ana: Person, product: Product) -> None:
    order = product.rows("shop_events.csv")[-1]["order_no"]
    assert order.startswith("HP-")

    ana.searches(order.lower())

    expect(ana.page).to_have_url(CUSTOMER)
    ana.page.get_by_label("Find in the timeline").fill(order)
    ana.page.get_by_role("button", name="Find", exact=True).click()
    expect(ana.page.locator("#timeline .event").first).to_contain_text(order)


def test_nobody_found_says_what_was_looked_for_and_what_to_try(ana: Person) -> None:
    ana.searches("zzqx wvvk")

    expect(ana.page.get_by_role("heading", name="Nobody found")).to_be_focused()
    expect(ana.page.get_by_text("Nothing fits “zzqx wvvk”")).to_be_visible()


def test_a_timeline_tells_what_four_systems_know(ana: Person) -> None:
    ana.searches("philippa thistlewood")
    ana.opens("Philippa Thistlewood")
    timeline = ana.page.locator("#timeline")

    sources = set()
    for _ in range(8):
        sources |= set(timeline.locator(".event .pill.line").all_inner_texts())
        older = timeline.get_by_role("link", name="Older")
        if len(sources) >= 4 or not older.count():
            break
        seen = timeline.locator(".event").count()
        older.click()
        expect(timeline.locator(".event").nth(seen)).to_be_visible()

    assert len(sources) >= 4, sources


def test_older_items_follow_without_gap_or_repetition(ana: Person) -> None:
    ana.searches("desmond featherstone")
    ana.opens("Desmond Featherstone")
    events = ana.page.locator("#timeline .event")
    first = events.count()

    ana.page.keyboard.press("o")

    expect(events.nth(first)).to_be_visible()
    expect(ana.page.locator(".day > h3:focus")).to_have_count(1)
    times = ana.page.locator("#timeline .event .event-side time").evaluate_all(
        "all => all.map(time => time.dateTime)"
    )
    assert times == sorted(times, reverse=True)


def test_a_chip_shows_one_kind_of_event_and_the_address_keeps_it(ana: Person) -> None:
    ana.searches("philippa thistlewood")
    ana.opens("Philippa Thistlewood")
    orders = ana.page.get_by_role("navigation", name="Kinds of events").get_by_role(
        "link", name="Orders"
    )

    orders.click()

    expect(orders).to_have_attribute("aria-current", "true")
    expect(ana.page).to_have_url(re.compile(r"\?kind=orders?"))
    expect(ana.page.locator("#timeline-title")).to_be_focused()
    ana.page.reload()
    expect(orders).to_have_attribute("aria-current", "true")


def test_a_value_tells_its_source_basis_and_rule(ana: Person) -> None:
    ana.searches("philippa thistlewood")
    ana.opens("Philippa Thistlewood")
    opener = ana.page.get_by_role("link", name="Where E-mail comes from")

    opener.click()

    popover = ana.page.locator("#pop")
    expect(popover).to_be_visible()
    for words in ("Source", "Received", "Lawful basis"):
        expect(popover).to_contain_text(words)
    expect(popover.locator("[data-focus]")).to_be_focused()
    ana.page.keyboard.press("Escape")
    expect(popover).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_customer_page_says_whether_we_may_contact(ana: Person) -> None:
    ana.searches("theodore winstanley")
    ana.opens("Theodore Winstanley")
    panel = ana.page.get_by_role("region", name="May we contact?")

    expect(panel.get_by_role("listitem").first).to_contain_text(
        re.compile("Allowed|Not allowed|Unknown, so no")
    )
    expect(panel.get_by_role("link", name="All statements")).to_have_count(0)


def test_lists_show_contact_points_with_the_middle_left_out(ana: Person) -> None:
    ana.searches("philippa thistlewood")

    hits = ana.page.get_by_role("list").filter(has_text="Philippa Thistlewood")
    expect(hits.first).to_contain_text("•••")
    assert not re.search(r"\w+@\w+\.example", hits.first.inner_html())


def test_values_of_an_unconfirmed_record_stay_with_the_stewards(
    ana: Person, sol: Person
) -> None:
    sol.goes_to("/review/?reason=uncertain&whose=")
    here, there = (side.get_attribute("href") for side in sol.page.locator(".side-name").all())
    record = sol.page.locator(".side-head code").nth(1).inner_text()
    right = sol.page.locator(".compare td:nth-of-type(2) .compared").all_inner_texts()
    sol.goes_to("/review/?reason=&whose=")
    sol.goes_to(str(here).replace("/c/", "/clusters/"))
    known = sol.page.content()
    theirs = [text for text in right if text.startswith("+") or "@" in text]

    ana.goes_to(str(here))

    expect(ana.page.locator(".uncertain")).to_contain_text("under review")
    ana.waits_for_parts()
    seen = ana.page.content()
    secrets = (f"{there}", f">{record}<", *(text for text in theirs if text not in known))
    assert not [secret for secret in secrets if secret in seen]


def test_ana_is_not_let_into_what_belongs_to_others(ana: Person) -> None:
    ana.searches("philippa thistlewood")
    ana.opens("Philippa Thistlewood")
    profile = profile_shown(ana)

    menu = ana.page.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link")).to_have_text(["Customers"])
    for path in ("/review/", f"/clusters/{profile}/", f"/c/{profile}/consent/"):
        assert ana.is_refused(path), path
        expect(ana.heading).to_have_text("You may not open this page")


@pytest.mark.parametrize("status", [200, 429])
def test_what_a_proxy_says_in_our_place_is_no_part_of_a_page(ana: Person, status: int) -> None:
    ana.searches("philippa thistlewood")
    ana.opens("Philippa Thistlewood")
    notes = f"/c/{profile_shown(ana)}/notes/"
    ana.watch.expect_refusal(notes)
    ana.page.route(
        f"**{notes}", lambda route: route.fulfill(status=status, body="<p>The gateway</p>")
    )
    ana.page.get_by_label("A note about this customer").fill("Rang again.")

    ana.page.get_by_role("button", name="Save note").click()

    expect(ana.page.locator("#alert")).not_to_be_empty()
    expect(ana.page.get_by_text("The gateway")).to_have_count(0)
    expect(ana.page.get_by_label("A note about this customer")).to_have_value("Rang again.")
    assert all(f"Error Code {status}" in problem for problem in ana.watch.problems)
    ana.watch.problems.clear()


def test_a_refused_request_says_so_and_leaves_the_focus_where_it_was(ana: Person) -> None:
    ana.searches("philippa thistlewood")
    ana.opens("Philippa Thistlewood")
    notes = f"/c/{profile_shown(ana)}/notes/"
    ana.watch.expect_refusal(notes)
    ana.page.route(f"**{notes}", lambda route: route.fulfill(status=403, body="no"))
    ana.page.get_by_label("A note about this customer").fill("Rang again.")
    save = ana.page.get_by_role("button", name="Save note")
    save.focus()

    ana.page.keyboard.press("Enter")

    expect(ana.page.locator("#alert")).to_have_text("You may not do this.")
    expect(save).to_be_focused()
    expect(save).to_be_enabled()
