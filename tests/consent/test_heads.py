"""Signed heads of the two logs, kept outside of the database."""

import json
from pathlib import Path

import pytest
from pytest_django import Settings

from consent.chain import checkpoints, heads, signing
from consent.chain.format import CONSENT, LOGS
from consent.models import Checkpoint
from tests.consent.chains import (
    change,
    delete_last,
    execute,
    fill,
    ledger,
    lines_of,
    see,
    write,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("heads_file")]


def test_heads_are_signed_once_and_follow_each_other() -> None:
    fill()
    first = checkpoints.sign_all()
    assert checkpoints.sign_all() == []
    see(records=[9])

    (second,) = checkpoints.sign_all()

    assert [head.log for head in first] == ["consent", "access"]
    assert second.previous == first[1].digest
    assert heads.kept() == [*first, second]
    assert Checkpoint.objects.count() == 3
    assert ledger("verify")[0] == 0


def test_nothing_is_signed_over_a_log_that_was_cut_off() -> None:
    fill()
    before = checkpoints.sign_all()
    delete_last(CONSENT, 2)

    status, _ = ledger("checkpoint")

    assert status == 3
    assert heads.kept() == before


def test_a_signer_that_died_between_file_and_row_is_made_up_for() -> None:
    fill()
    checkpoints.sign_all()
    execute("DELETE FROM consent_checkpoint")

    assert checkpoints.sign_all() == []
    assert Checkpoint.objects.count() == 2


def test_a_line_half_written_is_dropped_by_the_next(heads_file: Path) -> None:
    fill()
    made = checkpoints.sign_all()
    with heads_file.open("a") as file:
        file.write('{"log":"acc')
    assert heads.kept() == made
    see(records=[9])

    assert made + checkpoints.sign_all() == heads.kept()


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("size", 4),
        ("head", "00" * 32),
        ("signed_at", "2026-01-01T00:00:00.000000+00:00"),
        ("previous", "00" * 32),
        ("signature", "00" * 64),
        ("key_id", "0f" * 8),
    ],
)
def test_a_head_that_was_changed_is_no_longer_signed(
    heads_file: Path, part: str, value: object
) -> None:
    fill()
    checkpoints.sign_all()
    execute("DELETE FROM consent_checkpoint")
    first, *others = lines_of(heads_file)
    write(heads_file, [json.dumps({**json.loads(first), part: value}), *others])

    status, report = ledger("verify")

    assert status == 3
    assert "not signed" in report["found"]


def test_a_line_that_is_no_head_is_told(heads_file: Path) -> None:
    heads_file.parent.mkdir()
    heads_file.write_text("{}\n")

    status, report = ledger("verify")

    assert status == 3
    assert "line 1" in report["found"]


def test_a_head_taken_out_of_the_file_is_missed(heads_file: Path) -> None:
    fill()
    checkpoints.sign_all()
    see(records=[9])
    checkpoints.sign_all()

    write(heads_file, lines_of(heads_file)[:2])
    assert ledger("verify")[0] == 3
    heads_file.unlink()
    assert ledger("verify")[0] == 3


def test_a_key_of_earlier_times_keeps_its_word(settings: Settings) -> None:
    fill()
    checkpoints.sign_all()
    earlier = signing.public_key()
    settings.LEDGER_KEY = "1e" * 32
    assert ledger("verify")[0] == 3

    settings.LEDGER_KEY = f"{'1e' * 32},public:{earlier}"

    assert ledger("verify")[0] == 0


def test_from_the_newest_head_on_only_what_came_later_is_read() -> None:
    fill()
    checkpoints.sign_all()
    see(records=[9])

    status, report = ledger("verify", "--from-checkpoint")

    assert status == 0
    assert [each["rows"] for each in report["logs"]] == [1, 2]
    change(LOGS[1], "reason", 6)
    assert ledger("verify", "--from-checkpoint")[0] == 2
