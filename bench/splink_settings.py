"""Splink settings for each kind of data, after Splink's own examples where there is one.

A plan names comparisons, blocking rules for prediction, the rules of which nearly all pairs are
matches (for the prior), and the rules EM trains under, each as columns that must be equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import splink.comparison_level_library as cll
import splink.comparison_library as cl

Rule = tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """How Splink is set up for one kind of data."""

    comparisons: Callable[[], list[Any]]
    blocking: tuple[Rule, ...]
    certain: tuple[Rule, ...]
    recall_of_certain: float
    training: tuple[Rule, ...]


def _frequent(comparison: Any) -> Any:
    """With term frequencies: agreeing on a rare value says more."""
    return comparison.configure(term_frequency_adjustments=True)


def _name(column: str, other: str) -> Any:
    """Equal, alike, initial only, roughly alike, swapped with the other name."""
    initial = (
        f"(length({column}_l) = 1 or length({column}_r) = 1)"
        f" and substr({column}_l, 1, 1) = substr({column}_r, 1, 1)"
    )
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column, term_frequency_adjustments=True),
            cll.JaroWinklerLevel(column, 0.92),
            cll.CustomLevel(initial, "initial"),
            cll.JaroWinklerLevel(column, 0.85),
            cll.ColumnsReversedLevel(column, other),
            cll.ElseLevel(),
        ],
    )


def _birth() -> Any:
    return cl.DateOfBirthComparison(
        "dob", input_is_string=True, datetime_format="%Y-%m-%d", invalid_dates_as_null=True
    )


def _address() -> Any:
    return cl.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            cll.CustomLevel("postcode_l is null or postcode_r is null", "null").configure(
                is_null_level=True
            ),
            cll.CustomLevel("house_l = house_r and postcode_l = postcode_r", "house"),
            cll.ExactMatchLevel("postcode"),
            cll.DamerauLevenshteinLevel("postcode", 1),
            cll.ExactMatchLevel("area"),
            cll.ElseLevel(),
        ],
    )


def _house() -> Any:
    return cl.CustomComparison(
        output_column_name="house",
        comparison_levels=[
            cll.NullLevel("house"),
            cll.ExactMatchLevel("house"),
            cll.ExactMatchLevel("street"),
            cll.JaroWinklerLevel("house", 0.92),
            cll.ElseLevel(),
        ],
    )


def _of_customers() -> list[Any]:
    return [
        _name("first_name", "last_name"),
        _name("last_name", "first_name"),
        _frequent(cl.EmailComparison("email")),
        _frequent(cl.DamerauLevenshteinAtThresholds("phone", [1])),
        _birth(),
        _address(),
        _frequent(cl.ExactMatch("card")),
    ]


def _of_febrl() -> list[Any]:
    return [
        _frequent(cl.NameComparison("first_name")),
        _frequent(cl.NameComparison("last_name")),
        _birth(),
        cl.DamerauLevenshteinAtThresholds("card", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        _frequent(cl.ExactMatch("number_given")),
        _frequent(cl.JaroWinklerAtThresholds("street", [0.9])),
    ]


def _of_fake() -> list[Any]:
    return [
        _frequent(cl.JaroWinklerAtThresholds("first_name", [0.92, 0.8])),
        _frequent(cl.JaroWinklerAtThresholds("last_name", [0.92, 0.8])),
        _birth(),
        _frequent(cl.ExactMatch("city")),
        cl.EmailComparison("email"),
    ]


def _of_historical() -> list[Any]:
    return [
        cl.ForenameSurnameComparison("first_name", "last_name"),
        _birth(),
        cl.PostcodeComparison("postcode"),
        _frequent(cl.ExactMatch("birth_place")),
        _frequent(cl.ExactMatch("occupation")),
    ]


def _of_census() -> list[Any]:
    return [
        _frequent(cl.JaroWinklerAtThresholds("first_name", [0.92, 0.85])),
        _frequent(cl.JaroWinklerAtThresholds("last_name", [0.92, 0.85])),
        cl.ExactMatch("middle"),
        _birth(),
        _house(),
        cl.DamerauLevenshteinAtThresholds("card", [1]),
    ]


PLANS = {
    "customers": Plan(
        _of_customers,
        blocking=(
            *(("email",), ("phone",), ("card",)),
            *(("last_name", "dob"), ("first_name", "dob")),
            *(("postcode", "substr(first_name, 1, 1)"), ("postcode", "last_name")),
            *(("first_name", "last_name", "area"), ("mailbox", "substr(last_name, 1, 1)")),
        ),
        certain=(
            *(("email", "first_name"), ("phone", "first_name")),
            *(("card", "first_name"), ("first_name", "last_name", "dob")),
        ),
        recall_of_certain=0.7,
        training=(("email",), ("first_name", "last_name", "area"), ("phone",)),
    ),
    "febrl": Plan(
        _of_febrl,
        blocking=(
            *(("first_name", "last_name"), ("first_name", "postcode"), ("card",)),
            *(("last_name", "postcode"), ("dob",), ("first_name", "street")),
            *(("last_name", "street"), ("number_given", "street"), ("postcode", "street")),
        ),
        certain=(("card",), ("first_name", "last_name", "dob")),
        recall_of_certain=0.9,
        training=(("dob",), ("first_name", "last_name"), ("postcode",)),
    ),
    "fake": Plan(
        _of_fake,
        blocking=(
            *(("first_name", "city"), ("last_name",), ("dob",), ("email",)),
            *(("first_name", "substr(dob, 1, 7)"), ("mailbox",)),
        ),
        certain=(("first_name", "last_name", "dob"), ("email",)),
        recall_of_certain=0.6,
        training=(("first_name", "last_name"), ("dob",)),
    ),
    "historical": Plan(
        _of_historical,
        blocking=(
            ("substr(first_name, 1, 3)", "substr(last_name, 1, 4)"),
            *(("last_name", "dob"), ("first_name", "dob")),
            *(("postcode", "first_name"), ("postcode", "last_name"), ("dob", "birth_place")),
            *(("area", "dob"), ("area", "first_name"), ("area", "last_name")),
            (
                *("substr(first_name, 1, 2)", "substr(last_name, 1, 2)"),
                "substr(dob, 1, 4)",
            ),
        ),
        certain=(
            *(("first_name", "last_name", "dob"), ("dob", "postcode")),
            ("substr(first_name, 1, 2)", "last_name", "substr(postcode, 1, 2)"),
        ),
        recall_of_certain=0.6,
        training=(("first_name", "last_name"), ("dob",)),
    ),
    "census": Plan(
        _of_census,
        blocking=(
            *(("card",), ("first_name", "last_name"), ("last_name", "house")),
            *(("first_name", "house"), ("last_name", "dob"), ("first_name", "dob")),
        ),
        certain=(("card", "first_name"), ("first_name", "last_name", "dob")),
        recall_of_certain=0.7,
        training=(("first_name", "last_name"), ("card",), ("dob",)),
    ),
}
