"""One of our models written as settings of Splink.

Column comparisons are written as they came. Our own comparisons ask the function of
`matching.splink.levels`, which Splink's database has to know. What Splink cannot express is
left out, and said: the household, which is a third explanation of a pair and not a sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from matching.core.model import MatchModel, Odds, Table, on_grid
from matching.splink.columns import ColumnComparison, Columns, Level
from matching.splink.levels import FUNCTION
from matching.splink.reading import prior_bits

DEFAULTS: dict[str, Any] = {
    "link_type": "dedupe_only",
    "retain_matching_columns": False,
    "retain_intermediate_calculation_columns": False,
    "sql_dialect": "duckdb",
    "unique_id_column_name": "unique_id",
    "blocking_rules_to_generate_predictions": [],
}
BY_VALUE = ("exact", "swapped")  # the levels that `Step.weigh` weighs by the value agreed on
NO_MORE_THAN = "fuzzy"  # the level it holds to what agreeing on the commoner value would tell
PRIOR = "probability_two_random_records_match"


@dataclass(frozen=True, slots=True)
class Writing:
    """What Splink is given, and told beside it.

    `columns` says which attribute each column of the flat table is; `needs_function` that the
    table needs the column `record` too, and the database our function. `frequencies` are the
    shares of common values by column and of all others, for Splink's look-up tables.
    `left_out` are sentences.
    """

    settings: dict[str, Any]
    columns: dict[str, str]
    needs_function: bool
    frequencies: dict[str, tuple[float, Mapping[str, float]]]
    left_out: tuple[str, ...]


def write_splink(model: MatchModel) -> Writing:
    """Return a model as Splink's settings, what they read, and what they lack."""
    own = _own(model)
    columns = model.columns or Columns({}, (), {})
    weighed = {name: name for name in model.frequencies if name in model.comparisons}
    origin = model.provenance.get("splink")
    kept = dict(origin) if isinstance(origin, Mapping) else {}
    comparisons = [*own, *(_as_came(each) for each in columns.comparisons)]
    return Writing(
        settings=DEFAULTS | kept | {PRIOR: _prior(model, kept), "comparisons": comparisons},
        columns={**weighed, **columns.fields},
        needs_function=bool(own),
        frequencies={
            **{
                name: (model.frequencies[name].rare, model.frequencies[name].values)
                for name in weighed
            },
            **{name: (each.rare, each.values) for name, each in columns.shares.items()},
        },
        left_out=_left_out(model),
    )


def _prior(model: MatchModel, kept: Mapping[str, Any]) -> float:
    """The probability; the very number it was read from where that is what it still says."""
    known = kept.get(PRIOR)
    if known is not None and on_grid(prior_bits(known)) == model.prior_bits:
        return float(known)
    return float(1 / (1 + 2.0**-model.prior_bits))


def _left_out(model: MatchModel) -> tuple[str, ...]:
    left_out = []
    if model.household_bits != inf:
        left_out.append(
            "The household: Splink weighs one person against unrelated people only, so pairs "
            "of one family weigh more there than here."
        )
    if "default" in model.identifiers:
        left_out.append("Identifiers of namespaces that have no odds of their own.")
    left_out.append("Guards, thresholds and block keys; Splink needs blocking rules of yours.")
    return tuple(left_out)


def _own(model: MatchModel) -> list[dict[str, Any]]:
    tables = dict(model.comparisons)
    tables |= {f"identifiers.{name}": each for name, each in model.identifiers.items()}
    tables |= {f"custom.{name}": each for name, each in model.custom.items()}
    tables.pop("identifiers.default", None)
    return [_comparison(name, table, model) for name, table in tables.items()]


def _comparison(name: str, table: Table, model: MatchModel) -> dict[str, Any]:
    """The levels of one of our comparisons; which is reached, our function says."""
    asked = f'{FUNCTION}({_text(name)}, "record_l", "record_r")'
    levels = [
        _weighed(f"{asked} = {_text(level)}", level, odds) for level, odds in table.items()
    ]
    if name in model.frequencies:
        for number, level in enumerate(table):
            if level in BY_VALUE:
                levels[number] |= _by_value(name, table["exact"], model)
            elif level == NO_MORE_THAN:
                levels[number] |= _no_more_than(name, table[level], table["exact"], model)
    null = {
        "sql_condition": f"{asked} IS NULL",
        "label_for_charts": "blank on a side",
        "is_null_level": True,
    }
    return {
        "output_column_name": name.replace(".", "_"),
        "comparison_description": name,
        "comparison_levels": [null, *levels, _weighed("ELSE", "none of these", NOTHING)],
    }


def _by_value(name: str, exact: Odds, model: MatchModel) -> dict[str, Any]:
    """How common the value is takes the place of u, as in `Step.weigh`."""
    return {
        "m_probability": exact.m,
        "u_probability": exact.u,
        "tf_adjustment_column": name,
        "tf_adjustment_weight": 1.0,
        "tf_minimum_u_value": model.frequencies[name].rare,
        "disable_tf_exact_match_detection": True,
    }


def _no_more_than(name: str, odds: Odds, exact: Odds, model: MatchModel) -> dict[str, Any]:
    """The bits of a level, or those of agreeing on the commoner value where that is less.

    Splink divides m by the largest of both shares and the least u. With m of the agreement, and
    as least u what gives the level its own bits, the smaller of the two weights comes out.
    """
    least = exact.m * odds.u / odds.m
    return _by_value(name, exact, model) | {
        "u_probability": least,
        "tf_minimum_u_value": max(least, model.frequencies[name].rare),
    }


NOTHING = Odds(1.0, 1.0, 1.0)


def _weighed(condition: str, label: str, odds: Odds) -> dict[str, Any]:
    return {
        "sql_condition": condition,
        "label_for_charts": label,
        "m_probability": odds.m,
        "u_probability": odds.u,
    }


def _text(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _as_came(comparison: ColumnComparison) -> dict[str, Any]:
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [_level(level) for level in comparison.levels],
    }


def _level(level: Level) -> dict[str, Any]:
    written: dict[str, Any] = {
        "sql_condition": level.when,
        "label_for_charts": level.label,
    }
    if level.m is None:
        return written | {"is_null_level": True}
    written |= {"m_probability": level.m, "u_probability": level.u}
    adjusted = level.adjustment
    if adjusted is None:
        return written
    written |= {
        "tf_adjustment_column": adjusted.column,
        "tf_adjustment_weight": adjusted.weight,
    }
    if adjusted.least_u:
        written["tf_minimum_u_value"] = adjusted.least_u
    if adjusted.own_u:
        written["disable_tf_exact_match_detection"] = True
    return written
