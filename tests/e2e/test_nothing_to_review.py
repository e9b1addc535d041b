"""The queue once every pair is answered or put off; after all tests that need pairs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.looking import violations_in
from tests.e2e.people import Person
from tests.e2e.tour import Stop, at

pytestmark = pytest.mark.e2e


def test_with_every_pair_answered_the_queue_says_so(empty_queue: Person) -> None:
    expect(empty_queue.page.get_by_role("heading", name="Nothing to review")).to_be_visible()
    expect(empty_queue.page.get_by_role("link", name="Check again")).to_be_visible()


def test_the_empty_queue_suits_everyone_too(
    empty_queue: Person, look: Callable[[Stop], Person]
) -> None:
    kim = look(Stop("review-empty", "kim", at("/review/")))

    expect(kim.page.get_by_role("heading", name="Nothing to review")).to_be_visible()
    assert violations_in(kim.page, "review-empty") == []
