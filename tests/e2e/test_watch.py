"""That the watch on every page sees what it is there for."""

import pytest

from tests.e2e.axe import violations
from tests.e2e.people import Person, Seat
from tests.tree import wait_for

pytestmark = pytest.mark.e2e


def test_errors_and_breaches_of_the_content_policy_are_noted(ana: Person) -> None:
    ana.goes_to("/search/")

    ana.page.evaluate("console.error('lost'), fetch('https://example.org/').catch(() => 0)")
    wait_for(lambda: ana.page.title() and len(ana.watch.problems) > 1, 5, "both problems")

    told = " ".join(ana.watch.problems)
    ana.watch.problems.clear()
    assert "lost" in told
    assert "Content Security Policy" in told


def test_a_picture_without_a_text_is_noted(seat: Seat) -> None:
    ana = seat("ana", bypass_csp=True)
    ana.goes_to("/search/")
    ana.page.evaluate("document.querySelector('main').append(new Image(9, 9))")

    assert any("image-alt" in told for told in violations(ana.page))
