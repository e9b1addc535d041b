"""Splink's settings as one of our models, and back."""

import json
from copy import deepcopy
from math import log2
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given

from matching.core.comparisons import COMPARISONS, LEVELS
from matching.core.features import Features, features_of
from matching.core.model import MatchModel, ModelError, default_model
from matching.core.scoring import score
from matching.splink.columns import ColumnError
from matching.splink.drafts import spec_of
from matching.splink.levels import level
from matching.splink.reading import SplinkError, read_splink
from matching.splink.spec import columns_from_spec, columns_to_spec
from matching.splink.tables import row
from matching.splink.writing import PRIOR, Writing, write_splink
from tests.matching.people import people, person

ANNA = {"given_name": "Anna", "family_name": "Hall", "email": ["anna@example.com"]}
ANNE = {"given_name": "Anne", "family_name": "Hall", "email": ["anna@example.com"]}


IDLE = {"default": {level: {"m": 1.0, "u": 1.0, "h": 1.0} for level in LEVELS["identifier"]}}


def settings(**level: Any) -> dict[str, Any]:
    """A small model; `level` changes its exact level."""
    exact = {
        "sql_condition": '"first_name_l" = "first_name_r"',
        "label_for_charts": "Exact match on first_name",
        "m_probability": 0.9,
        "u_probability": 0.01,
        "tf_adjustment_column": "first_name",
        "tf_adjustment_weight": 1.0,
    }
    null = '"first_name_l" IS NULL OR "first_name_r" IS NULL'
    rest = {"m_probability": 0.1, "u_probability": 0.99, "label_for_charts": "All other"}
    return {
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": 0.001,
        "comparisons": [
            {
                "output_column_name": "first_name",
                "comparison_levels": [
                    {"sql_condition": null, "label_for_charts": "null", "is_null_level": True},
                    {key: each for key, each in (exact | level).items() if each is not None},
                    {"sql_condition": "ELSE", **rest},
                ],
            }
        ],
    }


def model_from(found: dict[str, Any], *records: dict[str, Any]) -> MatchModel:
    everyone = [features_of(record) for record in records]
    return MatchModel.from_spec(spec_of(read_splink(found, {}), everyone, version="s"))


def weighing(found: dict[str, Any]) -> list[dict[str, Any]]:
    """What of Splink's comparisons decides a weight."""
    kept = ["sql_condition", "label_for_charts", "is_null_level", "m_probability"]
    kept += ["u_probability", "tf_adjustment_column", "tf_adjustment_weight"]
    kept += ["tf_minimum_u_value", "disable_tf_exact_match_detection"]
    return [
        {key: each[key] for key in kept if key in each}
        for comparison in found["comparisons"]
        for each in comparison["comparison_levels"]
    ]


def test_a_model_of_splink_comes_back_as_it_went_in() -> None:
    found = json.loads((Path(__file__).parent / "model.json").read_text("utf-8"))

    written = write_splink(model_from(found, ANNA, ANNE)).settings

    trained = [
        each for each in weighing(found) if "m_probability" in each or "is_null_level" in each
    ]
    assert [each for each in weighing(written) if each in trained] == trained
    assert len(weighing(written)) == len(weighing(found))
    rest = {key: each for key, each in found.items() if key != "comparisons"}
    assert {key: each for key, each in written.items() if key in rest} == rest


def test_a_spec_with_columns_comes_back_as_it_went_in() -> None:
    model = model_from(settings(), ANNA, ANNE)

    again = MatchModel.from_spec(json.loads(json.dumps(model.to_spec())))

    assert again.to_spec() == model.to_spec()
    pair = features_of(ANNA), features_of(ANNE)
    assert score(again, *pair) == score(model, *pair)


def test_a_rare_name_weighs_more_and_a_common_one_less() -> None:
    model = model_from(settings(), ANNA, ANNA, ANNA, ANNE)
    rare, common = features_of(ANNE), features_of(ANNA)

    assert score(model, rare, rare).weight_bits > score(model, common, common).weight_bits


def test_columns_say_which_parts_of_a_record_they_read() -> None:
    columns = model_from(settings()).column_steps

    assert [(column.name, column.parts) for column in columns] == [
        ("columns.first_name", ("given",))
    ]


def test_no_household_lowers_the_weight_of_an_imported_model() -> None:
    scored = score(model_from(settings()), features_of(ANNA), features_of(ANNA))

    assert "household" not in scored.bits


def test_everything_that_is_not_supported_is_told_at_once() -> None:
    found = settings(sql_condition="soundex(first_name_l) = soundex(first_name_r)")
    found["comparisons"][0]["comparison_levels"][0]["sql_condition"] = (
        "first_name_l SIMILAR 'x'"
    )

    with pytest.raises(SplinkError) as told:
        read_splink(found, {})

    assert "first_name: soundex(first_name_l)" in str(told.value)
    assert "first_name: first_name_l SIMILAR" in str(told.value)
    assert "jaro_winkler_similarity" in str(told.value)


def test_a_column_of_unknown_meaning_is_asked_for() -> None:
    found = settings(sql_condition="vorname_l = vorname_r", tf_adjustment_column=None)

    with pytest.raises(SplinkError, match="Which attribute is vorname"):
        read_splink(found, {})
    reading = read_splink(found, {"vorname": "given_name"})
    assert reading.columns["fields"]["vorname"] == "given_name"


def test_what_was_not_trained_has_splinks_start_values_and_says_so() -> None:
    reading = read_splink(settings(m_probability=None), {})

    exact = reading.columns["comparisons"][0]["levels"][1]
    assert exact["m"] == 0.95
    assert "was not trained" in reading.notes[0]


