"""Pia opens the ledger and Ada the admin; beside each stands somebody who is refused."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys import profile_shown
from tests.e2e.people import Person

pytestmark = pytest.mark.e2e


def test_pia_reads_every_statement_of_a_customer(pia: Person) -> None:
    pia.searches("theodore winstanley")
    pia.opens("Theodore Winstanley")

    pia.page.get_by_role("link", name="All statements").click()

    expect(pia.heading).to_have_text(f"Statements of {profile_shown(pia)}")
    rows = pia.page.get_by_role("row").filter(has_text="Marketing")
    expect(rows.filter(has_text="Refused").first).to_be_visible()
    expect(rows.filter(has_text="Allowed").first).to_be_visible()


def test_the_ledger_is_refused_to_ana_and_to_otto(
    pia: Person, ana: Person, otto: Person
) -> None:
    pia.searches("theodore winstanley")
    pia.opens("Theodore Winstanley")
    ledger = f"/c/{profile_shown(pia)}/consent/"

    assert ana.is_refused(ledger)
    assert otto.is_refused(ledger)


def test_pia_does_not_review_and_does_not_manage_sources(pia: Person) -> None:
    for path in ("/review/", "/admin/login/"):
        assert pia.is_refused(path)


def test_otto_has_no_role_and_is_told_whom_to_ask(otto: Person) -> None:
    otto.goes_to("/")

    expect(otto.heading).to_have_text("You have no access yet")
    expect(otto.page.get_by_role("navigation", name="Main").get_by_role("link")).to_have_count(
        0
    )
    for path in ("/search/", "/review/", "/admin/login/"):
        assert otto.is_refused(path), path


def test_ada_sees_how_each_source_is_doing(ada: Person) -> None:
    ada.goes_to("/")
    ada.page.get_by_role("navigation", name="Main").get_by_role("link", name="Sources").click()

    for source in ("CRM", "Web shop", "Support desk", "Loyalty card"):
        expect(ada.page.get_by_role("link", name=source, exact=True)).to_be_visible()
    assert ada.is_refused("/search/")
    assert ada.is_refused("/review/")


def test_a_new_token_is_shown_once(ada: Person) -> None:
    ada.goes_to("/admin/profiles/source/")
    ada.page.get_by_role("link", name="Support desk", exact=True).click()
    ada.page.get_by_role("button", name=re.compile("^Make a")).click()

    secret = ada.page.locator(".secret code").inner_text()
    assert len(secret) > 20
    ada.page.get_by_role("link", name="Back to Support desk").click()

    expect(ada.page.get_by_text(f"…{secret[-4:]}", exact=True)).to_be_visible()
    assert secret not in ada.page.content()
