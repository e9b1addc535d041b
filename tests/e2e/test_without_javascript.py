"""The core tasks with scripts switched off: plain links and forms."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e import journeys
from tests.e2e.people import ACCOUNTS, Seat
from tests.e2e.ways import stewards

pytestmark = pytest.mark.e2e


def test_ana_signs_in_searches_and_reads_a_customer(seat: Seat) -> None:
    ana = seat("", java_script_enabled=False)
    ana.signs_in(ACCOUNTS["ana"])
    ana.searches("rosalynd hargreves")
    ana.opens("Rosalind Hargreaves")

    ana.page.get_by_role("link", name=re.compile("^Orders")).click()
    expect(ana.page.locator("#timeline .event.kind-order").first).to_be_visible()
    panel = ana.page.get_by_role("region", name="May we contact?")
    expect(panel.get_by_role("listitem").first).to_be_visible()
    ana.page.get_by_role("link", name="Where E-mail comes from").click()
    expect(ana.page.get_by_text("Lawful basis")).to_be_visible()


def test_older_items_are_a_page_of_their_own(seat: Seat) -> None:
    ana = seat("ana", java_script_enabled=False)
    ana.searches("desmond fetherston")
    ana.opens("Desmond Featherstone")
    newest = ana.page.locator("#timeline .event").first.inner_text()

    ana.page.get_by_role("link", name="Older").click()

    expect(ana.page.locator("#timeline .event").first).not_to_have_text(newest)
    ana.page.get_by_role("link", name="Back to the newest").click()
    assert ana.page.locator("#timeline .event").first.inner_text() == newest


def test_sol_decides_a_pair_and_takes_it_back(seat: Seat) -> None:
    sol = seat("sol", java_script_enabled=False)
    sol.goes_to("/review/")
    before = journeys.answered(sol)

    sol.page.get_by_role("button", name="Not same").click()
    expect(sol.page.get_by_text("Marked as not same.")).to_be_visible()
    assert journeys.answered(sol) == before + 1
    sol.page.get_by_role("button", name="Undo last").click()

    expect(sol.page.get_by_text("Undone.")).to_be_visible()
    assert journeys.answered(sol) == before


def test_sol_tries_rules_of_values_that_kim_publishes_and_takes_back(seat: Seat) -> None:
    sol, kim = (seat(name, java_script_enabled=False) for name in ("sol", "kim"))
    stewards.values_report(sol)
    expect(sol.page.get_by_text("somebody else must publish it")).to_be_visible()

    kim.goes_to(urlsplit(sol.page.url).path)
    kim.page.get_by_label("All customers, in the background").check()
    kim.page.get_by_role("button", name="Publish").click()
    stewards.looks_until(kim, "Every customer shows values chosen by it")
    sol.goes_to("/rules/values/")
    sol.page.get_by_role("button", name="Take back").click()

    stewards.looks_until(sol, "Every customer shows values chosen by it")
    expect(sol.page.get_by_text("Take back", exact=False)).to_have_count(0)


def test_sol_splits_a_customer_and_takes_it_back(seat: Seat) -> None:
    sol = seat("sol", java_script_enabled=False)
    sol.searches("katherine macallister")
    sol.opens("Katherine Macallister")
    profile, joined = journeys.profile_shown(sol), journeys.sources_joined(sol)
    sol.page.get_by_role("link", name="Split S").click()

    sol.page.get_by_role("checkbox").last.check()
    sol.page.get_by_role("button", name="Preview").click()
    expect(sol.page.locator("#preview .part")).to_have_count(2)
    sol.page.get_by_role("button", name="Split 1 record into a new customer").click()
    expect(sol.page.get_by_text("Split 1 record into a customer of its own")).to_be_visible()
    sol.page.get_by_role("button", name="Undo").first.click()

    expect(sol.page.get_by_text("Undone.")).to_be_visible()
    sol.goes_to(f"/c/{profile}/")
    assert journeys.sources_joined(sol) == joined


def test_sol_chooses_what_is_shown_and_takes_it_back(seat: Seat) -> None:
    sol = seat("sol", java_script_enabled=False)
    shown = sol.page.locator("#value-address")
    stewards.choose(sol)
    sol.page.get_by_role("radio").last.check()
    sol.page.get_by_role("button", name="See what changes").click()
    then = sol.page.locator("#foretold strong").inner_text()
    sol.page.get_by_label("Why").fill("She moved in May.")
    sol.page.get_by_role("button", name="Show this value").click()

    expect(shown).to_have_text(then)
    sol.page.get_by_role("link", name="Where Address comes from").click()
    sol.page.get_by_role("button", name="Take back").first.click()

    expect(sol.page.get_by_text("Taken back: the rules choose again.")).to_be_visible()
    expect(shown).not_to_have_text(then)
