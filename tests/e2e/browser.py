"""A real browser, and a watch on everything a page of ours must never do."""

import contextlib
import shutil
from collections.abc import Iterator

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Request,
    WebError,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome")  # those of .ci/chromium
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Of a request that ended with its page; one that failed is named by a further event.
LEFT = ("htmx:afterRequest", "htmx:sendAbort")


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """The system's Chromium without a window; no browser is ever downloaded."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "no Chromium here; .ci/chromium installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Watch:
    """Notes errors on the console, breaches of the content policy and foreign requests."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.problems: list[str] = []
        self.expected: set[str] = set()
        self.requests: list[str] = []
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)

    def expect_refusal(self, path: str) -> None:
        """The browser names every answer from 400 on as an error; this one is meant."""
        self.expected.add(self.address + path)

    def _console(self, message: ConsoleMessage) -> None:
        place = message.location["url"]
        if message.text.startswith(LEFT) or self._is_repeated(message.text):
            return
        if message.type == "error" and place not in self.expected:
            self.problems.append(f"{message.text} ({place})")

    def _is_repeated(self, text: str) -> bool:
        """Whether htmx says in its own words that something meant was refused."""
        paths = (place.removeprefix(self.address) for place in self.expected)
        return any(f" from {path}," in text for path in paths) and "Error Code 4" in text

    def _error(self, error: WebError) -> None:
        self.problems.append(str(error.error))

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"a request to {request.url}")
