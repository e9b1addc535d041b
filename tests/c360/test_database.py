from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from c360.database import append_only_tables, too_powerful
from c360.models import User

pytestmark = pytest.mark.django_db


@contextmanager
def as_app() -> Iterator[Any]:
    """Act with the rights that pages and workers have."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APP_ROLE}")
        yield cursor
        cursor.execute("RESET ROLE")


def refusal(statement: str) -> str:
    with pytest.raises(ProgrammingError) as error, as_app() as cursor:
        cursor.execute(statement)
    return str(error.value)


def test_the_application_reads_and_writes_rows() -> None:
    with as_app():
        user = User.objects.create_user("ana@example.org", name="Ana")
        User.objects.filter(pk=user.pk).update(name="Anna")
        assert User.objects.get(pk=user.pk).delete()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE own_table (id int)",
        "ALTER TABLE c360_user ADD COLUMN more int",
        "DROP TABLE c360_user",
        "TRUNCATE c360_user",
        "CREATE EXTENSION hstore",
        "CREATE ROLE another",
        "UPDATE django_migrations SET name = name",
    ],
)
def test_the_application_does_not_change_shapes_or_rights(statement: str) -> None:
    said = refusal(statement)

    assert any(word in said for word in ("permission denied", "must be owner"))


ONLY_GROW = [
    "consent_ledgerentry",
    "consent_accessentry",
    "consent_checkpoint",
    "matching_mergeevent",
]


@pytest.mark.parametrize("table", ONLY_GROW)
def test_what_only_grows_is_read_and_added_to_and_never_changed(table: str) -> None:
    assert table in append_only_tables()
    with as_app() as cursor:
        for right, given in (("SELECT", True), ("INSERT", True), ("UPDATE", False)):
            cursor.execute("SELECT has_any_column_privilege(%s, %s)", [table, right])
            assert cursor.fetchone() == (given,)
    assert "permission denied" in refusal(f"DELETE FROM {table}")  # noqa: S608 - our names
    assert "permission denied" in refusal(f"TRUNCATE {table}")


def test_a_table_made_later_is_open_to_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id int)")
    with as_app() as cursor:
        cursor.execute("INSERT INTO later VALUES (1)")


def test_our_functions_are_called_by_the_application_and_nobody_else() -> None:
    with as_app() as cursor:
        cursor.execute("SELECT c360_ensure_event_month('2031-05-01')")
        function = "c360_ensure_event_month(date)"
        cursor.execute("SELECT has_function_privilege('public', %s, 'EXECUTE')", [function])
        assert cursor.fetchone() == (False,)


def test_the_owner_is_too_powerful_for_pages_and_the_application_is_not() -> None:
    assert "owns the tables" in too_powerful()
    with as_app():
        assert too_powerful() == ""
