"""The cluster studio and group cases: cut, move, detach, decide together, and take it back."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e import journeys
from tests.e2e.people import Person, Seat
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e


def studio_of(person: Person, words: str, name: str) -> str:
    """Open the studio of a customer; returns the id."""
    person.searches(words)
    person.opens(name)
    profile = journeys.profile_shown(person)
    person.goes_to(f"/clusters/{profile}/")
    return profile


def undoes_newest(person: Person) -> None:
    person.page.locator(".receipt").first.get_by_role("button", name="Undo").click()
    expect(person.page.get_by_role("main")).to_contain_text("Undone.")


def ticked(person: Person) -> Locator:
    return person.page.get_by_role("checkbox", checked=True)


def test_sol_cuts_the_weakest_link_by_keyboard_and_takes_it_back(
    sol: Person, product: Product
) -> None:
    profile = studio_of(sol, "philippa thistlewood", "Philippa Thistlewood")
    records = sol.page.get_by_role("checkbox").count()

    sol.page.keyboard.press("v")
    expect(sol.page.locator(".graph-drawing")).to_be_visible()
    expect(sol.page.get_by_role("checkbox")).to_have_count(records)
    sol.page.keyboard.press("c")
    expect(sol.page.locator("#preview .part")).to_have_count(2)
    assert 0 < ticked(sol).count() <= records / 2
    sol.page.keyboard.press("s")

    expect(sol.heading).to_have_text("History of joined records")
    assert product.is_verified()
    undoes_newest(sol)
    sol.goes_to(f"/clusters/{profile}/")
    expect(sol.page.get_by_role("checkbox")).to_have_count(records)
    assert product.is_verified()


def test_sol_moves_a_record_to_another_customer_and_takes_it_back(
    sol: Person, product: Product
) -> None:
    sol.searches("desmond fetherston")
    sol.opens("Desmond Featherstone")
    target = journeys.profile_shown(sol)
    profile = studio_of(sol, "philippa thistlewood", "Philippa Thistlewood")
    records = sol.page.get_by_role("checkbox").count()

    sol.page.get_by_role("link", name="Detach").last.click()
    sol.page.get_by_text("They belong to a customer who is here already").click()
    sol.page.get_by_label("Number of that customer").fill(target)
    sol.page.get_by_role("button", name="Preview the move").click()

    moves = sol.page.get_by_role("button", name=f"Move 1 record to {target}")
    refused = sol.page.get_by_text("One person alone may not move these")
    expect(moves.or_(refused)).to_be_visible()
    if moves.count():
        moves.click()
        expect(sol.page.get_by_role("main")).to_contain_text("Moved 1 record here.")
        undoes_newest(sol)
    sol.goes_to(f"/clusters/{profile}/")
    expect(sol.page.get_by_role("checkbox")).to_have_count(records)
    assert product.is_verified()


def group_case(person: Person) -> Locator:
    """Open a group case from the queue; returns the letters to choose."""
    person.goes_to("/review/")
    expect(person.page.locator("form.decide")).to_be_visible()
    pair = journeys.pair_before(person).removesuffix("decide/")
    person.goes_to(pair.replace("/review/", "/review/group/"))
    return person.page.get_by_role("combobox", name=re.compile("^Person of"))


def test_sol_decides_a_group_by_keyboard_and_takes_it_back(
    sol: Person, product: Product
) -> None:
    boxes = group_case(sol)
    number = boxes.count()
    before = [boxes.nth(at).input_value() for at in range(number)]
    assert len(set(before)) > 1

    boxes.last.focus()
    other = chr(ord(before[-1]) + 1)
    sol.page.keyboard.press(other)
    expect(boxes.last).to_have_value(other)
    confirm = sol.page.locator("#preview .split-confirm button")
    expect(confirm).to_be_visible()
    boxes.last.focus()
    with sol.page.expect_response(re.compile("/review/group/")):
        sol.page.keyboard.press("ArrowUp")
    expect(boxes.last).to_have_value(before[-1])
    expect(confirm).to_have_text(re.compile(f"^Say: {len(set(before))} people"))
    sol.page.get_by_label("Reason").focus()
    sol.page.keyboard.press("Enter")

    expect(sol.page.get_by_role("main")).to_contain_text("You can undo this.")
    assert product.is_verified()
    sol.page.get_by_role("button", name="Undo last").click()
    expect(sol.page.get_by_text("Undone.").first).to_be_visible()
    assert product.is_verified()


def test_without_javascript_a_group_is_previewed_and_decided(
    seat: Seat, product: Product
) -> None:
    kim = seat("kim", java_script_enabled=False)
    boxes = group_case(kim)
    people = {boxes.nth(at).input_value() for at in range(boxes.count())}

    kim.page.get_by_role("button", name="Preview").click()
    kim.page.get_by_role("button", name=f"Say: {len(people)} people").click()

    expect(kim.page.get_by_text("You can undo this.")).to_be_visible()
    kim.page.get_by_role("button", name="Undo last").click()
    expect(kim.page.get_by_text("Undone.").first).to_be_visible()
    assert product.is_verified()
