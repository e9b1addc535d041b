"""From a Splink model to the spec of a `MatchModel`."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from matching.core.features import Features
from matching.core.model import default_model
from matching.splink.reading import Reading
from matching.splink.tables import reader, shares

JOIN_BITS, REVIEW_BITS = 6.63, 0.0  # a probability of 0.99, and of one half


def spec_of(
    reading: Reading,
    records: Iterable[Features],
    *,
    version: str,
    join_bits: float = JOIN_BITS,
    review_bits: float = REVIEW_BITS,
) -> dict[str, Any]:
    """Return the spec of a model that weighs as Splink's; check it by `MatchModel.from_spec`.

    Term frequencies are counted in `records`, as Splink counts them in its input, and frozen
    into the version. Guards and limits of keys are those of the shipped model.
    """
    base = default_model().to_spec()
    return {
        "version": version,
        "provenance": {"origin": "Splink", "notes": list(reading.notes)}
        | {"splink": reading.remainder},
        "prior": {"prior_bits": reading.prior_bits, "household_bits": None},
        "thresholds": {"join_bits": join_bits, "review_bits": review_bits},
        "guards": base["guards"],
        "generic_limits": base["generic_limits"],
        "one_per_person": base["one_per_person"],
        "comparisons": {},
        "identifiers": {},
        "custom": {},
        "frequencies": {},
        "columns": reading.columns | {"frequencies": _frequencies(reading, records)},
    }


def _frequencies(reading: Reading, records: Iterable[Features]) -> dict[str, Any]:
    reads = {name: reader(reading.columns["fields"][name])[1] for name in reading.counted}
    counts: dict[str, Counter[str]] = {name: Counter() for name in reads}
    for features in records if reads else ():
        for name, read in reads.items():
            counts[name][read(features)] += 1
    return {
        name: dict(zip(("rare", "values"), shares(counted), strict=True))
        for name, counted in counts.items()
    }
