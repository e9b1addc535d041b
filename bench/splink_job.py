"""One Splink 5 run: train, block, predict; `python -m bench.splink_job TABLE KIND EDGES`.

Reads the table of `bench.peer`, writes candidate pairs with their match weights as CSV without
a header, and prints what it cost as one JSON object. Needs requirements-bench.lock.
"""

import json
import logging
import sys
import warnings
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.clock import Clock, peak_mb
from bench.peer import COLUMNS
from bench.splink_settings import PLANS

SEED = 1
PAIRS_FOR_U = 1e6


def main(arguments: list[str]) -> int:
    table, kind, edges = arguments
    warnings.simplefilter("ignore")
    logging.getLogger("splink").setLevel(logging.ERROR)
    clock = Clock()
    records = read_table(table)
    with clock.stage("train"):
        linker = trained(records, kind)
    with clock.stage("block_and_predict"):
        found = linker.inference.predict(threshold_match_weight=-1000)
    with clock.stage("cluster"):
        linker.clustering.cluster_pairwise_predictions_at_threshold(
            found, threshold_match_probability=0.95
        )
    pairs = found.as_pyarrow_table()
    write_pairs(pairs, edges)
    print(json.dumps(told(kind, len(pairs), clock)))
    return 0


def read_table(path: str) -> pa.Table:
    """All text but the id, and empty cells missing."""
    types = {name: pa.int64() if name == "unique_id" else pa.string() for name in COLUMNS}
    convert = csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True)
    return csv.read_csv(path, convert_options=convert)


def write_pairs(pairs: pa.Table, path: str) -> None:
    """The lower id first, then the higher, then the weight."""
    left, right = pairs["unique_id_l"], pairs["unique_id_r"]
    columns = [pc.min_element_wise(left, right), pc.max_element_wise(left, right)]
    table = pa.table([*columns, pairs["match_weight"]], names=["low", "high", "weight"])
    csv.write_csv(table, path, csv.WriteOptions(include_header=False))


def trained(records: pa.Table, kind: str) -> Any:
    """Probability of a match, u by sampling, m by one EM run for each training rule."""
    plan = PLANS[kind]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=plan.comparisons(),
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in plan.blocking],
    )
    linker = Linker(DuckDBAPI().register(records), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*rule) for rule in plan.certain], recall=plan.recall_of_certain
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=PAIRS_FOR_U, seed=SEED)
    for rule in plan.training:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    return linker


def told(kind: str, pairs: int, clock: Clock) -> dict[str, Any]:
    return {
        "version": version("splink"),
        "settings": kind,
        "pairs": pairs,
        "peak_mb": peak_mb(),
        **clock.as_dict(),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