def test_a_level_that_looks_one_way_is_noted() -> None:
    found = settings(sql_condition="first_name_l = surname_r", tf_adjustment_column=None)

    assert "looks one way" in read_splink(found, {}).notes[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"comparisons": []}, "no comparisons"),
        ({"sql_dialect": "sqlite"}, "sqlite"),
        ({"probability_two_random_records_match": 1.0}, "is 1.0"),
        ({"probability_two_random_records_match": None}, "is None"),
        ({"comparisons": [{"output_column_name": "x"}]}, "without levels"),
    ],
)
def test_what_is_no_model_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SplinkError, match=words):
        read_splink(settings() | change, {})


def test_a_term_frequency_needs_an_exact_level_or_its_own_u() -> None:
    similar = "levenshtein(first_name_l, first_name_r) <= 1"

    with pytest.raises(ModelError, match="no level is an exact match of first_name"):
        model_from(settings(sql_condition=similar), ANNA)
    own = settings(sql_condition=similar, disable_tf_exact_match_detection=True)
    assert model_from(own, ANNA).columns is not None


def _last(spec: dict[str, Any]) -> list[Any]:
    levels: list[Any] = spec["comparisons"][0]["levels"]
    return levels[-1:]


def _broken(change: Any) -> dict[str, Any]:
    columns = model_from(settings(), ANNA, ANNA).columns
    assert columns is not None
    spec = deepcopy(columns_to_spec(columns))
    change(spec)
    return spec


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda spec: spec.update(comparisons=[]), "comparisons is empty"),
        (lambda spec: spec.update(comparisons=spec["comparisons"] * 2), "there twice"),
        (lambda spec: spec.update(fields={"first_name": "shoe_size"}), "no attribute"),
        (lambda spec: spec.update(fields={}), "first_name"),
        (lambda spec: spec.update(frequencies={}), "add that column"),
        (lambda spec: spec["comparisons"][0]["levels"].pop(), "ELSE"),
        (lambda spec: spec["comparisons"][0]["levels"][1].update(m=0), "keep it from"),
        (lambda spec: spec["comparisons"][0]["levels"][1].update(u="x"), "a probability"),
        (lambda spec: spec["comparisons"][0]["levels"][1].update(when="?"), "not supported"),
        (lambda spec: spec["comparisons"][0]["levels"][1].update(label=""), "a label"),
        (lambda spec: spec["comparisons"][0].update(name=""), "no name"),
        (lambda spec: spec["comparisons"][0].update(levels=_last(spec)), "reads no column"),
    ],
)
def test_a_part_that_is_wrong_says_what_and_where(change: Any, words: str) -> None:
    with pytest.raises(ColumnError, match=words):
        columns_from_spec(_broken(change))


def test_our_own_model_asks_our_function_in_splink_and_says_what_it_leaves_out() -> None:
    model = default_model()

    writing = write_splink(model)

    written = {each["comparison_description"]: each for each in writing.settings["comparisons"]}
    assert set(model.comparisons) <= set(written)
    assert writing.needs_function
    assert any("household" in sentence for sentence in writing.left_out)
    for name, table in model.comparisons.items():
        conditions = {each["sql_condition"] for each in written[name]["comparison_levels"]}
        assert {
            f"c360_level('{name}', \"record_l\", \"record_r\") = '{each}'" for each in table
        } < conditions


def in_splink(writing: Writing, left: Features, right: Features) -> float:
    """The weight Splink would give, by its own rule; our function answers for its SQL."""
    total = log2((prior := writing.settings[PRIOR]) / (1 - prior))
    flat = row(left, writing.columns), row(right, writing.columns)
    for comparison in writing.settings["comparisons"]:
        reached = COMPARISONS[comparison["comparison_description"]](left, right)
        if reached is None:
            continue
        level = next(
            each
            for each in comparison["comparison_levels"]
            if each["label_for_charts"] == reached
        )
        total += log2(level["m_probability"] / level["u_probability"])
        if column := level.get("tf_adjustment_column"):
            rare, shares = writing.frequencies[column]
            common = max(shares.get(each[column], rare) for each in flat)
            common = max(common, level["tf_minimum_u_value"])
            total += log2(level["u_probability"]) - log2(common)
    return total


@given(left=people(), right=people())
@example(left=person("Anna", "Müller"), right=person("Müller", "Anna"))
@example(left=person("Thomas", "Smith"), right=person("Thomsa", "Smyth"))
@example(left=person("Aurelia", "Zapletal"), right=person("Aurelis", "Zapletel"))
def test_our_own_model_weighs_the_same_in_splink_but_for_the_household(
    left: Features, right: Features
) -> None:
    model = MatchModel.from_spec(
        default_model().to_spec() | {"custom": {}, "identifiers": IDLE}
    )
    scored = score(model, left, right)

    theirs = in_splink(write_splink(model), left, right)

    household = scored.bits.get("household", 0.0)
    assert theirs == pytest.approx(scored.weight_bits - household, abs=1e-9)


def test_our_function_names_the_levels_our_comparisons_reach() -> None:
    extra = {"identifiers": {"loyalty": ["L1"]}, "custom": {"trade": "smith"}}
    left, right = ANNA | extra, ANNE | extra
    features = features_of(left), features_of(right)
    texts = json.dumps(left), json.dumps(right)

    for name, compare in COMPARISONS.items():
        assert level(name, *texts) == compare(*features)
    assert level("identifiers.loyalty", *texts) == "exact"
    assert level("custom.trade", *texts) == "exact"
    assert level("custom.town", *texts) is None
