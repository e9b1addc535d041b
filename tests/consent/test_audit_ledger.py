"""What an auditor asks of the two logs: nothing changed, nothing cut off, all proven."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from c360.services.attach import ROOT
from consent import checkpoints, heads, proof, signing
from consent.chain_check import BrokenChain, Walk
from consent.chain_format import CONSENT, LOGS, Log
from consent.chain_rows import rows
from consent.models import Checkpoint, LedgerEntry, PolicyVersion
from consent.policies import text_hash
from consent.threads import thread_of
from consent.verification import differences
from profiles.mapping import ConsentColumn
from profiles.signals import RecordChange, records_changed
from tests.consent.chains import change, columns_of, delete_last, execute, fill, see
from tests.consent.statements import day, say
from tests.profiles.customers import make_record
from tests.staff import staff

pytestmark = pytest.mark.django_db
VERIFIER = ROOT / "docs" / "verify_ledger.py"
both = pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)


@pytest.fixture(autouse=True)
def heads_file(settings: Settings, tmp_path: Path) -> Path:
    settings.LEDGER_HEADS = str(tmp_path / "elsewhere" / "heads.ndjson")
    return Path(settings.LEDGER_HEADS)


def ledger(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and report of the command."""
    out = io.StringIO()
    try:
        call_command("ledger", *arguments, "--json", stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue().splitlines()[-1])
    return 0, json.loads(out.getvalue().splitlines()[-1])


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


# 1. What the database refuses.


@pytest.fixture(params=["app", "owner"])
def role(request: pytest.FixtureRequest) -> Iterator[str]:
    """Act as the application or stay the owner of the tables."""
    fill(1)
    connection.check_constraints()
    with connection.cursor() as cursor:
        if request.param == "app":
            cursor.execute("SET LOCAL ROLE c360_app")
    yield request.param


def refused(statement: str) -> str:
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return str(error.value)


@both
@pytest.mark.parametrize("verb", ["UPDATE {} SET seq = 9", "DELETE FROM {}", "TRUNCATE {}"])
def test_neither_application_nor_owner_changes_or_empties_a_log(
    role: str, log: Log, verb: str
) -> None:
    said = refused(verb.format(log.table))

    assert ("permission denied" if role == "app" else "only grows") in said


@both
@pytest.mark.parametrize("role", ["app"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "ALTER TABLE {} ADD COLUMN more int",
        "DROP TABLE {}",
        "DROP TRIGGER rows_are_chained ON {}",
        "INSERT INTO {} (seq) VALUES (1)",
        "INSERT INTO {} (chain) VALUES (2026)",
        r"INSERT INTO {} (row_hash) VALUES ('\x00')",
        r"INSERT INTO {} (prev_hash) VALUES ('\x00')",
        "INSERT INTO {} (id, seq) VALUES (1, DEFAULT)",
        "CREATE OR REPLACE FUNCTION {}_chain() RETURNS trigger LANGUAGE sql AS ''",
    ],
)
def test_the_application_neither_numbers_rows_nor_takes_the_guards_away(
    role: str, log: Log, statement: str
) -> None:
    said = refused(statement.format(log.table))

    assert "permission denied" in said or "must be owner" in said


@pytest.mark.parametrize("role", ["app"], indirect=True)
def test_the_application_cannot_switch_triggers_off_for_replication(role: str) -> None:
    assert "permission denied" in refused("SET session_replication_role = replica")


@both
@pytest.mark.parametrize("verb", ["UPDATE {} SET seq = 9", "DELETE FROM {}"])
def test_known_ways_round_such_guards_change_nothing(log: Log, verb: str) -> None:
    fill(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{ledger_rows_stay}', true)")
        cursor.execute("SET LOCAL session_replication_role = replica")

    assert "only grows" in refused(verb.format(log.table))


@both
def test_rows_are_numbered_also_where_triggers_are_off_for_replication(log: Log) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")

    fill(2)

    assert [row.seq for row in rows(log)] == [1, 2]


def test_a_temporary_table_of_the_same_name_is_not_taken_for_the_log() -> None:
    fill(2)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE consent_accessentry AS"
            " SELECT * FROM public.consent_accessentry WHERE false"
        )
        cursor.execute("SET LOCAL search_path = public, pg_temp")
    see(records=[9])

    assert [row.seq for row in rows(LOGS[1])] == [1, 2, 3]


# 2. What a superuser changed is found.


@both
def test_every_column_is_hashed(log: Log) -> None:
    assert set(columns_of(log)) == {*log.columns, "prev_hash", "row_hash"}


@both
def test_a_log_as_it_was_written_is_whole(log: Log) -> None:
    fill()

    assert Walk(log).over(rows(log)).count == 5


@given(st.data())
@hypothesis_settings(max_examples=120)
def test_one_byte_changed_in_any_column_of_any_row_is_found_and_its_number_named(
    data: st.DataObject,
) -> None:
    with transaction.atomic():
        fill()
        log = data.draw(st.sampled_from(LOGS))
        column = data.draw(st.sampled_from(sorted(columns_of(log))))
        seq = data.draw(st.integers(1, 5))

        change(log, column, seq)

        with pytest.raises(BrokenChain, match=rf"/{seq}\b"):
            Walk(log).over(rows(log))
        transaction.set_rollback(True)


@both
def test_the_command_ends_with_2_and_names_the_changed_row(log: Log) -> None:
    fill()
    change(log, "row_hash", 3)
    third = [row.place for row in rows(log)][2]

    status, report = ledger("verify")

    assert status == 2
    assert f"{log.name} {third.chain}/3" in report["found"]


