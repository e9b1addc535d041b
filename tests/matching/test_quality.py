"""The shipped model on people it has never seen: few strangers joined, most others found."""

from datetime import date
from pathlib import Path

import pytest

from bench.quality import measure
from c360.demo.generate import generate
from matching.core.model import default_model


@pytest.mark.parametrize("seed", [11, 12])
def test_few_strangers_are_joined_and_most_of_the_same_are_found(
    tmp_path: Path, seed: int
) -> None:
    generate(tmp_path, seed=seed, people=250, today=date(2026, 5, 3))

    figures = measure(tmp_path, default_model())["ours"]

    assert figures["pairwise"]["precision"] >= 0.97
    assert figures["pairwise"]["recall"] >= 0.92
    assert figures["closure_recall"] >= 0.95
