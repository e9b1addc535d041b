"""The part `columns` of a model's spec, checked and read, and written again."""

from collections.abc import Mapping, Sequence
from typing import Any

from matching.splink.columns import (
    ELSE,
    SMALLEST,
    Adjustment,
    ColumnComparison,
    ColumnError,
    Columns,
    Level,
    Shares,
    exact_column,
)

MOST = 2  # Splink's start values of u go above 1


def columns_from_spec(spec: Mapping[str, Any]) -> Columns:
    """Check the part whole and return it; raises `ColumnError`."""
    comparisons = spec.get("comparisons")
    if not isinstance(comparisons, list) or not comparisons:
        raise ColumnError("columns.comparisons is empty: give a list of comparisons")
    found = Columns(
        fields={str(name): str(each) for name, each in _object(spec, "fields").items()},
        comparisons=tuple(_comparison(each) for each in comparisons),
        shares={
            str(name): _shares(str(name), each)
            for name, each in _object(spec, "frequencies").items()
        },
        dialect=str(spec.get("dialect", "duckdb")),
    )
    names = [each.name for each in found.comparisons]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ColumnError(f"columns.{doubled[0]} is there twice: name one otherwise")
    found.ready()
    return found


def columns_to_spec(columns: Columns) -> dict[str, Any]:
    """The part this was made from, as plain JSON values."""
    return {
        "dialect": columns.dialect,
        "fields": dict(columns.fields),
        "comparisons": [
            {"name": each.name, "levels": [_plain(level) for level in each.levels]}
            for each in columns.comparisons
        ],
        "frequencies": {
            name: {"rare": each.rare, "values": dict(each.values)}
            for name, each in columns.shares.items()
        },
    }


def _object(spec: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = spec.get(key, {})
    if not isinstance(found, Mapping):
        raise ColumnError(f"columns.{key} is {found!r}: give an object")
    return found


def _comparison(spec: Any) -> ColumnComparison:
    if not isinstance(spec, Mapping) or not isinstance(spec.get("levels"), list):
        raise ColumnError(f'columns: {spec!r} is no comparison: give {{"name", "levels"}}')
    name = str(spec.get("name", ""))
    if not 0 < len(name) <= 60:
        raise ColumnError(f"columns: {name!r} is no name: give one of 1 to 60 characters")
    levels = _levels(name, spec["levels"])
    return ColumnComparison(name, levels)


def _levels(name: str, specs: Sequence[Any]) -> tuple[Level, ...]:
    if not all(isinstance(each, Mapping) for each in specs):
        raise ColumnError(f"columns.{name}: each level is an object")
    if [number for number, spec in enumerate(specs, 1) if spec.get("when") == ELSE] != [
        len(specs)
    ]:
        raise ColumnError(f"columns.{name}: {ELSE} has to be the last level and only there")
    return tuple(_level(name, spec, specs) for spec in specs)


def _level(name: str, spec: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Level:
    label, when = str(spec.get("label", "")), str(spec.get("when", ""))
    if not 0 < len(label) <= 200:
        raise ColumnError(f"columns.{name}: level {when} needs a label of 1 to 200 characters")
    if spec.get("null"):
        return Level(label, when)
    m, u = (_probability(spec.get(key), f"columns.{name}: {key} of “{label}”") for key in "mu")
    adjusted = spec.get("tf")
    if adjusted is None or when == ELSE:
        return Level(label, when, m, u)
    return Level(label, when, m, u, _adjustment(name, adjusted, u, others))


def _adjustment(
    name: str, spec: Any, u: float, levels: Sequence[Mapping[str, Any]]
) -> Adjustment:
    if not isinstance(spec, Mapping) or not isinstance(spec.get("column"), str):
        raise ColumnError(f'columns.{name}: tf is {spec!r}: give {{"column", "weight"}}')
    column, weight, least = spec["column"], spec.get("weight", 1.0), spec.get("min_u", 0.0)
    for number in (weight, least):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ColumnError(f"columns.{name}: tf has {number!r} where a number should be")
    own_u = bool(spec.get("own_u", False))
    exact_u = u if own_u else _exact_u(name, column, levels)
    return Adjustment(column, float(weight), float(least), exact_u, own_u)


def _exact_u(name: str, column: str, levels: Sequence[Mapping[str, Any]]) -> float:
    """u of the level that says the column is equal; the correction starts from there."""
    for level in levels:
        when = str(level.get("when", ""))
        is_weighed = when != ELSE and not level.get("null")
        if is_weighed and exact_column(name, when) == column:
            return _probability(level.get("u"), f"columns.{name}: u of “{when}”")
    raise ColumnError(
        f"columns.{name}: no level is an exact match of {column}, by whose u a term frequency "
        "is measured: add one, or let the level use its own u"
    )


def _probability(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ColumnError(f"{path} is {value!r}: give a probability")
    if not SMALLEST <= value <= MOST:
        raise ColumnError(f"{path} is {value}: keep it from {SMALLEST} to {MOST}")
    return float(value)


def _shares(name: str, spec: Any) -> Shares:
    if not isinstance(spec, Mapping) or not isinstance(spec.get("values"), Mapping):
        raise ColumnError(f'columns.frequencies.{name}: give {{"rare", "values"}}')
    path = f"columns.frequencies.{name}"
    values = {
        str(value): _probability(share, f"{path}.{value}")
        for value, share in spec["values"].items()
    }
    return Shares(_probability(spec.get("rare"), f"{path}.rare"), values)


def _plain(level: Level) -> dict[str, Any]:
    plain: dict[str, Any] = {"label": level.label, "when": level.when}
    if level.m is None:
        return plain | {"null": True}
    plain |= {"m": level.m, "u": level.u}
    adjusted = level.adjustment
    if adjusted is not None:
        plain["tf"] = {"column": adjusted.column, "weight": adjusted.weight}
        plain["tf"] |= {"min_u": adjusted.least_u} if adjusted.least_u else {}
        plain["tf"] |= {"own_u": True} if adjusted.own_u else {}
    return plain