@both
def test_verify_of_everything_derived_names_the_changed_row_as_well(log: Log) -> None:
    fill()
    assert list(differences()) == []
    change(log, "entry_id", 3)
    place = list(log.columns).index("entry_id")
    third = list(rows(log))[2].parts[place]

    assert [each.where for each in differences()] == [f"entry {third}"]


@both
def test_a_row_taken_out_of_the_middle_is_missed(log: Log) -> None:
    fill()
    execute(f"DELETE FROM {log.table} WHERE seq = 3")  # noqa: S608 - our names

    assert ledger("verify")[0] == 2


@both
@pytest.mark.parametrize("count", [1, 4, 5])
def test_the_last_rows_deleted_contradict_the_signed_head(log: Log, count: int) -> None:
    fill()
    checkpoints.sign_all()
    delete_last(log, count)

    status, report = ledger("verify")

    assert status == 3
    assert "/5 was signed and is not there" in report["found"]


@both
def test_an_older_dump_put_back_contradicts_the_file_of_heads(log: Log) -> None:
    fill()
    checkpoints.sign_all()
    delete_last(log, 2)
    execute("DELETE FROM consent_checkpoint")

    assert ledger("verify")[0] == 3


@both
def test_a_tail_written_anew_with_right_hashes_contradicts_the_signed_head(log: Log) -> None:
    fill()
    checkpoints.sign_all()
    delete_last(log, 1)
    if log is CONSENT:
        say(make_record(), True)
    else:
        see(records=[77])

    status, report = ledger("verify")

    assert status == 3
    assert "is not what was signed" in report["found"]


def test_guards_that_are_switched_off_are_told() -> None:
    fill()
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_ledgerentry DISABLE TRIGGER ledger_rows_stay")

    status, report = ledger("verify")

    assert status == 2
    assert "consent_ledgerentry" in report["found"]


# Heads.


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


def test_an_auditor_reads_the_proof_and_nothing_of_customers() -> None:
    fill()
    checkpoints.sign_all()
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE c360_auditor")

    assert ledger("verify")[0] == 0
    for table in ("profiles_sourcerecord", "consent_consentevidence", "consent_contactpoint"):
        assert "permission denied" in refused(f"SELECT FROM {table}")
    assert "permission denied" in refused("SELECT password FROM c360_user")
    assert "permission denied" in refused("INSERT INTO consent_purpose DEFAULT VALUES")


# 4. Somebody else's program comes to the same result.


def test_the_independent_verifier_finds_the_same_heads(export: Path) -> None:
    _, report = ledger("verify")

    done = independent(export, "--key", signing.public_key())

    assert done.returncode == 0, done.stderr
    for each in report["logs"]:
        assert each["head_hash"] in done.stdout


def lines_of(path: Path) -> list[str]:
    """Its lines; `splitlines` would also end them inside of values."""
    return path.read_text().split("\n")[:-1]


def write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


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


# 6. What every yes must yield.


def publish(body: str = "May we write to you? You can say no at any time.") -> PolicyVersion:
    return PolicyVersion.objects.create(
        purpose_id="marketing",
        jurisdiction="GB",
        language="en",
        version=1,
        body=body,
        body_sha256=text_hash(body),
        published_at=day(0),
    )


def grant_in_two_ways(text: PolicyVersion, count: int) -> None:
    """Half of them come with rows, half are told to Ana."""
    column = ConsentColumn.parse(
        {"column": "ok", "purpose": "marketing", "channel": "email", "policy": str(text)}, "x"
    )
    said = column.read({"ok": "yes"}, [])
    assert said is not None
    rows = [
        RecordChange(make_record(), {}, [said], True, f"row {n}") for n in range(count // 2)
    ]
    records_changed.send(sender=None, changes=rows)
    for number in range(count // 2):
        told: dict[str, Any] = {"method": "agent", "actor_type": "agent", "actor": staff("ana")}
        say(make_record(), True, on=number, policy_version=text, **told)


def test_a_sample_of_yeses_tells_who_when_how_to_what_text_and_how_it_ends(
    settings: Settings,
) -> None:
    settings.C360_PRIVACY_CONTACT = "https://example.org/no-more"
    grant_in_two_ways(publish(), 40)
    grants = list(LedgerEntry.objects.filter(decision="granted"))
    assert len(grants) == 40

    for entry in Random(6).sample(grants, 20):
        thread, event = thread_of(entry)
        text = entry.policy_version
        assert text is not None
        assert entry.actor_type == "source" or entry.actor == staff("ana")
        assert event.stated_at <= entry.recorded_at
        assert event.method in {"Came with a record", "Told to an agent"}
        assert text_hash(text.body) == text.body_sha256 == entry.body["text_sha256"]
        assert thread.withdraw_at == "https://example.org/no-more"
        if entry.method == "import":
            evidence = proof.evidence_of(entry)
            assert evidence is not None
            assert evidence.payload["cells"] == {"ok": "yes"}


def test_a_text_changed_after_people_answered_is_found_though_its_own_hash_is_changed() -> None:
    text = publish()
    grant_in_two_ways(text, 2)
    assert ledger("verify")[0] == 0
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_policyversion DISABLE TRIGGER USER")
        changed = ["We may do what we like.", text_hash("We may do what we like.")]
        cursor.execute("UPDATE consent_policyversion SET body = %s, body_sha256 = %s", changed)

    status, report = ledger("verify")

    assert status == 2
    assert f"text {text.pk} is not what people were shown" in report["found"]
