"""How long somebody waits in front of a browser: suggestions while typing, and a page at all.

    python -m bench.browser [PROFILES]

The invented people of `bench.search` (200,000 unless said otherwise), the real web server in a
process of its own, and headless Chromium signed in as a service agent. Thirty texts are typed
(misspelt names, telephone formats, order numbers): from the last key to the suggestions being
painted, the pause of 150 ms after a key included, and how often the customer meant is among the
first three. Then customers are opened in browsers that have kept nothing: the largest
contentful paint. Needs the packages for development. Prints one JSON object; milliseconds.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.clock import machine
from bench.own_database import own_database
from bench.search import figures, fill
from c360.processes import Plan
from c360.services.folder import DataFolder
from c360.services.ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

PROFILES, TEXTS_EACH, PAGES = 200_000, 5, 20
KINDS = (
    "phone", "phone, +44", "order", "order without prefix", "misspelt, postcode",
    "name and phone tail",
)  # fmt: skip
NOTES_PAINT = """
    addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
    addEventListener("htmx:afterSettle", () => requestAnimationFrame(() => setTimeout(() => {
        window.painted = performance.now() - window.pressed;
    })));
    new PerformanceObserver((list) => {
        window.largest = list.getEntries().at(-1).startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
"""


def main(arguments: list[str]) -> int:
    profiles = int(arguments[0]) if arguments else PROFILES
    os.environ |= {"C360_DATABASE_ROLE": "owner", "C360_LOOKUPS_PER_MINUTE": "9999"}
    told: dict[str, Any] = {"machine": machine(), "profiles": profiles}
    with own_database() as data:
        from c360.demo.accounts import make_sign_ins

        make_sign_ins()
        _seconds, asked = fill(profiles)
        texts = [each for kind in KINDS for each in asked[kind][:TEXTS_EACH]]
        with web_server(data) as address, chromium() as browser:
            kept = signed_in(browser, address)
            told["typing"] = typed(browser, address, kept, texts)
            told["customer_cold"] = opened(browser, address, kept, profiles)
    told["load_after"] = round(os.getloadavg()[0], 1)
    print(json.dumps(told, indent=2))
    return 0


@contextmanager
def web_server(data: Path) -> Iterator[str]:
    """The web server as `up` runs it, on the database of this benchmark, once it answers."""
    plan = Plan(DataFolder(data), "127.0.0.1", free_port(), workers=1)
    command = ["-m", "uvicorn", "c360.asgi:application", f"--port={plan.port}"]
    quiet = ["--no-access-log", "--lifespan=off", "--log-level=warning"]
    server = subprocess.Popen([sys.executable, *command, *quiet], env=plan.environment())
    try:
        while server.poll() is None and not _answers(plan.address):
            time.sleep(0.2)
        yield plan.address
    finally:
        server.terminate()
        server.wait(30)


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/login/", timeout=30)  # noqa: S310 - our own server, by http
    except (urllib.error.URLError, OSError):
        return False
    return True


@contextmanager
def chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def signed_in(browser: "Browser", address: str) -> "StorageState":
    """Ana signs in; what the browser keeps of it."""
    from c360.demo.accounts import SIGN_INS

    page = browser.new_page()
    page.goto(f"{address}/login/")
    page.get_by_label("E-mail").fill(SIGN_INS[0].email)
    page.get_by_label("Password").fill(SIGN_INS[0].password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)
    return page.context.storage_state()


def typed(
    browser: "Browser", address: str, kept: "StorageState", texts: list[tuple[str, str]]
) -> dict[str, Any]:
    """From the last key of each text to its suggestions, and who is among the first three."""
    page = page_of(browser, kept)
    page.goto(f"{address}/search/")
    spent, right, missed = [], 0, []
    for text, wanted in texts:
        box = page.get_by_role("combobox")
        page.evaluate("window.painted = undefined")
        box.fill(text[:-1])
        page.wait_for_function("window.painted !== undefined")  # or it would count for the key
        page.evaluate("window.painted = undefined")
        box.press("End")
        page.keyboard.press(text[-1] if text[-1] != " " else "Space")
        page.wait_for_function("window.painted > 0")
        spent.append(page.evaluate("window.painted"))
        links = page.locator("#suggestions [role=option]").evaluate_all(
            "options => options.slice(0, 3).map(one => one.outerHTML)"
        )
        found = any(wanted in each for each in links)
        right += found
        missed += [] if found else [text]
    return {**figures(spent), "texts": len(texts), "among_three": right, "missed": missed}


def opened(
    browser: "Browser", address: str, kept: "StorageState", profiles: int
) -> dict[str, float]:
    """The largest contentful paint of customers in browsers without a cache."""
    spent = []
    for number in range(1, PAGES + 1):
        page = page_of(browser, kept)
        customer = f"P-{number * (profiles // (PAGES + 1)):012d}"
        answer = page.goto(f"{address}/c/{customer}/", wait_until="networkidle")
        if answer is None or not answer.ok:
            raise SystemExit(f"{customer} was not shown")  # an error is painted quickly
        spent.append(page.evaluate("window.largest"))
        page.context.close()
    return figures(spent)


def page_of(browser: "Browser", kept: "StorageState") -> "Page":
    context = browser.new_context(storage_state=kept, bypass_csp=True)  # to wait for notes
    context.add_init_script(NOTES_PAINT)
    return context.new_page()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
