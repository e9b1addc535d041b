"""Sol picks which pairs are asked."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.looking import SMALLEST
from tests.e2e.people import Person
from tests.e2e.tour import WIDE

pytestmark = pytest.mark.e2e


@pytest.fixture
def picky(sol: Person) -> Iterator[Person]:
    """Sol, who picks; afterwards everything is asked again, as other tests expect."""
    yield sol
    sol.goes_to("/review/?reason=&whose=")


def reason_of(person: Person) -> Locator:
    """Why the pair on the page is asked, in two or three words."""
    return person.page.locator(".case-head .pill").first


def folded(person: Person) -> Locator:
    """The line under which the choices fold on narrow screens."""
    return person.page.locator(".review-pick > summary")


def test_on_a_phone_the_choices_fold_above_the_pair_and_say_what_is_picked(
    picky: Person,
) -> None:
    picky.page.set_viewport_size(SMALLEST)
    picky.goes_to("/review/")
    choice = picky.page.get_by_label("Reason")
    expect(choice).to_be_hidden()
    expect(folded(picky)).to_have_text("Show: All pairs")

    folded(picky).focus()
    picky.page.keyboard.press("Enter")
    choice.select_option("Uncertain")
    picky.page.get_by_role("button", name="Show", exact=True).click()

    expect(folded(picky)).to_have_text("Show: Uncertain")
    expect(reason_of(picky)).to_have_text("Uncertain")


def test_on_a_wide_screen_the_choices_stand_open(picky: Person) -> None:
    picky.page.set_viewport_size(WIDE)
    picky.goes_to("/review/")

    expect(picky.page.get_by_label("Reason")).to_be_visible()
    expect(folded(picky)).to_be_hidden()
