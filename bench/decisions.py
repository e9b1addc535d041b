"""How much better it gets when people decide: B-cubed F1 by the number of decisions.

    python -m bench.decisions [FOLDER …]

Pairs are drawn at random from the review queue of the fitted model and answered by the truth;
the model learns from them, and people's words hold. Folders as in `bench.quality`; without any,
10,000 invented customers. Prints one JSON object; `model` is the newly learnt version alone,
`with_words` also keeps what was decided.
"""

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from bench import ours
from bench.clock import Clock
from bench.customers import write_customers
from bench.truth import DataSet, Pair, by_key, read_set
from matching.core.metrics import b_cubed
from matching.core.model import MatchModel, default_model

NUMBERS = (0, 100, 300, 1000)
SEED = 41


def curve(data: DataSet) -> list[dict[str, Any]]:
    """One point for each number of decisions the queue has pairs for."""
    clock, shipped = Clock(), default_model()
    material = ours.prepare(data, shipped, clock)
    fitted = ours.fitted(data, material, shipped, clock)
    queue = sorted(ours.match(material, data, fitted, clock).queue)
    Random(SEED).shuffle(queue)  # noqa: S311 - the same draw each time
    return [
        point(data, material, fitted, queue[:number])
        for number in NUMBERS
        if number <= len(queue)
    ]


def point(
    data: DataSet, material: ours.Material, fitted: MatchModel, asked: list[Pair]
) -> dict[str, Any]:
    """Learn from some answered pairs and measure what comes of it."""
    same = [pair for pair in asked if pair in data.true_pairs]
    different = [pair for pair in asked if pair not in data.true_pairs]
    said = dict.fromkeys(same, "same") | dict.fromkeys(different, "different")
    shipped = default_model()
    learnt = ours.fitted(data, material, shipped, Clock(), said) if asked else fitted
    alone = ours.match(material, data, learnt, Clock())
    told = ours.match(material, data, learnt, Clock(), same=same, different=different)
    return {
        "decisions": len(asked),
        "same": len(same),
        "model": _f1(data, alone),
        "with_words": _f1(data, told),
        "join_precision": round(data.share_true(alone.links), 5),
        "queue": len(alone.queue),
    }


def _f1(data: DataSet, outcome: ours.Outcome) -> float:
    return b_cubed(data.truth, by_key(data, outcome.found.cluster_of)).as_dict()["f1"]


def main(arguments: list[str]) -> int:
    if arguments:
        sets = [read_set(Path(each)) for each in arguments]
    else:
        with tempfile.TemporaryDirectory(prefix="c360-bench-") as folder:
            write_customers(Path(folder), records=10_000, seed=21)
            sets = [replace(read_set(Path(folder)), name="invented_10k")]
    print(json.dumps({data.name: curve(data) for data in sets}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
