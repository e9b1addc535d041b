"""The match model: what each comparison level is worth, and where the thresholds lie.

Three explanations compete for a pair: one person, two people of one household, two unrelated
people. For each level the model holds the probability of meeting it under each: `m` (one
person), `h` (one household) and `u` (unrelated). The weight of a pair is the log2 odds of "one
person" against the better of the other two, so that surname, address, landline and family
mailbox, which a household shares, count once and not four times. Source: Fellegi and Sunter
(1969) for m and u; `h` is the same idea with a third hypothesis.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf, log2
from operator import attrgetter
from pathlib import Path
from typing import Any

from matching.core.comparisons import COMPARISONS, LEVELS
from matching.core.features import Features
from matching.core.steps import BitTable, ByValue, Courses, Step
from matching.splink.columns import ColumnError, Columns, ReadyColumn
from matching.splink.spec import columns_from_spec, columns_to_spec

# The comparisons whose exact agreement may be weighed by how common the value is.
NAMED_VALUES: dict[str, Callable[[Features], str]] = {
    "given_name": attrgetter("given"),
    "family_name": attrgetter("family"),
}
GRID = 2.0**40
DEFAULT_PATH = Path(__file__).with_name("default_model.json")


class ModelError(ValueError):
    """The spec of a model is wrong; the message names the value, the limit and the remedy."""


def on_grid(bits: float) -> float:
    """Round to a multiple of 2**-40 bits, far below anything that matters.

    Sums of such numbers are exact below 4,096 bits, so a weight is the same in whatever order,
    by whatever library and on whatever machine its parts are added.
    """
    return round(bits * GRID) / GRID


@dataclass(frozen=True, slots=True)
class Odds:
    """Probabilities of one level: one person, unrelated people, one household; above zero."""

    m: float
    u: float
    h: float

    @property
    def bits(self) -> tuple[float, float]:
        """Evidence against "unrelated" and against "one household", in bits."""
        return on_grid(log2(self.m / self.u)), on_grid(log2(self.m / self.h))


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How common each value is among people, 0 to 1; `rare` stands for all others."""

    rare: float
    values: Mapping[str, float]

    def of(self, value: str) -> float:
        return max(self.values.get(value, self.rare), self.rare)


@dataclass(frozen=True, slots=True)
class Guards:
    """When a union is refused although a link would allow it; limits in bits.

    Below `birth_date_bits` or `names_bits` a pair's weight does not outweigh a contradiction of
    that kind. An identifier whose agreement speaks with `personal_bits` or more against "one
    household" is a person's own: twins do not share it.
    """

    size_cap: int
    twins_bits: float
    birth_date_bits: float
    names_bits: float
    personal_bits: float
    bridge_bits: float
    bridge_floor_bits: float


Table = Mapping[str, Odds]


