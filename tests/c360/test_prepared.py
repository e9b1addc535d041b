"""Statements planned once for each connection."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from c360.sql.prepared import FEW, ask

pytestmark = pytest.mark.django_db

SUM = "SELECT sum(id) AS of_ids FROM unnest(%s::bigint[]) AS these (id)"
PLANS = """
SELECT count(*), sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements
WHERE statement LIKE 'SELECT sum(id) AS of_ids%'
"""


def plans() -> tuple[int, int | None, int | None]:
    """How many of our statement are prepared, and how often each kind of plan was used."""
    with connection.cursor() as cursor:
        cursor.execute(PLANS)
        [(statements, generic, custom)] = cursor.fetchall()
    return statements, generic, custom


def test_a_statement_is_planned_once_whatever_its_parameters_are() -> None:
    assert [ask(SUM, [ids]) for ids in ("{1}", "{1,2}", "{1,2,3}")] == [[(1,)], [(3,)], [(6,)]]

    assert plans() == (1, 3, 0)


def test_a_statement_about_many_rows_gets_a_plan_of_its_own() -> None:
    assert ask(SUM, ["{1,2}"], about=FEW + 1) == [(3,)]

    assert plans() == (0, None, None)


def test_a_statement_still_answers_after_its_transaction_was_given_up() -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        ask(SUM, ["{1}"])
        ask("SELECT no_such_column", [])

    assert ask(SUM, ["{4}"]) == [(4,)]


def test_prepared_statements_are_counted_like_all_others() -> None:
    with CaptureQueriesContext(connection) as seen:
        ask(SUM, ["{1}"])

    assert [query["sql"] for query in seen.captured_queries] == [SUM]


def test_a_broken_transaction_takes_no_prepared_statement_either() -> None:
    with transaction.atomic():
        with pytest.raises(ProgrammingError):
            ask("SELECT no_such_column", [])
        transaction.set_rollback(True)

        with pytest.raises(TransactionManagementError):
            ask(SUM, ["{1}"])


def test_what_somebody_put_around_queries_is_around_prepared_ones() -> None:
    def refuse(*args: object) -> None:
        raise PermissionError

    with connection.execute_wrapper(refuse), pytest.raises(PermissionError):
        ask(SUM, ["{1}"])
