"""Every page in both themes and widths: usable by everyone, nothing cut off, and a picture.

A page is looked at twice, once in each theme and once in each width; its neighbour on the tour
has them the other way round.
"""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from c360.services.attach import ROOT
from tests.e2e.axe import violations
from tests.e2e.people import Person, Seat
from tests.e2e.tour import NARROW, STOPS, WIDE, Stop, at

pytestmark = pytest.mark.e2e
PICTURES = ROOT / "screenshots"
LOOKS: list[list[tuple[Literal["light", "dark"], str]]] = [
    [("light", "wide"), ("dark", "narrow")],
    [("dark", "wide"), ("light", "narrow")],
]
SIZES = {"wide": WIDE, "narrow": NARROW}
SMALLEST = ViewportSize(width=320, height=640)


def overflow(page: Page) -> list[str]:
    """What sticks out at the side of a page that scrolls sideways; empty where none does."""
    return list(
        page.evaluate(
            """() => {
                const root = document.documentElement;
                if (root.scrollWidth <= root.clientWidth) return [];
                return [...document.querySelectorAll("body *")]
                    .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1)
                    .map((one) => `${one.tagName}.${one.className}`).concat("page");
            }"""
        )
    )


@pytest.fixture
def look(seat: Seat) -> Callable[[Stop], Person]:
    """Seat somebody at a page. The content policy is off there only, so that axe may run."""

    def reach(stop: Stop) -> Person:
        person = seat(stop.who, bypass_csp=True, reduced_motion="reduce", viewport=WIDE)
        stop.reach(person)
        return person

    return reach


@pytest.mark.parametrize(("turn", "stop"), list(enumerate(STOPS)), ids=str)
def test_a_page_suits_everyone_in_both_themes_and_on_every_screen(
    turn: int, stop: Stop, look: Callable[[Stop], Person]
) -> None:
    person = look(stop)

    assert violations_in(person.page, stop.name, turn) == []
    person.page.set_viewport_size(SMALLEST)
    assert overflow(person.page) == []


def test_the_empty_queue_suits_everyone_too(
    empty_queue: Person, look: Callable[[Stop], Person]
) -> None:
    kim = look(Stop("review-empty", "kim", at("/review/")))

    expect(kim.page.get_by_role("heading", name="Nothing to review")).to_be_visible()
    assert violations_in(kim.page, "review-empty") == []


def violations_in(page: Page, name: str, turn: int = 0) -> list[str]:
    """What axe finds in either theme and width; takes a picture of each."""
    found = []
    for theme, size in LOOKS[turn % 2]:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(SIZES[size])
        page.screenshot(path=PICTURES / f"{name}-{theme}-{size}.png", full_page=True)
        found += [f"{theme}, {size}: {one}" for one in violations(page)]
    return found
