"""Ana finds customers while she types, and her telephone finds them for her."""

import json
import random
import re
from datetime import date
from difflib import SequenceMatcher

import pytest
from playwright.sync_api import Route, expect

from bench.questions import Asked, questions
from c360.demo import stories
from c360.demo.people import Person as Customer
from c360.demo.people import Town
from tests.e2e.people import Person
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e
CUSTOMER = re.compile(r"/c/P-\w+/$")
ASKED, THIRD = 2, 3  # questions of each of sixteen kinds; places that count as found
ALIKE = 0.8  # "Quaye" for "Quayle"


def everyone(product: Product) -> dict[str, Customer]:
    """The people the demo is about, by id."""
    told = json.loads((product.demo / "manifest.json").read_text(encoding="utf-8"))
    today = date.fromisoformat(told["today"])
    town = Town(random.Random(f"{told['seed']}:people"), today)
    people = town.settle(told["people"])
    stories.cast(people, town.book)
    return {one.id: one for one in people}


def numbers(product: Product) -> list[Asked]:
    """Orders by their number, as people write it, with whose they are."""
    truth = product.rows("truth.csv")
    persons = {(row["source"], row["external_id"]): row["entity_id"] for row in truth}
    placed = [
        (row["order_no"], persons["shop", row["user_id"]])
        for row in product.rows("shop_events.csv")
        if row["event_type"] == "order_placed"
    ]
    (first, whose), (second, whose_second) = placed[0], placed[-1]
    return [
        Asked("order", first.lower(), whose),
        Asked("order", f"#{second}", whose_second),
    ]


def is_called(shown: str, family: str) -> bool:
    """Whether a hit has that family name, as the sources wrote it: in capitals, or misspelt."""
    ours = family.casefold()
    return any(
        SequenceMatcher(None, word, ours).ratio() > ALIKE
        for word in (shown.casefold(), *shown.casefold().split())
    )


def test_the_customer_meant_is_among_the_first_three_suggestions(
    ana: Person, product: Product
) -> None:
    people = everyone(product)
    asked = questions(list(people.values()), random.Random(7), ASKED)
    asked += numbers(product)
    ana.goes_to("/search/")
    box, found = ana.page.get_by_role("combobox"), []
    for _kind, text, person in asked:
        with ana.page.expect_response("**/search/suggest/"):
            box.fill(text)
        ana.waits_for_parts()
        names = ana.page.locator("[role=option] .hit-name").all_inner_texts()[:THIRD]
        found.append(any(is_called(name, people[person].family.new) for name in names))

    assert sum(found) >= 0.9 * len(found), [
        one for one, right in zip(asked, found, strict=True) if not right
    ]


def test_suggestions_of_an_older_text_never_replace_those_of_a_newer_one(ana: Person) -> None:
    def slow(route: Route) -> None:
        if "philippa" in (route.request.post_data or ""):
            ana.page.wait_for_timeout(600)
        route.continue_()

    ana.goes_to("/search/")
    box = ana.page.get_by_role("combobox")
    ana.page.route("**/search/suggest/", slow)

    with ana.page.expect_request("**/search/suggest/"):
        box.fill("philippa thistlewood")
    box.fill("theodore winstanley")

    options = ana.page.get_by_role("option")
    expect(options.first).to_contain_text("Theodore Winstanley")
    ana.page.wait_for_timeout(800)
    expect(options.first).to_contain_text("Theodore Winstanley")


def test_what_is_found_is_spoken_and_nothing_on_the_page_moves(ana: Person) -> None:
    ana.goes_to("/search/")
    heading = ana.page.get_by_role("heading", level=1)
    card = ana.page.locator("#main .card").first
    before = (heading.bounding_box(), card.bounding_box())

    ana.page.get_by_role("combobox").press_sequentially("thistlewood")

    expect(ana.page.locator("#say")).to_contain_text(re.compile(r"\d+ results?"))
    expect(ana.page.get_by_role("combobox")).to_have_attribute("aria-expanded", "true")
    assert (heading.bounding_box(), card.bounding_box()) == before
    expect(ana.page.get_by_role("combobox")).to_be_focused()


def test_control_and_enter_open_a_suggestion_in_a_new_tab(ana: Person) -> None:
    ana.goes_to("/search/")
    ana.page.get_by_role("combobox").press_sequentially("philippa thistlewood")
    expect(ana.page.get_by_role("option").first).to_be_visible()
    ana.page.keyboard.press("ArrowDown")

    with ana.context.expect_page() as tab:
        ana.page.keyboard.press("Control+Enter")

    expect(tab.value).to_have_url(CUSTOMER)
    expect(ana.page).to_have_url(re.compile(r"/search/$"))


def test_a_call_opens_the_customer_and_leaves_no_number_in_the_address(
    ana: Person, product: Product
) -> None:
    number = product.own_number()

    ana.goes_to(f"/pop/?phone={number[1:]}")

    expect(ana.page).to_have_url(CUSTOMER)
    assert number[3:] not in ana.page.title()
    ana.page.reload()
    expect(ana.page).to_have_url(CUSTOMER)


def test_a_call_from_an_unknown_number_lists_nobody_and_leaves_no_number_in_the_address(
    ana: Person,
) -> None:
    ana.goes_to("/pop/?phone=07000999123")

    expect(ana.page).to_have_url(re.compile(r"/search/$"))
    expect(ana.page.get_by_role("heading", name="Nobody found")).to_be_visible()
