"""What a household takes off many weights at once: what it takes off each, to the last bit."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matching.bulk.rivals import taken_off
from matching.core.model import on_grid
from matching.core.scoring import LEAST_GAP_BITS, against_both

GAPS = st.one_of(st.floats(LEAST_GAP_BITS, 70), st.floats(-7, -6), st.floats(0, 950)).map(
    on_grid
)


@given(st.lists(GAPS, min_size=1, max_size=60))
@example([LEAST_GAP_BITS, 0.0, 64.0, 900.0, 901.0])
@settings(max_examples=500)
def test_the_same_is_taken_off_as_of_one_pair(gaps: list[float]) -> None:
    expected = [gap - against_both(gap, 0.0) for gap in gaps]

    assert taken_off(np.array(gaps)).tolist() == expected


def test_an_unlikely_household_takes_little_off_and_a_likely_one_much() -> None:
    some, more = taken_off(np.array([LEAST_GAP_BITS, 5.0])).tolist()

    assert some < 0.02
    assert more > 5.0