@dataclass(frozen=True)
class MatchModel:
    """One version of weights, thresholds and limits. Made by `from_spec`.

    `household_bits` is infinite where the model knows no households. `columns` are comparisons
    made of conditions, as an imported model has; they say nothing of households.
    """

    version: str
    prior_bits: float
    household_bits: float
    join_bits: float
    review_bits: float
    comparisons: Mapping[str, Table]
    identifiers: Mapping[str, Table]
    one_per_person: frozenset[str]
    custom: Mapping[str, Table]
    frequencies: Mapping[str, Frequencies]
    limits: Mapping[str, int]
    guards: Guards
    provenance: Mapping[str, Any]
    columns: Columns | None = None

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> "MatchModel":
        """Check a spec whole and return the model; raises `ModelError`."""
        prior, thresholds = _part(spec, "prior"), _part(spec, "thresholds")
        model = cls(
            version=_version(spec.get("version")),
            prior_bits=on_grid(_number(prior, "prior.prior_bits")),
            household_bits=_household(prior),
            join_bits=_number(thresholds, "thresholds.join_bits"),
            review_bits=_number(thresholds, "thresholds.review_bits"),
            comparisons=_comparisons(_part(spec, "comparisons")),
            identifiers=_identifiers(_part(spec, "identifiers"), spec.get("columns")),
            one_per_person=frozenset(spec.get("one_per_person", ())),
            custom={
                name: _table(levels, f"custom.{name}", LEVELS["custom"])
                for name, levels in _part(spec, "custom").items()
            },
            frequencies=_all_frequencies(_part(spec, "frequencies")),
            limits=_limits(_part(spec, "generic_limits")),
            guards=_guards(_part(spec, "guards")),
            provenance=dict(spec.get("provenance", {})),
            columns=_columns(spec.get("columns")),
        )
        if model.review_bits > model.join_bits:
            raise ModelError(
                f"thresholds.review_bits is {model.review_bits}, above join_bits "
                f"{model.join_bits}: lower it, or nothing would ever be asked"
            )
        return model

    def to_spec(self) -> dict[str, Any]:
        """Return the spec this model was made from, as plain JSON values."""
        household = None if self.household_bits == inf else self.household_bits
        spec: dict[str, Any] = {
            "version": self.version,
            "provenance": dict(self.provenance),
            "prior": {"prior_bits": self.prior_bits, "household_bits": household},
            "thresholds": {"join_bits": self.join_bits, "review_bits": self.review_bits},
            "guards": {
                "size_cap": self.guards.size_cap,
                "twins_bits": self.guards.twins_bits,
                "birth_date_bits": self.guards.birth_date_bits,
                "names_bits": self.guards.names_bits,
                "personal_bits": self.guards.personal_bits,
                "bridge_bits": self.guards.bridge_bits,
                "bridge_floor_bits": self.guards.bridge_floor_bits,
            },
            "generic_limits": dict(self.limits),
            "one_per_person": sorted(self.one_per_person),
            "comparisons": _plain(self.comparisons),
            "identifiers": _plain(self.identifiers),
            "custom": _plain(self.custom),
            "frequencies": {
                name: {"rare": table.rare, "values": dict(table.values)}
                for name, table in self.frequencies.items()
            },
        }
        if self.columns is not None:
            spec["columns"] = columns_to_spec(self.columns)
        return spec

    def generic_limit(self, kind: str) -> int:
        """Return how many records may share a key of this kind before it says nothing."""
        return self.limits[kind]

    def generic_limits(self) -> dict[str, int]:
        """Return the limit of every kind of key."""
        return dict(self.limits)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The comparisons in the order they are shown, with bits looked up once."""
        return tuple(
            Step(name, COMPARISONS[name], _bits(table), self._by_value(name, table))
            for name, table in self.comparisons.items()
        )

    @cached_property
    def courses(self) -> Courses:
        """In which order two records are compared, by what both of them say."""
        return Courses(self.steps)

    @cached_property
    def column_steps(self) -> tuple[ReadyColumn, ...]:
        """The column comparisons; each says which parts of `Features` it reads."""
        return self.columns.ready() if self.columns is not None else ()

    @cached_property
    def identifier_bits(self) -> dict[str, BitTable]:
        """Bits by namespace; `default` serves namespaces the model has never heard of."""
        return {namespace: _bits(table) for namespace, table in self.identifiers.items()}

    def is_personal(self, namespace: str) -> bool:
        """Whether an identifier is a person's own: two of one household differ in it."""
        tables = self.identifier_bits
        if not tables:  # a model of columns alone
            return False
        _, against_household = tables.get(namespace, tables["default"])["exact"]
        return against_household >= self.guards.personal_bits

    @cached_property
    def custom_bits(self) -> dict[str, BitTable]:
        """Bits of the declared custom attributes; others are no evidence."""
        return {name: _bits(table) for name, table in self.custom.items()}

    @cached_property
    def most_custom_bits(self) -> float:
        """The most that all custom attributes together may gain."""
        tables = self.custom_bits.values()
        return sum(max(0.0, *(gained for gained, _ in bits.values())) for bits in tables)

    def _by_value(self, name: str, table: Table) -> ByValue | None:
        """Evidence of an agreement, by how common the agreed value is.

        Two who live together share a name by chance at least as often as strangers do.
        """
        frequencies = self.frequencies.get(name)
        if frequencies is None:
            return None
        exact, value_of = table["exact"], NAMED_VALUES[name]

        def worth(share: float) -> tuple[float, float]:
            return Odds(exact.m, share, max(exact.h, share)).bits

        rare = worth(frequencies.rare)
        common = {value: worth(frequencies.of(value)) for value in frequencies.values}
        return lambda features: common.get(value_of(features), rare)


@lru_cache(maxsize=1)
def default_model() -> MatchModel:
    """The model that ships, for the first two records of a new installation."""
    return MatchModel.from_spec(json.loads(DEFAULT_PATH.read_text(encoding="utf-8")))


def _bits(table: Table) -> dict[str, tuple[float, float]]:
    return {level: odds.bits for level, odds in table.items()}


def _plain(tables: Mapping[str, Table]) -> dict[str, dict[str, dict[str, float]]]:
    return {
        name: {level: {"m": o.m, "u": o.u, "h": o.h} for level, o in table.items()}
        for name, table in tables.items()
    }


