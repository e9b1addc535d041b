"""Somebody else's program comes to the same result on an export (check 4)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from c360.services.attach import ROOT
from consent.chain import checkpoints, signing
from tests.consent.chains import fill, ledger, lines_of, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("heads_file")]
VERIFIER = ROOT / "docs" / "verify_ledger.py"


def independent(export: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The verifier that knows nothing of us, on an export."""
    return subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(export), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def export(tmp_path: Path) -> Path:
    fill()
    checkpoints.sign_all()
    path = tmp_path / "export.ndjson"
    assert ledger("export", str(path))[0] == 0
    return path


def test_the_independent_verifier_finds_the_same_heads(export: Path) -> None:
    _, report = ledger("verify")

    done = independent(export, "--key", signing.public_key())

    assert done.returncode == 0, done.stderr
    for each in report["logs"]:
        assert each["head_hash"] in done.stdout


def edit(export: Path, number: int, **changes: Any) -> None:
    """Write one line of an export anew with other columns or parts."""
    lines = lines_of(export)
    told = json.loads(lines[number])
    for name, value in changes.items():
        (told if name in told else told["columns"])[name] = value
    lines[number] = json.dumps(told, ensure_ascii=False)
    write(export, lines)


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "granted!"},
        {"purpose_id": None},
        {"row_hash": "00" * 32},
        {"prev_hash": "00" * 32},
        {"seq": 9},
    ],
)
def test_the_independent_verifier_names_a_changed_row(
    export: Path, changes: dict[str, Any]
) -> None:
    edit(export, 2, **changes)

    done = independent(export)

    assert done.returncode == 2
    assert "/3" in done.stderr


def test_the_independent_verifier_misses_rows_that_were_signed(export: Path) -> None:
    *rest, last = lines_of(export)
    end = json.loads(last)
    end["end"]["rows"]["access"] = 3
    write(export, [*rest[:8], *rest[10:], json.dumps(end)])

    done = independent(export)

    assert done.returncode == 3
    assert "/5" in done.stderr


def test_the_independent_verifier_misses_the_end_of_a_torn_file(export: Path) -> None:
    write(export, lines_of(export)[:-1])

    assert independent(export).returncode == 2


def test_the_independent_verifier_believes_the_key_it_was_given_only(export: Path) -> None:
    assert independent(export, "--key", "1e" * 32).returncode == 3


def test_an_export_to_no_folder_is_told_in_a_line_and_is_no_broken_chain() -> None:
    with pytest.raises(CommandError, match="No such file or directory") as refused:
        ledger("export", "/nowhere/to/be/found")

    assert refused.value.returncode == 1
