"""A customer in a frame of another desk: one that may show it, and one that may not."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.e2e.journeys import profile_shown
from tests.e2e.people import Person
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e


@contextlib.contextmanager
def desk(port: int, frame: str) -> Iterator[str]:
    """Another program's page with `frame` in it, at the address that is returned."""

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = f"<!DOCTYPE html><title>Desk</title><iframe src='{frame}'></iframe>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_request(self, *answered: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def panel(ana: Person, product: Product) -> str:
    """The address of the panel of a customer."""
    ana.searches("philippa thistlewood")
    ana.opens("Philippa Thistlewood")
    return f"{product.address}/embed/c/{profile_shown(ana)}/"


@pytest.fixture
def tab(browser: Browser, cookies: Callable[[str], StorageState]) -> Iterator[Page]:
    """A tab of Ana's browser for pages that are not ours."""
    context = browser.new_context(storage_state=cookies("ana"))
    yield context.new_page()
    context.close()


def test_an_allowed_desk_shows_a_customer_to_be_read(
    panel: str, tab: Page, product: Product
) -> None:
    with desk(product.desk, panel) as address:
        tab.goto(address)
        frame = tab.frame_locator("iframe")

        expect(frame.get_by_role("heading", level=1)).to_have_text("Philippa Thistlewood")
        expect(frame.get_by_role("heading", name="May we contact?")).to_be_visible()
        expect(frame.get_by_role("button")).to_have_count(0)
        expect(frame.get_by_role("link")).to_have_text(["Open the whole page"])


def test_a_desk_that_knows_the_number_alone_shows_who_calls_and_keeps_no_number(
    tab: Page, product: Product
) -> None:
    number = product.own_number().removeprefix("+")

    with desk(product.desk, f"{product.address}/embed/?phone=%2B{number}") as address:
        tab.goto(address)
        frame = tab.frame_locator("iframe")
        expect(frame.get_by_role("heading", name="May we contact?")).to_be_visible()
        addresses = [each.url for each in tab.frames]

    assert any("/embed/c/P-" in each for each in addresses)
    assert number not in " ".join(addresses)


def test_any_other_desk_shows_nothing(panel: str, tab: Page) -> None:
    refusals: list[str] = []
    tab.on("console", lambda message: refusals.append(message.text))

    with desk(0, panel) as address, tab.expect_event("console"):
        tab.goto(address)

    assert "frame-ancestors" in " ".join(refusals)
    assert "Thistlewood" not in "".join(frame.content() for frame in tab.frames)
