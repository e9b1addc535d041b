"""The report on block keys: cost by kind, recall, and who is never compared."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from matching.models import BlockKey, ReviewCase
from profiles.models import SourceRecord
from tests.matching.anna import three_of_anna
from tests.matching.arrivals import arrive, resolve, say

pytestmark = pytest.mark.django_db


def reported(*options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("blocking_report", "--json", *options, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def test_each_kind_tells_keys_pairs_and_what_was_skipped() -> None:
    for number in range(15):
        name = f"{'abcdefghijklmno'[number] * 4}o"
        arrive("till", f"T-{number}", given_name=name, identifiers={"card": ["70001"]})
    arrive("crm", "A-1", given_name="Anna", email=["anna.k77@example.org"])
    arrive("shop", "S-1", email=["anna.k77@example.org"])

    kinds = {each["kind"]: each for each in reported()["kinds"]}

    cards = kinds["identifier"]
    assert (cards["keys"], cards["blocks"], cards["pairs"]) == (15, 1, 0)
    assert (cards["skipped"], cards["largest"]) == (1, 15)
    assert (kinds["email"]["keys"], kinds["email"]["pairs"]) == (2, 1)
    assert kinds["names_custom"]["keys"] == 0
    assert sum(each["keys"] for each in kinds.values()) == BlockKey.objects.count()


def test_recall_is_measured_by_what_people_decided() -> None:
    crm, shop, _app = three_of_anna()
    lonely = arrive("post", "P-1", organisation="Somebody")
    resolve()
    assert reported()["recall"] is None

    say("same", crm, shop)
    say("same", shop, lonely)

    found = reported()
    assert (found["measured_by"], found["known_pairs"]) == ("decisions", 2)
    assert (found["recall"], found["closure_recall"]) == (0.5, 0.5)
    assert (found["records_without_key"], found["some_without_key"]) == (1, ["post P-1"])
    assert not ReviewCase.objects.open().filter(lo=crm, hi=shop).exists()


def test_recall_is_measured_by_a_truth_where_there_is_one(tmp_path: Path) -> None:
    arrive("crm", "A-1", email=["anna.k77@example.org"], phone=["+447700900111"])
    arrive("shop", "S-1", email=["anna.k77@example.org"])
    arrive("app", "X-1", phone=["+447700900111"])
    truth = tmp_path / "truth.csv"
    with truth.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["source", "external_id", "entity_id"])
        rows.writerows(
            [source, key, "anna"]
            for source, key in SourceRecord.objects.values_list("source__slug", "external_id")
        )

    found = reported("--truth", str(truth))

    assert (found["measured_by"], found["known_pairs"]) == ("truth", 3)
    assert found["recall"] < found["closure_recall"] == 1.0


def test_words_say_it_too_and_a_missing_file_is_told() -> None:
    three_of_anna()
    out = StringIO()

    call_command("blocking_report", stdout=out)

    assert "Every record has a key." in out.getvalue()
    assert "recall cannot be told" in out.getvalue()
    with pytest.raises(CommandError, match=r"nowhere\.csv") as told:
        call_command("blocking_report", truth=Path("nowhere.csv"))
    assert told.value.returncode == 2
