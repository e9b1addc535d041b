"""Signing in and out."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import ACCOUNTS, Person, Seat
from tests.e2e.ways import second_step

pytestmark = pytest.mark.e2e


def test_a_stranger_signs_in_and_comes_to_the_page_that_was_asked_for(seat: Seat) -> None:
    stranger = seat("")
    stranger.goes_to("/review/")
    expect(stranger.heading).to_have_text("Sign in")

    stranger.signs_in(ACCOUNTS["sol"])

    expect(stranger.page).to_have_title("Review · Customer 360")


def test_a_wrong_password_says_nothing_about_the_account(seat: Seat) -> None:
    stranger = seat("")
    said = []
    for email in (ACCOUNTS["ana"].email, "nobody@harbourpine.example"):
        stranger.goes_to("/login/")
        stranger.watch.expect_refusal("/login/")
        stranger.page.get_by_label("E-mail").fill(email)
        stranger.page.get_by_label("Password").fill("not the password")
        stranger.page.get_by_role("button", name="Sign in").click()
        said.append(stranger.page.get_by_role("alert").filter(visible=True).inner_text())

    assert said[0] == said[1] != ""


def test_a_recovery_code_opens_the_page_that_was_asked_for_and_once_only(seat: Seat) -> None:
    otto = seat("otto")
    second_step.at_the_code(otto)
    again = second_step.newest_code()

    second_step.gives(otto, again)
    expect(otto.heading).to_have_text("Your settings")

    otto.context.clear_cookies()
    otto.goes_to("/preferences/")
    otto.gives_the_password(ACCOUNTS["otto"])
    otto.watch.expect_refusal(second_step.CODE_PAGE)
    second_step.gives(otto, again)
    expect(otto.page.locator("#form-error")).to_be_visible()


def test_after_signing_out_back_shows_no_data(seat: Seat) -> None:
    ana: Person = seat("")
    ana.signs_in(ACCOUNTS["ana"])
    ana.searches("philippa thistlewood")
    ana.opens("Philippa Thistlewood")

    ana.signs_out()
    ana.page.go_back()

    expect(ana.heading).to_have_text("Sign in")
    assert "Thistlewood" not in ana.page.content()


def test_nothing_personal_stays_in_titles_addresses_or_storage(ana: Person) -> None:
    ana.searches("philippa thistlewood")
    ana.opens("Philippa Thistlewood")

    kept = ana.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    for told in (ana.page.title(), kept, *ana.watch.requests):
        assert "thistlewood" not in told.lower()


def test_a_theme_is_kept_and_comes_with_the_page(seat: Seat) -> None:
    ana = seat("")
    ana.signs_in(ACCOUNTS["ana"])
    ana.opens_menu()
    ana.page.get_by_role("button", name="Dark").click()
    expect(ana.page.locator("html")).to_have_attribute("data-theme", "dark")

    ana.goes_to("/search/")

    expect(ana.page.locator("html")).to_have_attribute("data-theme", "dark")
