"""Makes the fixtures beside it with Splink itself; run it again for another version of Splink.

In an environment with splink 5 and duckdb beside the requirements of the product:

    PYTHONPATH=. python tests/matching/splink/make_fixtures.py FAKE_1000.csv

FAKE_1000.csv is Splink's demo data (repository `splink_datasets`, MIT licence). `people.csv`
are some of its records as our features hold them, `model.json` is a model trained on all of
them and saved by Splink, `pairs.csv` are Splink's match weights and levels for those records.
"""

import csv
import sys
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]  # not installed where types are checked
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import ColumnExpression, DuckDBAPI, Linker, SettingsCreator, block_on

from matching.core.features import features_of
from matching.splink.tables import row

HERE = Path(__file__).parent
COLUMNS = {
    "first_name": "given_name",
    "surname": "family_name",
    "dob": "birth_date",
    "city": "address.city",
    "email": "email",
}
KEPT_RECORDS, KEPT_PAIRS = 400, 4000


def people(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [_person(number, each) for number, each in enumerate(csv.DictReader(file))]


def _person(number: int, given: dict[str, str]) -> dict[str, Any]:
    attributes = {
        "given_name": given["first_name"],
        "family_name": given["last_name"],
        "birth_date": given["dob"],
        "address": {"city": given["city"]},
        "email": given["email"],
    }
    flat = row(features_of(attributes), COLUMNS)
    return {"unique_id": number, **{name: text or None for name, text in flat.items()}}


def comparisons() -> list[Any]:
    """One of each kind that people use."""
    first, last = "first_name", "surname"
    return [
        cl.ForenameSurnameComparison(first, last),
        cl.NameComparison(last),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.EmailComparison("email"),
        cl.CustomComparison(
            output_column_name="city",
            comparison_levels=[
                cll.NullLevel("city"),
                cll.ExactMatchLevel("city", term_frequency_adjustments=True),
                cll.DamerauLevenshteinLevel("city", 1).configure(
                    tf_adjustment_column="city",
                    tf_adjustment_weight=0.5,
                    tf_minimum_u_value=0.01,
                ),
                cll.LevenshteinLevel("city", 3),
                cll.JaroLevel("city", 0.7),
                cll.JaccardLevel("city", 0.6),
                cll.ElseLevel(),
            ],
        ),
        cl.CustomComparison(
            output_column_name="initials",
            comparison_levels=[
                cll.Or(cll.NullLevel(first), cll.NullLevel(last)),
                cll.And(
                    cll.ExactMatchLevel(ColumnExpression(first).substr(1, 1)),
                    cll.ExactMatchLevel(ColumnExpression(last).lower().substr(1, 1)),
                ),
                cll.Or(
                    cll.ColumnsReversedLevel(first, last, symmetrical=True),
                    cll.Not(cll.JaroWinklerLevel(first, 0.5)),
                ),
                cll.ElseLevel(),
            ],
        ),
    ]


def linker_on(records: list[dict[str, Any]], settings: Any) -> Any:
    return Linker(DuckDBAPI().register(pd.DataFrame(records)), settings)


def train(records: list[dict[str, Any]]) -> Any:
    rules = [block_on(name) for name in COLUMNS]
    linker = linker_on(
        records,
        SettingsCreator(
            link_type="dedupe_only",
            comparisons=comparisons(),
            blocking_rules_to_generate_predictions=rules,
            retain_intermediate_calculation_columns=True,
        ),
    )
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("email")], recall=0.6)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("dob"), block_on("first_name", "surname"), block_on("email")):
        training.estimate_parameters_using_expectation_maximisation(rule)
    return linker


def main() -> None:
    records = people(Path(sys.argv[1]))
    linker = train(records)
    linker.misc.save_model_to_json(HERE / "model.json", overwrite=True)
    saved = linker_on(records, str(HERE / "model.json"))  # a saved model forgets some training
    predicted = saved.inference.predict().as_pandas_dataframe()
    kept = predicted[
        (predicted.unique_id_l < KEPT_RECORDS) & (predicted.unique_id_r < KEPT_RECORDS)
    ].sort_values(["unique_id_l", "unique_id_r"])
    gammas = [name for name in kept.columns if name.startswith("gamma_")]
    kept = kept[["unique_id_l", "unique_id_r", "match_weight", *gammas]][:KEPT_PAIRS]
    kept.to_csv(HERE / "pairs.csv", index=False, float_format="%.17g")
    with (HERE / "people.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, ["unique_id", *COLUMNS])
        out.writeheader()
        out.writerows(records)


if __name__ == "__main__":
    main()
