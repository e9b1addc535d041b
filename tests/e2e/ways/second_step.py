"""How somebody gets to the pages of a second step: Otto, so that nobody else needs a phone.

What is set up stays: the codes that were shown last are kept here for whoever comes next.
"""

from playwright.sync_api import expect

from tests.c360.phones import phone_that_scans
from tests.e2e.people import OTTO, Person

PAGE = "/second-step/"
CODE_PAGE = "/login/code/?next=%2Fpreferences%2F"  # after the settings were asked for
_recovery_codes: list[str] = []


def offered(otto: Person) -> None:
    """The page with the QR code; a second step that is on is turned off first."""
    otto.goes_to(PAGE)
    if otto.page.get_by_role("heading", name="Turn it off").count():
        otto.page.locator("#end_code").fill(newest_code())
        otto.page.get_by_role("button", name="Turn the second step off").click()
    expect(otto.page.get_by_role("img", name="QR code")).to_be_visible()


def offer_refused(otto: Person) -> None:
    offered(otto)
    otto.watch.expect_refusal(PAGE)
    otto.page.get_by_label("Code", exact=True).fill("123")
    otto.page.get_by_role("button", name="Turn the second step on").click()
    expect(otto.page.get_by_text("This is not the code of now")).to_be_visible()


def turned_on(otto: Person) -> None:
    """The recovery codes, shown this once."""
    offered(otto)
    phone = phone_that_scans(otto.page.content())
    otto.page.get_by_label("Code", exact=True).fill(phone.shows())
    otto.page.get_by_role("button", name="Turn the second step on").click()
    expect(otto.page.get_by_role("heading", name="The second step is on")).to_be_visible()
    _recovery_codes[:] = otto.page.locator(".recovery-codes code").all_inner_texts()


def kept(otto: Person) -> None:
    turned_on(otto)
    otto.goes_to(PAGE)
    expect(otto.page.get_by_role("heading", name="It is on")).to_be_visible()


def at_the_code(otto: Person) -> None:
    """The page between password and sign-in; his other browsers stay signed in."""
    turned_on(otto)
    otto.context.clear_cookies()
    otto.goes_to("/preferences/")
    otto.gives_the_password(OTTO)
    expect(otto.heading).to_have_text("Your code")


def code_refused(otto: Person) -> None:
    at_the_code(otto)
    otto.watch.expect_refusal(CODE_PAGE)
    gives(otto, "123")
    expect(otto.page.locator("#form-error")).to_be_visible()


def gives(otto: Person, code: str) -> None:
    """Type a code on the page that asks for it."""
    otto.page.get_by_label("Code", exact=True).fill(code)
    otto.page.get_by_role("button", name="Sign in").click()


def newest_code() -> str:
    """A recovery code nobody has used."""
    return _recovery_codes.pop()
