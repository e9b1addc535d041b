"""Every page in both themes and widths: usable by everyone, nothing cut off, and a picture.

A page is looked at twice, once in each theme and once in each width; its neighbour on the tour
has them the other way round.
"""

from collections.abc import Callable

import pytest

from tests.e2e.looking import SMALLEST, overflow, violations_in
from tests.e2e.people import Person
from tests.e2e.tour import STOPS, WIDE, Stop

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("turn", "stop"), list(enumerate(STOPS)), ids=str)
def test_a_page_suits_everyone_in_both_themes_and_on_every_screen(
    turn: int, stop: Stop, look: Callable[[Stop], Person]
) -> None:
    person = look(stop)

    assert violations_in(person.page, stop.name, turn) == []
    for size in (SMALLEST, WIDE):
        person.page.set_viewport_size(size)
        assert overflow(person.page) == [], size
