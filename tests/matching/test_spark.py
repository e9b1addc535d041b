"""What is written for Spark and read back from it; none of this needs a Spark."""

import json
import re
from collections import defaultdict
from itertools import combinations
from math import log2
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from matching.bulk.candidates import blocks_of
from matching.bulk.meeting import keep_pairs
from matching.core.features import Features
from matching.core.model import default_model
from matching.core.scoring import HOUSEHOLD, score
from matching.spark import needs, tables
from matching.spark.asking import FUNCTION, ID, KEYS, RECORD, Asking, asking_of
from matching.spark.levels import features, numbers, values
from matching.spark.tables import Meeting, meetings, read_pairs, record_of, write_records
from tests.matching.parted import pairs_of
from tests.matching.people import people
from tests.matching.splink import test_equality as trained

CLOSE = 1e-9
ASKED = re.compile(rf"{FUNCTION}\(record_l, record_r\)\[(\d+)\] = (\d+)")
EQUAL = re.compile(r"(\w+)_l = (\w+)_r")
PRIOR = "probability_two_random_records_match"


def weight_in_splink(asking: Asking, left: Features, right: Features) -> float:
    """The slow twin of Splink: the first level that holds, weighed by how common it is."""
    one, other = record_of(left), record_of(right)
    reached = numbers(asking.question, one, other)
    ours, theirs = (
        dict(zip(asking.shares, values(asking.question, each), strict=True))
        for each in (one, other)
    )
    chance = asking.settings[PRIOR]
    total = log2(chance / (1 - chance))
    for comparison in asking.settings["comparisons"]:
        level = next(
            level
            for level in comparison["comparison_levels"]
            if holds(level["sql_condition"], reached, ours, theirs)
        )
        total += bits(level, comparison, asking, ours, theirs)
    return total


def holds(condition: str, reached: list[int], ours: Any, theirs: Any) -> bool:
    if asked := ASKED.fullmatch(condition):
        return reached[int(asked[1])] == int(asked[2])
    if equal := EQUAL.fullmatch(condition):
        return ours[equal[1]] is not None and ours[equal[1]] == theirs[equal[2]]
    assert condition == "ELSE"
    return True


def bits(level: Any, comparison: Any, asking: Asking, ours: Any, theirs: Any) -> float:
    if level.get("is_null_level"):
        return 0.0
    m, u = level["m_probability"], level["u_probability"]
    column = level.get("tf_adjustment_column")
    if column is None or (ours[column] is None and theirs[column] is None):
        return log2(m / u)
    rare, shares = asking.shares[column]
    met = [max(shares.get(each[column], rare), rare) for each in (ours, theirs) if each[column]]
    replaced = u
    if not level.get("disable_tf_exact_match_detection"):
        exact = f"{column}_l = {column}_r"
        levels = comparison["comparison_levels"]
        replaced = next(
            each["u_probability"] for each in levels if each["sql_condition"] == exact
        )
    share = max(*met, level.get("tf_minimum_u_value", 0.0))
    gained: float = level["tf_adjustment_weight"] * (log2(replaced) - log2(share))
    return log2(m / u) + gained


def weight_without_household(model: Any, left: Features, right: Features) -> float:
    scored = score(model, left, right)
    return scored.weight_bits - scored.bits.get(HOUSEHOLD, 0.0)


passports = st.sampled_from(("", "X1", "X2"))
members = st.builds(
    lambda who, passport: who._replace(
        identifiers=(*who.identifiers, *((("no such", (passport,)),) if passport else ())),
    ),
    people(),
    passports,
)


@given(members, members)
def test_splink_gives_a_pair_our_weight_but_for_the_household(
    left: Features, right: Features
) -> None:
    model = default_model()
    asking = asking_of(model, {"card", "no such"})

    weight = weight_in_splink(asking, left, right)

    assert weight == pytest.approx(weight_without_household(model, left, right), abs=CLOSE)
    assert weight >= score(model, left, right).weight_bits - CLOSE


def test_a_model_that_came_from_splink_weighs_there_as_here() -> None:
    model, everyone = trained.model(), trained.people()
    asking = asking_of(model, ())

    for pair, scored in trained.weighed()[:800]:
        ends = everyone[pair["unique_id_l"]], everyone[pair["unique_id_r"]]
        weight = weight_in_splink(asking, *ends)
        assert weight == pytest.approx(scored.weight_bits, abs=CLOSE)


def test_every_level_is_asked_by_a_number_of_its_own() -> None:
    asking = asking_of(default_model(), {"card"})

    conditions = [
        level["sql_condition"]
        for comparison in asking.settings["comparisons"]
        for level in comparison["comparison_levels"]
    ]

    asked = [each for each in conditions if each != "ELSE"]
    assert len(asked) > 40
    assert len(set(asked)) == len(asked)
    assert all(map(ASKED.fullmatch, asked))


