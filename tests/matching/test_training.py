"""Learning a whole model: from a town, with and without decisions; nonsense is refused."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from matching.core.clustering import Edge, Node, partition
from matching.core.comparisons import LEVELS
from matching.core.features import Features
from matching.core.metrics import b_cubed
from matching.core.metrics import pairwise as by_pairs
from matching.core.model import MatchModel, default_model
from matching.core.scoring import score
from matching.training.checks import turned_round
from matching.training.patterns import (
    tables_of,
)
from matching.training.refusal import Refused
from matching.training.task import Material, Settings
from matching.training.trainer import Trained, train
from tests.matching.learning import Town, make_town
from tests.matching.people import person


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return make_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def trained(town: Town) -> Trained:
    return train(town.material(default_model()), default_model(), quick())


def quick(**more: Any) -> Settings:
    return Settings(**{"version": "t", "sample": 20_000, **more})


def test_a_trained_model_is_a_model_that_tells_where_it_comes_from(trained: Trained) -> None:
    model = trained.model

    assert MatchModel.from_spec(model.to_spec()) == model
    assert model.provenance["from"] == default_model().version
    assert model.provenance["em"]["log_likelihood"]
    assert model.provenance["calibration"]["reliability"]
    assert model.provenance["cost"]["curve"]
    assert model.review_bits < model.join_bits


def test_a_trained_model_finds_more_of_the_same_and_joins_few_strangers(
    town: Town, trained: Trained
) -> None:
    before = quality(town, default_model())
    after = quality(town, trained.model)

    assert after[1] >= 0.98
    assert after[0] >= before[0] - 0.01


def quality(town: Town, model: MatchModel) -> tuple[float, float]:
    """B-cubed F1 and pairwise precision of the clusters a model makes."""
    material = town.material(model)
    records = material.records
    weighed = (
        (p, score(model, records[p[0]], records[p[1]]).weight_bits) for p in material.pairs
    )
    edges = [Edge(*pair, bits) for pair, bits in weighed if bits >= model.join_bits]
    nodes = {n: Node(n, key, records[n]) for n, key in enumerate(town.keys)}
    found = partition(nodes, edges, same=(), different=(), model=model).cluster_of
    truth = dict(enumerate(town.person))
    return b_cubed(truth, found).f1, by_pairs(truth, found).precision


def test_learning_twice_gives_the_same_and_another_seed_nearly(
    town: Town, trained: Trained
) -> None:
    material = town.material(default_model())

    again = train(material, default_model(), quick())
    other = train(material, default_model(), quick(seed=99))

    assert again.model.to_spec() == trained.model.to_spec()
    assert other.model.join_bits == pytest.approx(trained.model.join_bits, abs=2)


def test_decisions_about_pairs_of_all_kinds_move_the_model_and_its_thresholds(
    town: Town, trained: Trained
) -> None:
    material = town.material(default_model())
    decided = Random(3).sample(list(material.pairs), 600)

    told = train(replace(material, decisions=town.verdicts(decided)), default_model(), quick())

    assert told.report["calibration"]["from"] == "decisions"
    assert sum(told.report["labels"][each] for each in ("same", "different")) == 600
    assert told.model.join_bits != trained.model.join_bits
    assert told.model.comparisons != trained.model.comparisons


def test_answers_from_the_queue_alone_calibrate_and_leave_the_tables_as_they_are(
    town: Town, trained: Trained
) -> None:
    model = default_model()
    material = town.material(model)
    records = material.records
    below = [
        (lo, hi)
        for lo, hi in material.pairs
        if score(model, records[lo], records[hi]).weight_bits < model.join_bits
    ]
    decided = Random(3).sample(below, 300)

    told = train(replace(material, decisions=town.verdicts(decided)), model, quick())

    assert told.report["calibration"]["from"] == "decisions"
    assert told.model.comparisons == trained.model.comparisons
    assert told.model.review_bits != trained.model.review_bits


def test_an_attribute_of_ones_own_is_learnt_and_a_meaningless_one_tells_nothing(
    town: Town,
) -> None:
    material = town.material(default_model())
    rng = Random(4)
    shoe = {each: str(rng.randrange(200)) for each in sorted(set(town.person))}
    records = [
        each._replace(custom=(("colour", str(rng.randrange(9))), ("shoe", shoe[who])))
        for each, who in zip(material.records, town.person, strict=True)
    ]

    found = train(Material(records, material.pairs), default_model(), quick())

    assert "custom.shoe" in found.report["added"]
    assert found.model.custom["shoe"]["exact"].bits[0] > 4
    assert found.model.custom["shoe"]["different"].bits[0] < -3
    colour = found.model.custom.get("colour")
    assert colour is None or abs(colour["exact"].bits[0]) < 1


def test_too_little_is_refused() -> None:
    few = [person("Anna", f"Hall{number}") for number in range(20)]
    with pytest.raises(Refused, match="20 records are too few"):
        train(Material(few, []), default_model(), quick())

    apart = [person("Anna", f"Hall{number}") for number in range(200)]
    with pytest.raises(Refused, match="candidate pairs are too few"):
        train(Material(apart, [(0, 1)]), default_model(), quick())


def test_records_that_are_all_different_people_are_refused() -> None:
    rng = Random(8)
    records = [stranger(rng) for _ in range(300)]

    with pytest.raises(Refused, match="look like one person"):
        train(Material(records, consecutive(records)), default_model(), quick())


def stranger(rng: Random) -> Features:
    letters = "abcdefghijklmnopqrstuvwxyz"
    given, family = ("".join(rng.choices(letters, k=8)) for _ in range(2))
    born = f"19{rng.randrange(50, 99)}-{rng.randrange(2, 12):02}-{rng.randrange(2, 28):02}"
    return person(given, family, birth_date=born, email=f"{given}{rng.random()}@example.org")


def consecutive(records: Sequence[Features]) -> list[tuple[int, int]]:
    return [(number, number + 1) for number in range(len(records) - 1)]


def test_tables_turned_round_are_named() -> None:
    start = default_model()
    name = next(iter(start.comparisons))
    best = LEVELS[name][0]
    spec = start.to_spec()
    spec["comparisons"][name][best] = {"m": 0.001, "u": 0.5, "h": 0.5}
    many = {each: np.full(len(table), 1000.0) for each, table in tables_of(start).items()}
    none = {each: np.zeros(len(table)) for each, table in tables_of(start).items()}

    assert turned_round(start, start, many) == {}
    odd = turned_round(MatchModel.from_spec(spec), start, many)
    assert "would speak against a match" in odd[name]
    assert turned_round(MatchModel.from_spec(spec), start, none) == {}
