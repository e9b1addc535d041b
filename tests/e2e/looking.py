"""How a page looks in both themes and widths: what axe finds, what is cut off, a picture."""

from typing import Literal

from playwright.sync_api import Page, ViewportSize

from c360.services.attach import ROOT
from tests.e2e.axe import violations
from tests.e2e.tour import NARROW, WIDE

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


def violations_in(page: Page, name: str, turn: int = 0) -> list[str]:
    """What axe finds in either theme and width; takes a picture of each."""
    found = []
    for theme, size in LOOKS[turn % 2]:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(SIZES[size])
        page.screenshot(path=PICTURES / f"{name}-{theme}-{size}.png", full_page=True)
        found += [f"{theme}, {size}: {one}" for one in violations(page)]
    return found