def _part(spec: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = spec.get(key)
    if not isinstance(part, Mapping):
        raise ModelError(f"{key} is missing: add an object of that name")
    return part


def _version(value: object) -> str:
    if isinstance(value, str) and 0 < len(value) <= 40:
        return value
    raise ModelError(f"version is {value!r}: give a name of 1 to 40 characters")


def _number(part: Mapping[str, Any], path: str) -> float:
    value = part.get(path.rpartition(".")[2])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ModelError(f"{path} is {value!r}: give a number of bits")
    if not -100 <= value <= 100:
        raise ModelError(f"{path} is {value}, outside -100 to 100 bits: choose one inside")
    return float(value)


def _household(prior: Mapping[str, Any]) -> float:
    """Odds against the household before looking; none where it is no explanation."""
    if "household_bits" in prior and prior["household_bits"] is None:
        return inf
    return on_grid(_number(prior, "prior.household_bits"))


def _columns(part: object) -> Columns | None:
    if part is None:
        return None
    if not isinstance(part, Mapping):
        raise ModelError(f"columns is {part!r}: give an object, or leave it out")
    try:
        return columns_from_spec(part)
    except ColumnError as problem:
        raise ModelError(str(problem)) from None


def _comparisons(part: Mapping[str, Any]) -> dict[str, Table]:
    """The tables in the order they are shown, whatever that of the spec."""
    for name in part:
        if name not in COMPARISONS:
            known = ", ".join(COMPARISONS)
            raise ModelError(f"comparisons.{name} is unknown: use one of {known}")
    return {
        name: _table(part[name], f"comparisons.{name}", LEVELS[name])
        for name in COMPARISONS
        if name in part
    }


def _identifiers(part: Mapping[str, Any], columns: object) -> dict[str, Table]:
    """Tables by namespace; a model that has columns may do without."""
    if not part and columns:
        return {}
    if "default" not in part:
        raise ModelError("identifiers.default is missing: add odds for unknown namespaces")
    return {
        namespace: _table(levels, f"identifiers.{namespace}", LEVELS["identifier"])
        for namespace, levels in part.items()
    }


def _table(levels: object, path: str, known: tuple[str, ...]) -> Table:
    if not isinstance(levels, Mapping):
        raise ModelError(f"{path} is {levels!r}: give an object of levels")
    if odd := sorted(set(levels) ^ set(known)):
        raise ModelError(f"{path} has the wrong levels at {odd}: it needs {', '.join(known)}")
    return {level: _odds(levels[level], f"{path}.{level}") for level in known}


def _odds(value: object, path: str) -> Odds:
    if not isinstance(value, Mapping):
        raise ModelError(f'{path} is {value!r}: give {{"m": …, "u": …, "h": …}}')
    found = {}
    for name in ("m", "u", "h"):
        number = value.get(name)
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ModelError(f"{path}.{name} is {number!r}: give a probability")
        if not 1e-9 <= number <= 1:
            raise ModelError(f"{path}.{name} is {number}: keep it from 1e-9 to 1")
        found[name] = float(number)
    return Odds(**found)


def _all_frequencies(part: Mapping[str, Any]) -> dict[str, Frequencies]:
    for name in part:
        if name not in NAMED_VALUES:
            known = " or ".join(NAMED_VALUES)
            raise ModelError(f"frequencies.{name} has no use: give {known}, or leave it out")
    return {name: _frequencies(table, f"frequencies.{name}") for name, table in part.items()}


def _frequencies(value: object, path: str) -> Frequencies:
    if not isinstance(value, Mapping) or not isinstance(value.get("values"), Mapping):
        raise ModelError(f'{path}: give {{"rare": …, "values": {{…}}}}')
    rare = value.get("rare")
    if not isinstance(rare, int | float) or not 1e-9 <= rare <= 1:
        raise ModelError(f"{path}.rare is {rare!r}: keep it from 1e-9 to 1")
    values = {str(name): float(share) for name, share in value["values"].items()}
    for name, share in values.items():
        if not 1e-9 <= share <= 1:
            raise ModelError(f"{path}.values.{name} is {share}: keep it from 1e-9 to 1")
    return Frequencies(float(rare), values)


def _limits(part: Mapping[str, Any]) -> dict[str, int]:
    for kind, limit in part.items():
        if isinstance(limit, bool) or not isinstance(limit, int) or not 2 <= limit <= 1000:
            raise ModelError(f"generic_limits.{kind} is {limit!r}: choose 2 to 1000 records")
    return dict(part)


def _guards(part: Mapping[str, Any]) -> Guards:
    cap = part.get("size_cap")
    if isinstance(cap, bool) or not isinstance(cap, int) or not 2 <= cap <= 1000:
        raise ModelError(f"guards.size_cap is {cap!r}: choose 2 to 1000 records")
    return Guards(
        size_cap=cap,
        twins_bits=_number(part, "guards.twins_bits"),
        birth_date_bits=_number(part, "guards.birth_date_bits"),
        names_bits=_number(part, "guards.names_bits"),
        personal_bits=_number(part, "guards.personal_bits"),
        bridge_bits=_number(part, "guards.bridge_bits"),
        bridge_floor_bits=_number(part, "guards.bridge_floor_bits"),
    )
