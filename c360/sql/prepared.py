"""Statements that the database reads and plans once for each connection.

What resolving asks is asked again for every record, and planning it takes longer than answering
it. Only for statements about few rows that go by an index whatever their parameters are: one
plan serves all of them, made without looking at any.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django.dispatch import receiver

FEW = 50_000  # rows; about more of them, a plan of its own is worth its time
Parameters = Sequence[Any] | Mapping[str, Any]


@receiver(connection_created)
def keep_plans(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Let the connection prepare statements, and plan those without their parameters.

    Else an array of one id looks cheaper than the ten a plan reckons with, and is planned anew
    each time.
    """
    connection.connection.prepare_threshold = 1  # Django's is never; its own cursors cannot
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")


class _Preparing(psycopg.Cursor[Any]):
    """Binds parameters in the database; Django's cursors write them into the statement."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> "_Preparing":
        return super().execute(query, params, **{**how, "prepare": True})


class _Noting(CursorDebugWrapper):
    """Notes queries, where Django notes them, as they are prepared: without parameters."""

    def debug_sql(
        self,
        sql: str | None = None,
        params: Any = None,
        use_last_executed_query: bool = False,
        many: bool = False,
    ) -> AbstractContextManager[None]:
        return super().debug_sql(sql, params, False, many)


def prepared_cursor(about: int = 1) -> CursorWrapper:
    """A cursor that prepares what it executes, or a usual one where it is about many rows."""
    if about > FEW:
        return connection.cursor()
    connection.ensure_connection()
    wrapper = _Noting if connection.queries_logged else CursorWrapper
    return wrapper(_Preparing(connection.connection), connection)


def ask(statement: str, parameters: Parameters, *, about: int = 1) -> list[tuple[Any, ...]]:
    """All rows of a statement that is about some number of rows.

    Django's cursor takes as long around a short statement as the statement does. What it does
    is done here; where somebody notes queries or has put something around them, it is taken.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    if about > FEW or database.queries_logged or database.execute_wrappers:
        with prepared_cursor(about) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []
    database.validate_no_broken_transaction()
    with database.wrap_database_errors, _Preparing(database.connection) as bare:
        bare.execute(statement, parameters)
        # a description is made of objects that nobody looks at, as many as there are columns
        return bare.fetchall() if bare.pgresult and bare.pgresult.nfields else []


def tell(statement: str, parameters: Parameters, *, about: int = 1) -> None:
    """Execute a statement that gives nothing back."""
    ask(statement, parameters, about=about)
