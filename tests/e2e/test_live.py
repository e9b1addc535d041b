"""News of a customer whose page is open: one stream for all tabs, and nothing that moves."""

import csv
import os
import signal
import time
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.journeys import profile_shown
from tests.e2e.people import ACCOUNTS, Person, Seat
from tests.e2e.product import Product
from tests.tree import wait_for

pytestmark = pytest.mark.e2e
SECONDS = 30
NEWS = "**/news/*"
SHIFTS = """
window.moved = 0;
const isBar = ({ node }) => (node?.closest ? node : node?.parentElement)?.closest("#news");
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries())
    if (!sources.every(isBar)) window.moved += value;  // it lies above the page and may grow
}).observe({ type: "layout-shift" });
"""


class Streams:
    """The streams that a browser opens."""

    def __init__(self, context: BrowserContext) -> None:
        self.opened = self.answered = 0
        context.on("request", lambda each: self._count(each.url, opened=1))
        context.on("response", lambda each: self._count(each.url, answered=1))

    def _count(self, url: str, *, opened: int = 0, answered: int = 0) -> None:
        if "/live/?" in url:
            self.opened += opened
            self.answered += answered


def opens_philippa(person: Person) -> str:
    """Open the customer and wait until news of her would come; returns the path of her page."""
    person.searches("philippa thistlewood")
    with person.page.expect_response(lambda answer: "/live/?" in answer.url):
        person.opens("Philippa Thistlewood")
    return f"/c/{profile_shown(person)}/"


def writes_note(person: Person, path: str) -> None:
    """Write a note about a customer, from wherever the person is."""
    person.goes_to("/search/")
    cookies = {each.get("name"): each.get("value", "") for each in person.context.cookies()}
    form: dict[str, str | float | bool] = {"text": "calls back", "key": str(uuid4())}
    headers = {"X-CSRFToken": cookies["csrftoken"], "Referer": person.page.url}
    answer = person.context.request.post(f"{path}notes/", form=form, headers=headers)
    assert answer.ok, answer.status


def moves_house(product: Product) -> None:
    """Import what the shop knows of Philippa, with another street."""
    row = next(row for row in product.rows("shop.csv") if row["surname"] == "Thistlewood")
    row["ship_to_street"] = f"{uuid4().int % 900 + 1} Ropewalk"
    row["updated_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    file = product.demo / "moved.csv"
    with file.open("w", encoding="utf-8", newline="") as written:
        rows = csv.DictWriter(written, fieldnames=list(row))
        rows.writeheader()
        rows.writerow(row)
    done = product.manage("import_records", "shop", str(file))
    assert done.returncode == 0, done.stderr


def expect_news(page: Page, text: str) -> None:
    expect(page.locator("#news")).to_contain_text(text, timeout=SECONDS * 1000)


def test_an_import_is_told_and_moves_neither_page_nor_focus(
    ana: Person, product: Product
) -> None:
    opens_philippa(ana)
    ana.waits_for_parts()
    note = ana.page.get_by_label("A note about this customer")
    note.fill("half a sent")
    ana.page.wait_for_timeout(600)  # shifts right after typing do not count
    ana.page.evaluate(SHIFTS)

    moves_house(product)

    expect_news(ana.page, "Details changed")
    expect(note).to_be_focused()
    expect(note).to_have_value("half a sent")
    assert ana.page.evaluate("window.moved") == 0
    ana.page.locator("#news").get_by_role("link", name="Show").click()
    expect(ana.page.locator("#news")).to_be_empty()
    expect(ana.page.locator("#main")).to_contain_text("Ropewalk")


def test_ten_tabs_share_one_stream_and_one_of_them_takes_it_over(
    ana: Person, sol: Person
) -> None:
    streams = Streams(ana.context)
    path = opens_philippa(ana)
    tabs = [ana.page, *(ana.context.new_page() for _ in range(9))]
    for tab in tabs[1:]:
        tab.goto(path)

    for items in ("1 new item", "2 new items"):  # the second comes only where nothing packs
        writes_note(sol, path)
        for tab in tabs:
            expect_news(tab, items)
    assert streams.opened == 1

    tabs.pop(0).close()
    wait_for(lambda: tabs[0].title() and streams.answered == 2, SECONDS, "another stream")
    writes_note(sol, path)
    for tab in tabs:
        expect_news(tab, "3 new items")
    assert streams.opened == 2


def test_news_that_comes_while_the_page_is_replaced_is_dropped(
    ana: Person, sol: Person
) -> None:
    path = opens_philippa(ana)
    writes_note(sol, path)
    expect_news(ana.page, "1 new item")
    late: list[Route] = []
    ana.page.route(NEWS, lambda route: route.continue_() if late else late.append(route))
    writes_note(sol, path)
    wait_for(lambda: ana.page.title() and late, SECONDS, "the question for news")

    with ana.page.expect_response(lambda answer: answer.url.endswith(path)):
        ana.page.locator("#news").get_by_role("link", name="Show").click()
    expect(ana.page.locator("#news")).to_be_empty()
    with ana.page.expect_response(lambda answer: "/news/" in answer.url):
        late[0].continue_()

    expect(ana.page.locator("#news")).to_be_empty()  # and nothing on the console


def test_signing_out_in_one_tab_leads_all_to_the_sign_in_page(seat: Seat) -> None:
    ana = seat("")
    ana.signs_in(ACCOUNTS["ana"])
    path = opens_philippa(ana)
    other = ana.page
    ana.page = ana.context.new_page()
    ana.goes_to(path)

    ana.signs_out()

    expect(other.get_by_role("heading", level=1)).to_have_text(
        "Sign in", timeout=SECONDS * 1000
    )
    refused = [problem for problem in ana.watch.problems if "401" in problem]
    assert refused == ana.watch.problems
    ana.watch.problems.clear()


def test_a_lost_server_is_told_and_found_again(
    ana: Person, sol: Person, product: Product
) -> None:
    ana.page.clock.install()
    path = opens_philippa(ana)
    paused = ana.page.get_by_text("Live updates paused")
    expect(paused).to_be_hidden()

    for web in product.tree.processes()["web"]:
        os.kill(web, signal.SIGKILL)
    ana.page.wait_for_timeout(200)
    ana.page.clock.fast_forward("01:05")
    expect(paused).to_be_visible()

    wait_for(product.tree.is_well, SECONDS, "health after the crash")
    expect(paused).to_be_hidden(timeout=SECONDS * 1000)
    writes_note(sol, path)
    expect_news(ana.page, "1 new item")
    told = ("net::ERR_", "htmx:sendError")
    assert all(any(each in problem for each in told) for problem in ana.watch.problems)
    ana.watch.problems.clear()