@given(people())
def test_a_record_comes_to_spark_as_it_is(who: Features) -> None:
    assert features(record_of(who)) == who


entries = st.sets(st.tuples(st.integers(-5, 5), st.integers(0, 7)), max_size=40)
flags = st.lists(st.booleans(), min_size=8, max_size=8)


@given(entries=entries, dirty=flags, matching=flags, brings=st.integers(-5, 5))
def test_records_meet_on_spark_as_they_do_here(
    entries: set[tuple[int, int]], dirty: list[bool], matching: list[bool], brings: int
) -> None:
    keys, rows = np.array(sorted(entries), np.int64).reshape(-1, 2).T
    blocks = blocks_of(keys, np.zeros(len(keys), np.int8), rows.astype(np.int32))
    facts = (blocks.keys != brings, np.array(dirty), np.array(matching))

    meeting = meetings(blocks, *facts)

    found = met(meeting, dirty)
    assert found == set(pairs_of(blocks, *facts))
    idle = ~meeting.has_any()
    assert not any(idle[low] or idle[high] for low, high in found)


def met(meeting: Meeting, dirty: list[bool]) -> set[tuple[int, int]]:
    """What the blocking rule says, done slowly."""
    under: dict[int, list[int]] = defaultdict(list)
    for row in range(len(dirty)):
        for key in meeting.of(row):
            under[key].append(row)
    pairs = {pair for rows in under.values() for pair in combinations(rows, 2)}
    return {(lo, hi) for lo, hi in pairs if dirty[lo] or dirty[hi]}


def test_records_that_meet_nobody_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "RECORDS_AT_ONCE", 2)
    meeting = Meeting(ends=np.array([1, 1, 3, 4]), keys=np.array([7, 7, -8, -8]))
    dirty = np.array([True, True, False, True])

    write_records(tmp_path / "out", meeting, dirty, lambda row: Features(given=f"row{row}"))

    files = sorted((tmp_path / "out").iterdir())
    said = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert len(files) == 2
    assert [(each[ID], each[KEYS]) for each in said] == [(0, [7]), (2, [7, -8]), (3, [-8])]
    assert [features(each[RECORD]).given for each in said] == ["row0", "row2", "row3"]


def test_pairs_come_back_in_their_order_from_many_files(tmp_path: Path) -> None:
    (tmp_path / "part-00000.csv").write_text("4,9\n1,12\n")
    (tmp_path / "part-00001.csv").write_text("")
    (tmp_path / "part-00002.csv").write_text("1,3\n")
    (tmp_path / "_SUCCESS").write_text("")

    lo, hi = read_pairs(tmp_path)

    assert list(zip(lo.tolist(), hi.tolist(), strict=True)) == [(1, 3), (1, 12), (4, 9)]


def test_no_pairs_come_back_as_none(tmp_path: Path) -> None:
    (tmp_path / "part-00000.csv").write_text("")

    lo, hi = read_pairs(tmp_path)

    assert (len(lo), len(hi)) == (0, 0)


def refusal() -> CommandError:
    with pytest.raises(CommandError) as refused:
        call_command("resolve", "--engine", "spark")
    return refused.value


def test_without_the_packages_the_command_that_installs_them_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(needs, "PACKAGES", ("splink", "no_such_spark"))

    refused = refusal()

    assert refused.returncode == 2
    assert "no_such_spark" in str(refused)
    assert "make spark" in str(refused)


@pytest.mark.parametrize("home", [None, "nowhere"])
def test_without_java_it_is_said_how_to_get_it(
    home: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needs, "PACKAGES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if home:
        monkeypatch.setenv("JAVA_HOME", str(tmp_path / home))

    refused = refusal()

    assert refused.returncode == 2
    assert "Java" in str(refused)


def test_a_java_of_java_home_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    monkeypatch.setattr(needs, "PACKAGES", ())
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    needs.check()


def test_a_shared_folder_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.management.commands.resolve.check", lambda: None)

    with pytest.raises(CommandError, match="make it") as refused:
        call_command(
            "resolve", "--engine", "spark", "--spark-folder", str(tmp_path / "missing")
        )

    assert refused.value.returncode == 2


def test_pairs_found_by_spark_are_read_part_by_part_without_rows_that_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.bulk.meeting.FEWEST", 2)
    lo, hi = np.array([0, 0, 1, 2, 3], np.int32), np.array([1, 2, 4, 3, 4], np.int32)
    may_match = np.array([True, True, False, True, True])

    found = keep_pairs(tmp_path, lo, hi, may_match, 2)

    parts = [found.read(tmp_path, part) for part in range(len(found.sizes))]
    assert found.sizes == [len(each) for each, _ in parts] == [2, 1]
    assert np.concatenate([each for each, _ in parts]).tolist() == [0, 1, 3]
    assert np.concatenate([each for _, each in parts]).tolist() == [1, 4, 4]
