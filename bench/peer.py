"""Splink 5 on the same records: our cleaning, its model, its training, its candidates.

Splink runs in a process of its own (`bench.splink_job`): its time and memory are its own alone.
"""

import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.truth import DataSet, Groups, Pair, by_key, reachable, share
from matching.core.features import Address, Features, features_of
from matching.core.metrics import b_cubed, pairwise

FIXED = {"at_0.95": 4.2479, "at_0.99": 6.6294}  # log2 odds of these probabilities
GRID = range(-6, 26)  # thresholds tried for the best, in bits
COLUMNS = (
    *("unique_id", "first_name", "last_name", "middle", "dob", "email", "mailbox", "phone"),
    *("number_given", "card", "house", "street", "postcode", "area", "city", "gender"),
    *("birth_place", "occupation"),
)
Edges = Sequence[tuple[int, int, float]]


def kind_of(data: DataSet) -> str:
    """Which of Splink's own examples fits the columns of a data set."""
    seen: set[str] = set()
    for attributes in data.records.values():
        seen.update(attributes)
        seen.update(f"custom.{name}" for name in attributes.get("custom", ()))
        seen.update(f"identifiers.{name}" for name in attributes.get("identifiers", ()))
    if "custom.birth_place" in seen:
        return "historical"
    if "identifiers.national_id" in seen:
        return "febrl"
    if "phone" in seen:
        return "customers"
    return "census" if "middle_name" in seen or "identifiers.ssn" in seen else "fake"


def figures(data: DataSet) -> dict[str, Any]:
    """Train, predict and cluster by Splink; compare with the truth at three thresholds."""
    with tempfile.TemporaryDirectory(prefix="c360-bench-") as temporary:
        table, edges = Path(temporary) / "table.csv", Path(temporary) / "edges.csv"
        _write_table(data.records.values(), table)
        told = _run(table, kind_of(data), edges)
        found = _read_edges(edges)
    candidates = [(low, high) for low, high, _ in found]
    return {
        **told,
        "blocking_recall": share(data.true_pairs.intersection(candidates), data.true_pairs),
        "closure_recall": share(reachable(candidates, data.true_pairs), data.true_pairs),
        "candidates_per_record": round(2 * len(candidates) / max(len(data.keys), 1), 2),
        "best": max(
            (_at(data, found, bits) for bits in GRID), key=lambda each: each["b_cubed"]["f1"]
        ),
        **{name: _at(data, found, bits) for name, bits in FIXED.items()},
    }


def cost(records: Iterable[dict[str, Any]], kind: str) -> dict[str, Any]:
    """What training and prediction take Splink; what it finds is left aside."""
    with tempfile.TemporaryDirectory(prefix="c360-bench-") as temporary:
        table = Path(temporary) / "table.csv"
        _write_table(records, table)
        return _run(table, kind, Path(temporary) / "edges.csv")


def _run(table: Path, kind: str, edges: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.splink_job", str(table), kind, str(edges)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"Splink did not run; `make bench` installs it.\n{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _at(data: DataSet, edges: Edges, bits: float) -> dict[str, Any]:
    """Connected components of the pairs at or above a threshold, as Splink makes them."""
    kept: list[Pair] = [(low, high) for low, high, weight in edges if weight >= bits]
    groups = Groups(kept)
    clusters = by_key(data, {place: groups.root(place) for place in range(len(data.keys))})
    return {
        "threshold_bits": bits,
        "pairwise": pairwise(data.truth, clusters).as_dict(),
        "b_cubed": b_cubed(data.truth, clusters).as_dict(),
        "join_precision": round(data.share_true(kept), 5),
    }


def _read_edges(path: Path) -> Edges:
    with path.open(encoding="utf-8", newline="") as file:
        return [(int(low), int(high), float(weight)) for low, high, weight in csv.reader(file)]


def _write_table(records: Iterable[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for place, attributes in enumerate(records):
            writer.writerow([place, *_cells(features_of(attributes), attributes)])


def _cells(features: Features, attributes: dict[str, Any]) -> Iterator[str]:
    """One value to a column, as Splink's comparisons expect; the first where there are more."""
    email = features.emails[0] if features.emails else None
    address = features.address or Address()
    custom = dict(features.custom)
    yield features.given
    yield features.family
    yield features.middle[0][0] if features.middle else ""
    yield _whole_date(attributes.get("birth_date", ""))
    yield email.full if email else ""
    yield email.mailbox if email else ""
    yield features.phones[0].tail if features.phones else ""
    yield address.number
    yield features.identifiers[0][1][0] if features.identifiers else ""
    yield f"{address.number} {address.street}" if address.number and address.street else ""
    yield address.street
    yield address.postcode
    yield address.area
    yield address.city
    yield features.gender
    yield custom.get("birth_place", "")
    yield custom.get("occupation", "")


def _whole_date(value: str) -> str:
    """A partial date filled up with ones: the sources write unknown parts so themselves."""
    return f"{value}-01-01"[:10] if value else ""
