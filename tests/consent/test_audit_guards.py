"""What an auditor tries on the two logs as each role: the database refuses (check 1)."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from consent.chain import checkpoints
from consent.chain.format import LOGS, Log
from consent.chain.rows import rows
from tests.consent.chains import fill, ledger, see

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("heads_file")]
both = pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)


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
