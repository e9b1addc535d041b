"""`import_model` and `export_model`, as people call them."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from matching.live import live_model, model_of_version
from matching.models import MatchModelVersion
from tests.profiles.customers import make_record

pytestmark = pytest.mark.django_db
TRAINED = Path(__file__).parent / "splink" / "model.json"
ANNA = {"given_name": "Anna", "family_name": "Hall", "email": ["anna@example.com"]}


def run(*arguments: str | Path) -> str:
    out = StringIO()
    call_command(*(str(each) for each in arguments), stdout=out)
    return out.getvalue()


def answer(*arguments: str | Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(run(*arguments, "--json").splitlines()[-1])
    return said


def test_a_model_of_splink_becomes_a_draft_with_the_frequencies_of_our_records() -> None:
    for source in ("crm", "shop", "desk"):
        make_record(source, **ANNA)

    said = answer("import_model", TRAINED, "--format", "splink", "--name", "from-splink")

    draft = MatchModelVersion.objects.get(version=said["version"])
    assert draft.state == "draft"
    assert draft.spec["columns"]["frequencies"]["surname"]["values"] == {"hall": 1.0}
    assert any("not trained" in note for note in said["notes"])
    assert live_model().version != "from-splink"


def test_a_model_goes_out_and_comes_in_under_another_name(tmp_path: Path) -> None:
    live, file = live_model(), tmp_path / "model.json"

    run("export_model", live.version, file, "--format", "c360")
    run("import_model", file, "--format", "c360", "--name", "again")

    assert model_of_version("again").to_spec() == {**live.to_spec(), "version": "again"}


def test_an_imported_model_goes_back_to_splink(tmp_path: Path) -> None:
    file = tmp_path / "back.json"
    run("import_model", TRAINED, "--format", "splink", "--name", "from-splink")

    run("export_model", "from-splink", file, "--format", "splink")

    ours, theirs = json.loads(file.read_text("utf-8")), json.loads(TRAINED.read_text("utf-8"))
    prior = "probability_two_random_records_match"
    assert ours[prior] == theirs[prior]
    assert len(ours["comparisons"]) == len(theirs["comparisons"])


def test_the_tables_hold_each_record_as_splink_shall_read_it(tmp_path: Path) -> None:
    record = make_record("crm", **ANNA)
    model = live_model()

    said = answer(
        *("export_model", model.version, tmp_path / "s.json", "--format", "splink"),
        *("--tables", tmp_path),
    )

    rows = table(tmp_path / "records.csv")
    assert said["records"] == 1
    assert (rows[0]["unique_id"], rows[0]["given_name"]) == (str(record.pk), "anna")
    assert json.loads(rows[0]["record"]) == record.attributes
    shares = table(tmp_path / "tf_given_name.csv")
    known = model.frequencies["given_name"].of("anna")
    assert shares == [{"given_name": "anna", "tf_given_name": str(known)}]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "no JSON"), ("[]", "no object"), ("{}", "no comparisons"), (None, "No such file")],
)
def test_a_file_that_is_no_model_is_refused(
    tmp_path: Path, content: str | None, words: str
) -> None:
    file = tmp_path / "model.json"
    if content is not None:
        file.write_text(content, "utf-8")

    with pytest.raises(CommandError, match=words) as refused:
        run("import_model", file, "--format", "splink")

    assert refused.value.returncode == 2
    assert not MatchModelVersion.objects.exists()


def test_a_version_is_never_written_over(tmp_path: Path) -> None:
    live, file = live_model(), tmp_path / "model.json"
    run("export_model", live.version, file, "--format", "c360")

    with pytest.raises(CommandError, match="There is a version"):
        run("import_model", file, "--format", "c360")


def test_a_version_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    live = live_model()

    with pytest.raises(CommandError, match=live.version) as refused:
        run("export_model", "nothing", tmp_path / "model.json", "--format", "c360")

    assert refused.value.returncode == 2


@pytest.mark.parametrize("columns", ["dob", "=birth_date", "dob="])
def test_columns_that_map_nothing_are_refused(columns: str) -> None:
    with pytest.raises(CommandError, match="COLUMN=ATTRIBUTE"):
        run("import_model", TRAINED, "--format", "splink", "--columns", columns)
