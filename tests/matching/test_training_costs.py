"""From weights to thresholds: calibration, the cost of mistakes, how common names are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.model import default_model
from matching.training.calibration import calibrate, fit_curve, reliability
from matching.training.costs import Costs, cost_curve, thresholds
from matching.training.frequencies import count_frequencies
from matching.training.refusal import Refused
from tests.matching.people import person


@settings(max_examples=20)
@given(slope=st.floats(0.4, 1.6), offset=st.floats(-3, 3), seed=st.integers(0, 1000))
def test_the_curve_that_made_the_verdicts_is_found(
    slope: float, offset: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.uniform(-12, 12, 6000)
    odds = np.exp2(slope * weights + offset)
    said = (rng.random(6000) < odds / (1 + odds)).astype(float)

    curve = fit_curve(weights, said)

    assert curve.slope == pytest.approx(slope, abs=0.2)
    assert curve.weight_at(0.5) == pytest.approx(-offset / slope, abs=0.6)
    bins = reliability(curve, weights, said)
    assert sum(each["pairs"] for each in bins) == 6000
    full = [each for each in bins if each["pairs"] >= 100]
    assert full
    assert all(abs(each["predicted"] - each["observed"]) < 0.15 for each in full)


def test_a_hundred_decisions_with_both_verdicts_calibrate_and_fewer_do_not() -> None:
    weights = np.linspace(-10, 10, 400)
    expected = 1 / (1 + np.exp2(-weights))
    said = np.full(400, np.nan)
    said[100:199] = (weights[100:199] > -2).astype(float)

    few = calibrate(weights, expected, said)
    said[199] = 1.0
    enough = calibrate(weights, expected, said)
    said[100:200] = 1.0
    one_sided = calibrate(weights, expected, said)

    assert few.source == one_sided.source == "the posteriors of EM"
    assert (enough.source, enough.pairs) == ("decisions", 100)
    assert enough.curve.weight_at(0.5) < few.curve.weight_at(0.5) - 0.5


@given(
    wrong=st.floats(1, 1000),
    dearer=st.floats(1, 50),
    missed=st.floats(0.1, 1),
    question=st.floats(0.01, 2),
)
def test_the_dearer_a_wrong_join_the_later_one_joins(
    wrong: float, dearer: float, missed: float, question: float
) -> None:
    curve = fit_curve([-3.0, 3.0], [0.0, 1.0])

    cheap = thresholds(curve, Costs(wrong, missed, question))
    dear = thresholds(curve, Costs(wrong * dearer, missed, question))

    assert cheap.review_bits <= cheap.join_bits
    assert cheap.join_bits <= dear.join_bits


def test_the_curve_of_costs_is_lowest_at_the_chosen_threshold() -> None:
    weights = np.linspace(-12, 12, 5000)
    costs = Costs()
    curve = fit_curve(weights, 1 / (1 + np.exp2(-weights)))
    chosen = thresholds(curve, costs)

    rows = cost_curve(curve, weights, chosen, costs)

    cheapest = min(rows, key=lambda each: each["cost"])
    assert abs(cheapest["join_bits"] - chosen.join_bits) <= 0.5
    assert [each["wrong"] for each in rows] == sorted((e["wrong"] for e in rows), reverse=True)
    assert [each["asked"] for each in rows] == sorted(each["asked"] for each in rows)


@pytest.mark.parametrize(
    ("costs", "told"),
    [
        (Costs(0, 1, 0.4), "a wrong join costs 0"),
        (Costs(5, -1, 0.4), "a missed join costs -1"),
        (Costs(5, 1, float("nan")), "a question costs nan"),
        (Costs(1, 2, 0.4), "at least as much"),
    ],
)
def test_costs_without_sense_are_refused(costs: Costs, told: str) -> None:
    with pytest.raises(Refused, match=told):
        costs.check()


def test_names_are_counted_by_people_and_shrunk() -> None:
    records = [
        person("Zebulon", "Smith", birth_date=f"19{year}-03-02") for year in range(50, 90)
    ]
    many_rows_of_one = [person("Ottoline", "Smith", birth_date="1970-05-05")] * 500

    counted = count_frequencies([*records, *many_rows_of_one], default_model())["given_name"]

    before = default_model().frequencies["given_name"]
    assert counted.of("zebulon") > 10 * before.of("zebulon")
    assert counted.of("ottoline") < 3 * before.rare
    assert counted.of("nobody") == counted.rare >= 1e-9


def test_no_more_than_a_thousand_names_are_kept() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [a + b + c for a in letters for b in letters for c in "aeiou"]
    counted = count_frequencies([person(name, "Hall") for name in names], default_model())

    assert len(counted["given_name"].values) == 1000
