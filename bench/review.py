"""How long a steward waits from a key to the next pair, in a browser.

    python -m bench.review [PEOPLE] [PAIRS] [--records RECORDS]

The whole product with its demo of 800 people, or with so many invented customers instead, on a
data folder of its own, and Chromium in front of it; both are those of the end-to-end tests, so
this runs in `.venv`. Sol answers 40 pairs by keyboard, same and not same in turn where one
person may say it, after a look of 300 ms at each. Prints one JSON object: milliseconds from the
key to the next pair painted with the focus on it, how long of these the server took, and the
statements of further answers, counted in this process through the whole WSGI stack.
"""

import json
import os
import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.clock import machine
from bench.consent import figures
from c360.services.attach import servers_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PEOPLE, PAIRS, COUNTED, SEED = 800, 40, 6, 7
LOOK_MS = 300  # keys rest for 250 ms after a new pair appears
SOL, PASSWORD = "sol@harbourpine.example", "harbour-sol"  # of the demo
# What is painted after the focus has moved is seen; a message comes after the frame.
WATCH = """
window.told = []; let from = 0;
addEventListener("keydown", () => { from ||= performance.now(); }, true);
addEventListener("focusin", ({ target }) => {
  if (target.id !== "case-title" || !from) return;
  const since = from; from = 0;
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.told.push(performance.now() - since);
    channel.port2.postMessage(0);
  });
});
"""
WAITED = """
() => performance.getEntriesByType("resource").filter((each) => each.name.endsWith("/decide/"))
  .map((each) => each.responseStart - each.requestStart)
"""


def main(arguments: list[str]) -> int:
    from tests.tree import data_folder, running_on

    parser = ArgumentParser(prog="bench.review")
    parser.add_argument("people", nargs="?", type=int, default=PEOPLE)
    parser.add_argument("pairs", nargs="?", type=int, default=PAIRS)
    parser.add_argument("--records", type=int, default=0)
    given = parser.parse_args(arguments)
    filled = {"records": given.records} if given.records else {"people": given.people}
    told: dict[str, Any] = {"machine": machine()} | filled
    with data_folder() as data:
        fill(data, given.people, given.records)
        with running_on(data, "--no-demo", C360_DOUBLE_READS="0") as tree:
            told["load_when_asked"] = round(os.getloadavg()[0], 1)
            told |= in_browser(tree.address, given.pairs)
            with attached(data):
                told["statements"] = counted()
    print(json.dumps(told, indent=2))
    return 0


def fill(data: Path, people: int, records: int) -> None:
    """Load and resolve the demo, or customers as the other benchmarks invent them."""
    from tests.tree import manage

    commands = [["migrate"]]
    if not records:
        commands += [["demo", "--people", str(people)], ["resolve"]]
    for command in commands:
        done = manage(*command, C360_DATA_DIR=str(data))
        if done.returncode:
            raise SystemExit(done.stderr)
    if records:
        with attached(data):
            invent(records)


def invent(records: int) -> None:
    from bench.bulk_load import load
    from c360.demo.accounts import make_sign_ins
    from matching.resolving.resolve import resolve_all

    make_sign_ins()
    load(records, seed=SEED)
    resolve_all()


@contextmanager
def attached(data: Path) -> Iterator[None]:
    """The servers of that folder, with Django set up."""
    os.environ["C360_DATA_DIR"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "c360.settings")
    with servers_for(["manage.py", "resolve"]):
        import django

        django.setup()
        from django.db import connections

        yield
        connections.close_all()  # these servers end, or belong to the product


def in_browser(address: str, pairs: int) -> dict[str, Any]:
    """Answer pairs by keyboard and tell how long each answer took."""
    from tests.e2e.browser import launched

    with launched() as browser:
        page = signed_in(browser, address)
        page.goto("/review/")
        answered = [answer(page, number) for number in range(pairs)]
        painted, waited = page.evaluate("window.told"), page.evaluate(WAITED)
    return {
        "pairs": answered.count(True),
        "key_to_next_pair_ms": figures(painted),
        "server_ms": figures(waited),
    }


def signed_in(browser: "Browser", address: str) -> "Page":
    context = browser.new_context(base_url=address, bypass_csp=True)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("E-mail").fill(SOL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def answer(page: "Page", number: int) -> bool:
    """Press a key and wait for the next pair; false where none waits any more."""
    form = page.locator("form.decide")
    if not form.count():
        return False
    page.wait_for_timeout(LOOK_MS)
    before = len(page.evaluate("window.told"))
    alone = not page.locator("#refusal, .four-eyes").count()
    page.keyboard.press("m" if alone and number % 2 else "n")
    page.wait_for_function("(before) => window.told.length > before", arg=before)
    return True


def counted() -> dict[str, list[int]]:
    """The statements of further answers and the next pair, by what was said."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from c360.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email=SOL))
    found: dict[str, list[int]] = {"same": [], "different": []}
    for number in range(COUNTED):
        page = client.get("/review/").content.decode()
        place = re.search(r'action="(/review/\d+/decide/)"', page)
        seen = re.search(r'name="seen" value="([^"]+)"', page)
        if place is None or seen is None:
            break
        alone = "four-eyes" not in page and 'id="refusal"' not in page
        verdict = "same" if alone and number % 2 else "different"
        said = {"verdict": verdict, "seen": seen[1]}
        with CaptureQueriesContext(connection) as asked:
            client.post(place[1], said, headers={"HX-Request": "true"})
        found[verdict].append(len(asked))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
