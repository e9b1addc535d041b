"""A model as Splink's settings, with the levels of a pair asked from one function of ours.

Nicknames, parts of names and mistyped dates are no SQL, so all levels of a pair are asked at
once, as numbers, and Splink adds up what they weigh.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from matching.core.model import MatchModel
from matching.splink.columns import ELSE, ColumnComparison, exact_column
from matching.splink.spec import columns_to_spec
from matching.splink.writing import Writing, write_splink

FUNCTION = "c360_levels"
ID, KEYS, RECORD, IS_DIRTY = "unique_id", "block_keys", "record", "is_dirty"
BLOCKING = {
    "blocking_rule": f"l.{KEYS} = r.{KEYS} and (l.{IS_DIRTY} or r.{IS_DIRTY})",
    "sql_dialect": "spark",
    "arrays_to_explode": [KEYS],
}


@dataclass(frozen=True, slots=True)
class Asking:
    """What Splink is given.

    `question` is what `matching.spark.levels` must know, as JSON. `shares` says how common
    the values of each column are that levels are weighed by, and all others.
    """

    settings: dict[str, Any]
    question: str
    shares: dict[str, tuple[float, Mapping[str, float]]]


def asking_of(model: MatchModel, namespaces: Iterable[str]) -> Asking:
    """Return what makes Splink weigh as a model does, but for its households.

    `namespaces` are those of the identifiers there are: Splink knows no default for those the
    model has never heard of, so each is given by name.
    """
    model = _with_namespaces(model, namespaces)
    writing = write_splink(model)
    short = {name: f"value{number}" for number, name in enumerate(writing.frequencies)}
    written = writing.settings["comparisons"]
    columns = model.columns.comparisons if model.columns is not None else ()
    own = len(written) - len(columns)
    asked = [
        _asked(number, each, _exact_levels(columns[number - own] if number >= own else None))
        for number, each in enumerate(written)
    ]
    return Asking(
        settings=writing.settings
        | {
            "sql_dialect": "spark",
            "unique_id_column_name": ID,
            "retain_matching_columns": False,
            "retain_intermediate_calculation_columns": False,
            "additional_columns_to_retain": [],
            "blocking_rules_to_generate_predictions": [BLOCKING],
            "comparisons": [_renamed(each, short) for each in asked],
        },
        question=_question(model, writing, written[:own], short),
        shares={short[name]: shares for name, shares in writing.frequencies.items()},
    )


def _with_namespaces(model: MatchModel, namespaces: Iterable[str]) -> MatchModel:
    if "default" not in model.identifiers:
        return model
    unheard = dict.fromkeys(sorted(namespaces), model.identifiers["default"])
    return replace(model, identifiers=unheard | dict(model.identifiers))


def _exact_levels(comparison: ColumnComparison | None) -> dict[int, str]:
    """Levels that say no more than "equal", with their column.

    Splink must see these as they are: it weighs other levels by what their odds replace.
    """
    if comparison is None:
        return {}
    columns = {
        number: exact_column(comparison.name, level.when)
        for number, level in enumerate(comparison.levels)
        if level.when != ELSE
    }
    weighed = {each.adjustment.column for each in comparison.levels if each.adjustment}
    return {number: column for number, column in columns.items() if column in weighed}


def _asked(number: int, comparison: Mapping[str, Any], exact: Mapping[int, str]) -> Any:
    """A comparison whose levels are asked by number; those in `exact` are left to Splink."""
    levels = []
    for place, level in enumerate(comparison["comparison_levels"]):
        condition = f"{FUNCTION}({RECORD}_l, {RECORD}_r)[{number}] = {place}"
        if place in exact or level["sql_condition"] == ELSE:
            condition = exact.get(place, ELSE)
        levels.append({**level, "sql_condition": condition})
    return {"output_column_name": f"comparison{number}", "comparison_levels": levels}


def _renamed(comparison: Mapping[str, Any], short: Mapping[str, str]) -> dict[str, Any]:
    """The comparison by columns whose names need no quotes in any SQL."""
    levels = []
    for level in comparison["comparison_levels"]:
        condition, weighed = level["sql_condition"], level.get("tf_adjustment_column")
        if condition in short:
            level = {**level, "sql_condition": f"{short[condition]}_l = {short[condition]}_r"}
        if weighed:
            level = {**level, "tf_adjustment_column": short[weighed]}
        levels.append(level)
    return {**comparison, "comparison_levels": levels}


def _question(
    model: MatchModel,
    writing: Writing,
    own: Iterable[Mapping[str, Any]],
    short: Mapping[str, str],
) -> str:
    """The names of our comparisons and levels, the columns as they are, and what to read."""
    names = [
        (
            each["comparison_description"],
            [level["label_for_charts"] for level in each["comparison_levels"][1:-1]],
        )
        for each in own
    ]
    columns = None if model.columns is None else columns_to_spec(model.columns)
    values = {short[name]: writing.columns[name] for name in writing.frequencies}
    return json.dumps({"own": names, "columns": columns, "values": values})
