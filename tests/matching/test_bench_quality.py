"""What the quality benchmark counts, on a data set small enough to count by hand."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.ours import Outcome, figures
from bench.peer import kind_of
from bench.quality import measure
from bench.tables import quality, table
from bench.truth import Groups, reachable, read_set
from matching.core.clustering import Partition, Refusal
from matching.core.model import default_model

PEOPLE = (
    # id, given, family, born, e-mail, person
    ("1", "Ottoline", "Merriweather", "1961-07-19", "ottoline.merri@example.org", "A"),
    ("2", "Ottoline", "Merriweather", "1961-07-19", "ottoline.merri@example.org", "A"),
    ("3", "Bartholomew", "Quill", "1974-11-02", "b.quill74@example.org", "B"),
    ("4", "Zuzanna", "Okonkwo", "1990-05-23", "zuzanna.ok@example.org", "C"),
    ("5", "Piet", "Varga", "not a day", "piet.v@example.org", "C"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with (tmp_path / "crm.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "first", "last", "born", "mail"), *_rows()])
    with (tmp_path / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("source", "external_id", "entity_id"))
        writer.writerows(("crm", row[0], row[-1]) for row in PEOPLE)
    spec = {
        "key": "id",
        "attributes": {
            "given_name": "first",
            "family_name": "last",
            "birth_date": {"column": "born", "format": "%Y-%m-%d"},
            "email": "mail",
        },
    }
    (tmp_path / "crm.mapping.json").write_text(json.dumps(spec), encoding="utf-8")
    return tmp_path


def _rows() -> list[tuple[str, ...]]:
    return [row[:-1] for row in PEOPLE]


def test_a_row_that_cannot_be_read_is_counted_and_its_pairs_are_missed(folder: Path) -> None:
    data = read_set(folder)

    assert sum(data.refused.values()) == 1
    assert data.true_pairs == {(0, 1)}
    found = figures(data, default_model())
    assert found["pairwise"] == {"precision": 1.0, "recall": 0.5, "f1": 0.66667}


def test_the_same_person_twice_is_joined_and_strangers_are_not(folder: Path) -> None:
    found = measure(folder, default_model())["ours"]

    assert found["links"] == 1
    assert found["join_precision"] == 1.0
    assert found["largest"] == 2
    assert found["missed_reachable"] == 0.0
    assert found["review_pairs"] == 0


def test_several_pairs_between_two_customers_are_one_question() -> None:
    found = Partition({1: 1, 2: 1, 3: 3, 4: 3, 5: 5})
    outcome = Outcome(
        candidates=set(),
        generic_keys=0,
        weights={(1, 2): 9.0, (3, 4): 9.0, (1, 3): 1.0, (2, 4): 1.0, (4, 5): 9.0},
        links=[(1, 2), (3, 4), (4, 5)],
        found=replace(found, refused=[Refusal(4, 5, 9.0, "twins", "")]),
    )

    assert outcome.queue == {(1, 3), (2, 4), (4, 5)}
    assert outcome.questions == {(1, 3), (3, 5)}


def test_a_third_record_makes_a_pair_reachable_but_a_stranger_does_not() -> None:
    true = {(1, 2), (1, 3), (2, 3), (4, 5)}

    assert reachable([(1, 2), (2, 3)], true) == {(1, 2), (1, 3), (2, 3)}
    assert reachable([(4, 9), (5, 9)], true) == set()


def test_groups_are_what_links_connect() -> None:
    groups = Groups([(1, 2), (2, 3), (8, 9)])

    assert groups.are_together((1, 3))
    assert not groups.are_together((3, 8))


def test_the_peer_is_set_up_by_the_columns_there_are(folder: Path) -> None:
    assert kind_of(read_set(folder)) == "fake"


def test_the_table_of_the_docs_has_a_cell_under_every_heading(folder: Path) -> None:
    header, rows = quality({"sets": [measure(folder, default_model())]})

    assert [len(row) for row in rows] == [len(header)]
    assert len(table(header, rows).splitlines()) == 3
