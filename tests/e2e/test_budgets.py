"""How much a page costs: bytes, requests and jumps. No times: machines differ."""

import gzip
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Response, ViewportSize

from tests.e2e import journeys
from tests.e2e.people import Person, Seat
from tests.e2e.tour import NARROW, WIDE
from tests.e2e.ways.agents import customer
from tests.e2e.ways.stewards import pair

pytestmark = pytest.mark.e2e
KB = 1024
NOTES_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) {
            if (!one.hadRecentInput) window.shifts.push(one.value);
        }
    }).observe({ type: "layout-shift", buffered: true });
"""


FRAGMENTS = {"xhr", "fetch"}


class Costs:
    """What comes over the wire for one page, in packed bytes by kind; the cache is empty."""

    def __init__(self, person: Person) -> None:
        self.bytes: dict[str, int] = Counter()
        self.files: list[str] = []
        self.fragments: list[int] = []
        person.page.on("response", self._note)

    def _note(self, response: Response) -> None:
        kind = response.request.resource_type
        if kind == "eventsource":  # never ends
            return
        packed = len(gzip.compress(response.body()))
        if kind in FRAGMENTS:
            self.fragments.append(packed)
        elif not response.url.endswith("favicon.svg"):  # the browser's own wish
            self.files.append(response.url)
            self.bytes[kind] += packed


@pytest.fixture
def sol_at_once(seat: Seat) -> Person:
    """A steward, whose pages are the largest, in a browser that notes what jumps."""
    sol = seat("sol", viewport=WIDE)
    sol.context.add_init_script(NOTES_SHIFTS)
    return sol


def cold(person: Person, path: str) -> Costs:
    """Open a page as if for the first time, with all of its parts."""
    person.page.goto("about:blank")
    costs = Costs(person)
    person.goes_to(path)
    person.waits_for_parts()
    return costs


@pytest.mark.parametrize("reach", [customer, pair], ids=["customer", "review"])
def test_a_page_stays_small(reach: Callable[[Person], object], sol_at_once: Person) -> None:
    reach(sol_at_once)

    costs = cold(sol_at_once, sol_at_once.page.url)

    assert costs.bytes["script"] <= 25 * KB
    assert costs.bytes["stylesheet"] <= 20 * KB
    assert costs.bytes["document"] <= 30 * KB
    assert len(costs.files) <= 8, costs.files
    assert all(size <= 6 * KB for size in costs.fragments)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_customer_page_does_not_jump_while_its_parts_arrive(
    viewport: ViewportSize, sol_at_once: Person
) -> None:
    customer(sol_at_once)
    sol_at_once.page.set_viewport_size(viewport)

    cold(sol_at_once, sol_at_once.page.url)

    assert sum(sol_at_once.page.evaluate("window.shifts")) <= 0.02


def test_the_next_pair_is_a_small_fragment(sol_at_once: Person) -> None:
    pair(sol_at_once)
    costs = Costs(sol_at_once)

    journeys.presses(sol_at_once, "n")

    assert costs.files == []
    assert max(costs.fragments) <= 6 * KB
