"""Files come in by command: what is read, what is told, and what is refused in words."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from profiles.models import Event, QuarantinedRow, Source, SourceMapping, SourceRecord
from tests.profiles.customers import make_source
from tests.profiles.rows import record

pytestmark = pytest.mark.django_db

MAPPING: dict[str, Any] = {
    "key": "id",
    "attributes": {"given_name": "name", "birth_date": "born", "address.line1": "street"},
    "basis": {"*": {"purpose": "service", "basis": "contract", "retention_days": 90}},
}
HEADER = "id,name,born,street\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m.json").write_text(json.dumps(MAPPING))
    return tmp_path


def run(folder: Path, content: str | bytes, name: str = "rows.csv", **options: Any) -> str:
    """Import a file into `crm`, which is made, and return what was printed."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    out = io.StringIO()
    given = {"mapping": folder / "m.json", "create_source": True, "stdout": out, **options}
    call_command("import_records", "crm", str(path), **given)
    return out.getvalue()


def told(output: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def refusal(folder: Path, content: str = HEADER, **options: Any) -> str:
    with pytest.raises(CommandError) as problem:
        run(folder, content, **options)
    assert problem.value.returncode == 2
    return str(problem.value)


def test_a_file_is_imported_and_told_in_words_and_as_json(folder: Path) -> None:
    output = run(folder, HEADER + "1,Ana,1980,\n2,Bea,31.31.80,\n", json=True)
    assert "crm, rows.csv: 1 new, 0 changed, 0 the same, 1 quarantined." in output
    assert "line 3, born: '31.31.80': not a date or time" in output
    counts = told(output)
    assert (counts["new"], counts["changed"], counts["quarantined"]) == (1, 0, 1)
    assert counts["reasons"] == {"not a date or time": 1}


def test_a_file_again_changes_nothing(folder: Path) -> None:
    run(folder, HEADER + "1,Ana,1980,\n")
    assert told(run(folder, HEADER + "1,Ana,1980,\n", json=True))["same"] == 1
    assert SourceMapping.objects.count() == 1


def test_a_file_of_several_batches_arrives_whole(folder: Path) -> None:
    rows = "".join(f"{number},Ana,1980,\n" for number in range(2500))
    assert told(run(folder, HEADER + rows, json=True))["new"] == 2500


def test_nothing_is_printed_when_asked_to_be_quiet(folder: Path) -> None:
    assert run(folder, HEADER + "1,Ana,1980,\n", verbosity=0) == ""


def test_line_numbers_count_the_lines_inside_quoted_cells(folder: Path) -> None:
    run(folder, HEADER + '1,Ana,1980,"Mill\nLane\n4"\n\n2,Bea,never,\n')
    assert QuarantinedRow.objects.get().line == 6
    assert record("1").attributes["address"]["line1"] == "Mill Lane 4"


def test_a_broken_line_is_kept_with_its_number_and_the_rest_goes_in(folder: Path) -> None:
    run(folder, HEADER + "1,Ana\n2,Bea,1980,\n3,Cleo,1980,,more\n")
    assert list(QuarantinedRow.objects.order_by("line").values_list("line", "reason")) == [
        (2, "2 cells where the header has 4"),
        (4, "5 cells where the header has 4"),
    ]
    assert SourceRecord.objects.get().external_id == "2"


def test_a_quote_that_never_ends_does_not_stop_the_import(folder: Path) -> None:
    run(folder, HEADER + '1,Ana,1980,\n2,"Bea,1980,\n' + "x" * 140_000 + "\n3,Cleo,1980,\n")
    assert set(SourceRecord.objects.values_list("external_id", flat=True)) == {"1", "3"}
    assert QuarantinedRow.objects.filter(line=3).exists()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_guessed(folder: Path, separator: str) -> None:
    run(folder, (HEADER + "1,Ana,1980,\n").replace(",", separator))
    assert record("1").attributes["given_name"] == "Ana"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encoding_is_found_out(folder: Path, encoding: str) -> None:
    run(folder, (HEADER + "1,Zoë,1980,\n").encode(encoding))
    assert record("1").attributes["given_name"] == "Zoë"


def test_a_gzipped_file_and_lines_of_json_are_read(folder: Path) -> None:
    lines = '{"id": 1, "name": "Ana"}\n\n{"id": 2\n[]\n{"id": 3, "name": NaN}\n{"id": 4}\n'
    run(folder, gzip.compress(lines.encode()), name="rows.jsonl.gz")
    assert set(SourceRecord.objects.values_list("external_id", flat=True)) == {"1", "4"}
    assert set(QuarantinedRow.objects.values_list("line", flat=True)) == {3, 4, 5}


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(folder: Path) -> None:
    rows = HEADER + "1,Ana,1980,\n1,Anna,1980,\n1,Ana,1980,\n2,Bea,never,\n"
    foreseen = told(run(folder, rows, dry_run=True, json=True))
    assert not Source.objects.exists()
    assert not SourceMapping.objects.exists()

    happened = told(run(folder, rows, json=True))
    assert foreseen | {"dry_run": False} == happened
    assert (happened["new"], happened["changed"], happened["same"]) == (1, 1, 1)


def test_a_dry_run_over_stored_records_counts_what_differs(folder: Path) -> None:
    run(folder, HEADER + "1,Ana,1980,\n2,Bea,1980,\n")
    rows = HEADER + "1,Ana,1980,\n2,Beate,1980,\n3,Cleo,1980,\n"
    foreseen = told(run(folder, rows, dry_run=True, json=True))
    assert [foreseen[name] for name in ("new", "changed", "same")] == [1, 1, 1]
    assert record("2").attributes["given_name"] == "Bea"


def test_a_changed_mapping_is_the_next_version_and_an_old_one_is_found_again(
    folder: Path,
) -> None:
    run(folder, HEADER)
    (folder / "m.json").write_text(json.dumps(MAPPING | {"attributes": {"email": "name"}}))
    run(folder, HEADER)
    (folder / "m.json").write_text(json.dumps(MAPPING))
    assert told(run(folder, HEADER, json=True))["mapping_version"] == 1
    assert SourceMapping.objects.count() == 2


def test_a_source_that_has_a_mapping_needs_none_given(folder: Path) -> None:
    run(folder, HEADER)
    run(folder, HEADER + "1,Ana,1980,\n", mapping=None)
    assert record("1").mapping == SourceMapping.objects.get()


def test_a_source_without_a_mapping_is_told_to_give_one(folder: Path) -> None:
    assert "--mapping" in refusal(folder, mapping=None)
    assert not Source.objects.exists()


def test_an_unknown_source_is_refused_with_those_that_are_known(folder: Path) -> None:
    make_source("shop")
    said = refusal(folder, create_source=False)
    assert "'crm'" in said
    assert "shop" in said
    assert "--create-source" in said


def test_a_source_that_is_switched_off_is_refused(folder: Path) -> None:
    make_source("crm", is_active=False)
    assert "switched off" in refusal(folder)


def test_a_missing_column_is_named_and_nothing_is_stored(folder: Path) -> None:
    assert "no column id, born, which" in refusal(folder, "name,street\nAna,Mill Lane\n")
    assert not Source.objects.exists()


def test_files_and_mappings_that_cannot_be_read_are_refused_in_words(folder: Path) -> None:
    assert "is empty" in refusal(folder, "")
    assert "one object per line" in refusal(folder, "[]", name="rows.json")
    assert "cannot be read" in refusal(folder, "no gzip", name="rows.csv.gz")
    (folder / "m.json").write_text('{"key": "id", "attributes": {"nose": "name"}}')
    assert "attributes.nose" in refusal(folder)
    (folder / "m.json").write_text("{")
    assert "no valid JSON" in refusal(folder)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_records", "crm", str(folder / "none.csv"))


def test_a_mapping_with_an_unknown_channel_stops_in_words_and_stores_nothing(
    folder: Path,
) -> None:
    pigeon = {"column": "street", "purpose": "service", "channel": "pigeon"}
    (folder / "m.json").write_text(json.dumps(MAPPING | {"consent": [pigeon]}))
    with pytest.raises(CommandError, match="pigeon") as problem:
        run(folder, HEADER + "1,Ana,1980,yes\n")
    assert problem.value.returncode == 1
    assert not SourceRecord.objects.exists()


EVENTS = {
    "key": "id",
    "record": "who",
    "occurred_at": "at",
    "kind": {"value": "visit"},
    "basis": MAPPING["basis"],
}


def import_events(folder: Path, content: str, **options: Any) -> str:
    (folder / "e.json").write_text(json.dumps(EVENTS))
    (folder / "events.csv").write_text(content)
    out = io.StringIO()
    given = {"mapping": folder / "e.json", "stdout": out, **options}
    call_command("import_events", "crm", str(folder / "events.csv"), **given)
    return out.getvalue()


def test_a_file_of_events_is_imported_and_again_changes_nothing(folder: Path) -> None:
    run(folder, HEADER + "1,Ana,1980,\n")
    rows = "id,who,at\nm1,1,2025-03-01\nm2,9,2025-03-02\nm3,1,soon\n"
    output = import_events(folder, rows, json=True)
    assert "2 new" in output
    assert "line 4, at: 'soon': not a date or time" in output
    assert Event.objects.get(message_id="m1").record == record("1")
    assert (told(output)["new"], told(output)["waiting"]) == (2, 1)

    again = told(import_events(folder, rows, json=True))
    assert (again["new"], again["same"], again["quarantined"]) == (0, 2, 1)


@pytest.mark.parametrize("content", ["id,who\n", "id,who,at\n"])
def test_events_are_refused_without_their_source_or_a_column(
    folder: Path, content: str
) -> None:
    if "at" not in content:
        make_source("crm")
    with pytest.raises(CommandError) as problem:
        import_events(folder, content)
    assert problem.value.returncode == 2
