"""Attributes and identifiers the model has not met: tables to start learning from."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from matching.core.features import Features
from matching.core.model import MatchModel

WIDESPREAD = 0.05  # share of the records that must have a value
Named = tuple[tuple[str, object], ...]


def extended(model: MatchModel, records: Sequence[Features]) -> tuple[MatchModel, list[str]]:
    """Give the model a table for every widespread attribute and namespace it does not know.

    Returns the model and what was added, e.g. `custom.birth_place`.
    """
    spec = model.to_spec()
    customs = _new(records, lambda each: each.custom, model.custom)
    namespaces = _new(records, lambda each: each.identifiers, model.identifiers)
    for name in customs:
        spec["custom"][name] = _starting_odds(_agreement(records, name))
    for name in namespaces:
        spec["identifiers"][name] = spec["identifiers"]["default"]
    added = [
        *(f"custom.{name}" for name in customs),
        *(f"identifiers.{name}" for name in namespaces),
    ]
    return MatchModel.from_spec(spec), added


def _new(
    records: Sequence[Features], values_of: Callable[[Features], Named], known: Iterable[str]
) -> list[str]:
    held = Counter(name for each in records for name, _ in values_of(each))
    least = WIDESPREAD * len(records)
    return sorted(name for name in set(held) - set(known) if held[name] >= least)


def _agreement(records: Sequence[Features], name: str) -> float:
    """The probability that two records drawn at random agree on an attribute, 0 to 1."""
    counts = Counter(value for each in records for key, value in each.custom if key == name)
    whole = counts.total()
    pairs = whole * (whole - 1)
    return sum(n * (n - 1) for n in counts.values()) / pairs if pairs else 0.0


def _starting_odds(agreement: float) -> dict[str, dict[str, float]]:
    """One person mostly agrees; a household agrees half-way between that and strangers."""
    u = min(max(agreement, 1e-6), 0.7)
    fuzzy = min(max(u / 10, 1e-6), 0.1)
    m, h = 0.8, (0.8 * u) ** 0.5
    return {
        "exact": {"m": m, "u": u, "h": h},
        "fuzzy": {"m": 0.05, "u": fuzzy, "h": max(fuzzy, 0.02)},
        "different": {"m": 0.15, "u": 1 - u - fuzzy, "h": max(1 - h - 0.02, 0.05)},
    }
