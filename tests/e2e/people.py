"""The people of the demo in front of a browser."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from c360.demo.accounts import SIGN_INS, SignIn
from tests.e2e.browser import Watch

OTTO = SignIn("", "otto@harbourpine.example", "no role and 1 password")
ACCOUNTS = {each.name.lower(): each for each in [*SIGN_INS, OTTO]}


class Person:
    """Somebody at a browser. What they look at is `page`; `watch` notes what goes wrong."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.context = browser.new_context(base_url=address, **options)
        self.watch = Watch(self.context, address)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def signs_in(self, account: SignIn) -> None:
        """Type e-mail and password, as everybody does."""
        if "/login/" not in self.page.url:
            self.page.goto("/login/")
        self.gives_the_password(account)
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def gives_the_password(self, account: SignIn) -> None:
        """Send the form of sign-in, whatever comes then."""
        self.page.get_by_label("E-mail").fill(account.email)
        self.page.get_by_label("Password").fill(account.password)
        self.page.get_by_role("button", name="Sign in").click()

    def waits_for_parts(self) -> None:
        """Wait until a page and all parts it asked for are there; its stream never ends."""
        self.page.wait_for_load_state("load")
        expect(self.page.locator('[aria-busy="true"]')).to_have_count(0)

    def signs_out(self) -> None:
        self.opens_menu()
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.heading).to_have_text("Sign in")

    def opens_menu(self) -> None:
        self.page.get_by_role("banner").get_by_role("button").last.click()

    def goes_to(self, path: str) -> None:
        """Open a page that answers."""
        answer = self.page.goto(path)
        assert answer is not None and answer.ok, f"{path}: {answer and answer.status}"

    def is_refused(self, path: str, status: int = 403) -> bool:
        """Whether a page answers with an error, the expected one."""
        self.watch.expect_refusal(path)
        answer = self.page.goto(path)
        return answer is not None and answer.status == status

    def searches(self, text: str) -> None:
        """Type into the large search box, press Enter and see what was found, or whom."""
        self.goes_to("/search/")
        self.page.get_by_role("combobox", name="Find a customer").fill(text)
        self.page.keyboard.press("Enter")
        found = self.page.get_by_role("main").locator("h2[data-focus], .customer-head")
        expect(found.first).to_be_visible()

    def opens(self, name: str) -> None:
        """Open the first customer of that name in the list."""
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()
        expect(self.heading).to_have_text(name)


Seat = Callable[..., Person]  # a name and options of a browser context to a person
