"""Sol and Kim pick which pairs they are asked, and leave pairs to each other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e import journeys
from tests.e2e.looking import SMALLEST
from tests.e2e.people import Person
from tests.e2e.tour import WIDE

pytestmark = pytest.mark.e2e


@pytest.fixture
def picky(sol: Person, kim: Person) -> Iterator[Person]:
    """Sol, who picks; afterwards both are asked everything again, as other tests expect."""
    yield sol
    for person in (sol, kim):
        person.goes_to("/review/?reason=&whose=")


def reason_of(person: Person) -> Locator:
    """Why the pair on the page is asked, in two or three words."""
    return person.page.locator(".case-head .pill").first


def folded(person: Person) -> Locator:
    """The line under which the choices fold on narrow screens."""
    return person.page.locator(".review-pick > summary")


def test_sol_picks_a_reason_is_asked_such_pairs_alone_and_goes_back(picky: Person) -> None:
    picky.goes_to("/review/")
    everything = journeys.pair_before(picky)
    choice = picky.page.get_by_label("Reason")
    show = picky.page.get_by_role("button", name="Show", exact=True)

    choice.select_option("Uncertain")
    show.click()
    expect(reason_of(picky)).to_have_text("Uncertain")
    journeys.presses(picky, "n")
    expect(reason_of(picky)).to_have_text("Uncertain")
    journeys.undoes(picky)
    expect(reason_of(picky)).to_have_text("Uncertain")

    choice.select_option("Every reason")
    show.click()

    expect(picky.page.locator("form.decide")).to_have_attribute("action", everything)
    assert "whose" not in picky.page.url


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


def test_sol_leaves_a_pair_to_kim_by_keyboard_who_answers_it(
    picky: Person, kim: Person
) -> None:
    picky.goes_to("/review/")
    pair = journeys.pair_before(picky)
    picky.page.wait_for_timeout(journeys.LOOK_MS)
    picky.page.keyboard.press("a")
    picky.page.keyboard.press("Tab")
    expect(picky.page.get_by_label("Colleague")).to_be_focused()
    picky.page.keyboard.type("Kim")
    picky.page.keyboard.press("Tab")
    picky.page.keyboard.press("Enter")
    expect(picky.page.locator(".case-reply")).to_contain_text("Assigned to Kim.")
    assert journeys.pair_before(picky) != pair

    kim.goes_to("/review/?reason=&whose=mine")
    assert journeys.pair_before(kim) == pair
    expect(kim.page.get_by_text("assigned to Kim")).to_be_visible()
    kim.page.wait_for_timeout(journeys.LOOK_MS)
    kim.page.keyboard.press("n")

    expect(kim.page.locator(".case-reply")).to_contain_text("Marked as not same.")
    journeys.undoes(kim)
