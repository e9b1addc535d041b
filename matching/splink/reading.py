"""A model of Splink, as `linker.misc.save_model_to_json` writes it, read as one of ours.

Its comparisons become column comparisons with the same weights. Its blocking rules stay behind:
who is compared with whom is decided by our own block keys. Nor does it know of households.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from matching.splink.checking import check, is_symmetric, supported
from matching.splink.columns import ELSE
from matching.splink.sql import SqlError, columns_of, parse
from matching.splink.tables import USUAL, FieldError, reader

UNTRAINED_M = 0.95  # of the best level; Splink's own start values, which it uses untrained too
DIALECTS = ("duckdb", "spark")


class SplinkError(ValueError):
    """A Splink model that is not read; the message names each comparison and its SQL."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A Splink model as far as it can be told without data.

    `columns` is the part of a spec, its frequencies still missing: those of the columns in
    `counted` are counted in the records the model shall be used on. `notes` are sentences
    about what differs from Splink.
    """

    columns: dict[str, Any]
    counted: tuple[str, ...]
    prior_bits: float
    remainder: dict[str, Any]
    notes: tuple[str, ...]


def read_splink(settings: Mapping[str, Any], mapping: Mapping[str, str]) -> Reading:
    """Read Splink's settings; `mapping` names the attribute of columns with unusual names.

    Raises `SplinkError`, once, with everything that is not supported.
    """
    comparisons = settings.get("comparisons")
    if not isinstance(comparisons, list) or not comparisons:
        raise SplinkError("The file has no comparisons: is it a model saved by Splink?")
    dialect = settings.get("sql_dialect", "duckdb")
    if dialect not in DIALECTS:
        raise SplinkError(f"The SQL is that of {dialect}: save the model with DuckDB or Spark.")
    notes: list[str] = []
    read = [_comparison(each, notes) for each in comparisons]
    counted = sorted(
        {level["tf"]["column"] for _, levels in read for level in levels if "tf" in level}
    )
    fields = _fields(_used(read) | set(counted), mapping)
    _check(read, fields, notes)
    return Reading(
        columns={
            "dialect": dialect,
            "fields": fields,
            "comparisons": [
                {"name": name, "levels": levels} for name, levels in _named_once(read)
            ],
        },
        counted=tuple(counted),
        prior_bits=prior_bits(settings.get("probability_two_random_records_match")),
        remainder={key: each for key, each in settings.items() if key != "comparisons"},
        notes=tuple(notes),
    )


Comparison = tuple[str, list[dict[str, Any]]]


def prior_bits(probability: object) -> float:
    """Log2 odds of Splink's prior; raises `SplinkError` for what is no probability."""
    if not isinstance(probability, float) or not 0 < probability < 1:
        raise SplinkError(f"probability_two_random_records_match is {probability!r}.")
    return log2(probability / (1 - probability))


def _comparison(comparison: Any, notes: list[str]) -> Comparison:
    if not isinstance(comparison, Mapping) or not comparison.get("comparison_levels"):
        raise SplinkError(f"A comparison without levels: {comparison!r}.")
    levels: list[Mapping[str, Any]] = list(comparison["comparison_levels"])
    name = str(comparison.get("output_column_name", ""))
    odds = _odds_without_training(sum(not level.get("is_null_level") for level in levels))
    read = []
    for number, level in enumerate(levels):
        rank = sum(not each.get("is_null_level") for each in levels[number + 1 :])
        read.append(_level(name, level, odds[rank] if rank < len(odds) else odds[-1], notes))
    labels = [level["label"] for level in read]
    for number, level in enumerate(read):
        if labels.count(level["label"]) > 1:
            level["label"] = f"{number + 1}. {level['label']}"
    return name, read


def _level(
    name: str, level: Mapping[str, Any], untrained: tuple[float, float], notes: list[str]
) -> dict[str, Any]:
    when = str(level.get("sql_condition", "")).strip()
    when = ELSE if when.upper() == ELSE else when
    label = str(level.get("label_for_charts") or when)[:190]
    if level.get("is_null_level"):
        return {"label": label, "when": when, "null": True}
    m, u = level.get("m_probability"), level.get("u_probability")
    if m is None or u is None:
        notes.append(f"{name}, level “{label}”, was not trained: it has Splink's start values.")
    read: dict[str, Any] = {
        "label": label,
        "when": when,
        "m": untrained[0] if m is None else m,
        "u": untrained[1] if u is None else u,
    }
    column = level.get("tf_adjustment_column")
    weight = level.get("tf_adjustment_weight", 0)
    if column and weight and when != ELSE:
        read["tf"] = {"column": str(column).strip('"`'), "weight": float(weight)}
        if least := level.get("tf_minimum_u_value"):
            read["tf"]["min_u"] = float(least)
        if level.get("disable_tf_exact_match_detection"):
            read["tf"]["own_u"] = True
    return read


def _odds_without_training(levels: int) -> list[tuple[float, float]]:
    """m and u that Splink gives to levels nobody trained, from the worst to the best."""
    if levels < 2:
        return [(1.0, 1.0)]
    rest = (1 - UNTRAINED_M) / (levels - 1)
    step = 8 / (levels - 2) if levels > 2 else 0
    weights = [-5 + step * number for number in range(levels - 1)]
    return [(rest, rest / 2**weight) for weight in weights] + [
        (UNTRAINED_M, UNTRAINED_M / 2**10)
    ]


def _used(read: Sequence[Comparison]) -> set[str]:
    """The columns of all conditions that can be read at all; `_check` tells of the others."""
    used: set[str] = set()
    for _, levels in read:
        for level in levels:
            if level["when"] != ELSE:
                try:
                    used |= columns_of(parse(level["when"]))
                except SqlError:
                    continue
    return used


def _fields(used: set[str], mapping: Mapping[str, str]) -> dict[str, str]:
    fields, unknown = {}, []
    for column in sorted(used):
        attribute = mapping.get(column) or USUAL.get(column.lower())
        try:
            reader(attribute or column)
        except FieldError:
            unknown.append(column)
        fields[column] = attribute or column
    if unknown:
        raise SplinkError(
            f"Which attribute is {', '.join(unknown)}? Say so with "
            f"--columns {unknown[0]}=ATTRIBUTE, such as given_name, address.city, "
            "identifiers.NAME or custom.NAME."
        )
    return fields


def _check(read: Sequence[Comparison], fields: Mapping[str, str], notes: list[str]) -> None:
    wrong = []
    for name, levels in read:
        for level in levels:
            if level["when"] == ELSE:
                continue
            try:
                node = parse(level["when"])
                check(node, fields)
            except SqlError as problem:
                wrong.append(f"  {name}: {level['when']}\n    {problem}")
                continue
            if not is_symmetric(node):
                notes.append(
                    f"{name}, level “{level['label']}”, looks one way in Splink; here it holds "
                    "whichever record comes first."
                )
    if wrong:
        raise SplinkError(
            "Not supported:\n" + "\n".join(wrong) + "\nSupported are IS NULL, =, <>, <, <=, >, "
            f">=, AND, OR, NOT and the functions {supported()}."
        )


def _named_once(read: Sequence[Comparison]) -> list[Comparison]:
    """Splink allows two comparisons of one name; here the second gets a number."""
    named: list[Comparison] = []
    for name, levels in read:
        taken = sum(other == name or other.startswith(f"{name} (") for other, _ in named)
        named.append((f"{name} ({taken + 1})" if taken else name, levels))
    return named
