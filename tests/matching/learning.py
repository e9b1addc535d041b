"""Invented records to learn from: the demo's people by key, with the person behind each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from bench.truth import read_set
from c360.demo.generate import generate
from matching.core.blocking import block_keys
from matching.core.features import Features, features_of
from matching.core.model import MatchModel
from matching.training.task import Material, Pair
from tests.matching.arrivals import deliver, row

TODAY = date(2026, 5, 3)


@dataclass(frozen=True)
class Town:
    """Records in the order of their keys, and who each of them is."""

    keys: list[tuple[str, str]]
    attributes: list[dict[str, Any]]
    person: list[str]

    @property
    def features(self) -> list[Features]:
        return [features_of(each) for each in self.attributes]

    def verdicts(self, pairs: Sequence[Pair]) -> dict[Pair, str]:
        """What a person who knows everybody would say."""
        return {
            (lo, hi): "same" if self.person[lo] == self.person[hi] else "different"
            for lo, hi in pairs
        }

    def material(self, model: MatchModel, **more: Any) -> Material:
        features = self.features
        return Material(features, candidate_pairs(features, model), **more)

    def arrive(self, *, backwards: bool = False) -> None:
        """Let every record come in by the real ingest, source by source."""
        by_source = defaultdict(list)
        for (source, key), attributes in zip(self.keys, self.attributes, strict=True):
            by_source[source].append(row(key, **attributes))
        for source in sorted(by_source, reverse=backwards):
            rows = by_source[source]
            deliver(source, *(reversed(rows) if backwards else rows))


def make_town(folder: Path, *, people: int = 250, seed: int = 11) -> Town:
    generate(folder, seed=seed, people=people, today=TODAY)
    data = read_set(folder)
    keys = sorted(data.records)
    return Town(
        keys=keys,
        attributes=[data.records[key] for key in keys],
        person=[data.truth.get(key, "/".join(key)) for key in keys],
    )


def candidate_pairs(features: Sequence[Features], model: MatchModel) -> list[Pair]:
    blocks: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, each in enumerate(features):
        for key in block_keys(each, secret=b"tests"):
            blocks[key].append(place)
    return sorted(
        {
            pair
            for (kind, _), places in blocks.items()
            if len(places) <= model.generic_limit(kind)
            for pair in combinations(places, 2)
        }
    )
