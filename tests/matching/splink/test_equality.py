"""A model trained by Splink 5 weighs our records as Splink does, to 1e-9 of a bit.

`make_fixtures.py` made the model, the records and Splink's own answers.
"""

import csv
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.bulk.columns import encode, joined, parts_read
from matching.bulk.fields import with_only
from matching.bulk.weighing import Weigher
from matching.core.features import Address, Email, Features
from matching.core.model import MatchModel
from matching.core.scoring import Scored, score
from matching.splink.drafts import spec_of
from matching.splink.reading import Reading, read_splink
from matching.splink.tables import row
from tests.matching.people import as_stored

HERE = Path(__file__).parent
Pair = dict[str, str]


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def settings() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "model.json").read_text("utf-8"))
    return found


@cache
def reading() -> Reading:
    return read_splink(settings(), {})


@cache
def people() -> dict[str, Features]:
    return {person["unique_id"]: features(person) for person in rows("people.csv")}


def features(person: dict[str, str]) -> Features:
    """The very values, not folded once more."""
    year, month, day = map(int, (person["dob"] or "0-0-0").split("-"))
    mailbox, _, domain = person["email"].rpartition("@")
    return Features(
        given=person["first_name"],
        family=person["surname"],
        birth=(year, month, day),
        address=Address(city=person["city"]) if person["city"] else None,
        emails=(Email(person["email"], mailbox, domain, "personal"),) if mailbox else (),
    )


@cache
def model() -> MatchModel:
    return MatchModel.from_spec(spec_of(reading(), people().values(), version="splink"))


@cache
def weighed() -> list[tuple[Pair, Scored]]:
    found = people()
    return [
        (pair, score(model(), found[pair["unique_id_l"]], found[pair["unique_id_r"]]))
        for pair in rows("pairs.csv")
    ]


def test_the_records_hold_what_splink_was_given() -> None:
    for person, found in zip(rows("people.csv"), people().values(), strict=True):
        flat = row(found, reading().columns["fields"])
        assert flat == {name: person[name] for name in flat}


def test_every_weight_is_splinks_to_a_billionth_of_a_bit() -> None:
    furthest = max(
        abs(scored.weight_bits - float(pair["match_weight"])) for pair, scored in weighed()
    )

    assert len(weighed()) > 3000
    assert furthest < 1e-9


@pytest.mark.parametrize(
    "name", [each["output_column_name"] for each in settings()["comparisons"]]
)
def test_every_level_is_splinks(name: str) -> None:
    levels = next(
        each["comparison_levels"]
        for each in settings()["comparisons"]
        if each["output_column_name"] == name
    )
    labels = [each["label_for_charts"] for each in levels if not each.get("is_null_level")]
    met = set()
    for pair, scored in weighed():
        gamma = int(pair[f"gamma_{name}"])
        assert scored.levels.get(f"columns.{name}", "") == (
            labels[len(labels) - 1 - gamma] if gamma >= 0 else ""
        )
        met.add(gamma)
    assert len(met) >= 3  # else the set tells little


def test_parts_add_up_to_the_weight_exactly_whichever_record_comes_first() -> None:
    for pair, scored in weighed()[:500]:
        swapped = score(model(), people()[pair["unique_id_r"]], people()[pair["unique_id_l"]])
        assert swapped == scored
        assert scored.weight_bits == model().prior_bits + sum(scored.bits.values())


def test_many_pairs_at_once_get_the_same_weights_to_the_last_bit() -> None:
    keeping_all = replace(model(), review_bits=-1000.0)
    everyone = [as_stored(each) for each in people().values()]
    row_of = {name: number for number, name in enumerate(people())}
    ends = [(row_of[p["unique_id_l"]], row_of[p["unique_id_r"]]) for p, _ in weighed()]
    columns = joined([encode(everyone, parts_read(model())).columns], [len(everyone)])
    lo, hi = np.array(ends, np.int64).T

    weigh = Weigher(keeping_all, columns, lambda row, names: with_only(everyone[row], names))
    found = weigh(lo, hi)

    assert found.weights.tolist() == [scored.weight_bits for _, scored in weighed()]
