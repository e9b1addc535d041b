"""Rows really committed, for tests with several connections: the ledger lets none truncate."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker


def committed_rows(forget: Callable[[], None]) -> Any:
    """A fixture for each test of a module: rows every connection sees, forgotten afterwards.

    By the name `db` pytest-django knows that these tests need the database of tests.
    """

    @pytest.fixture(autouse=True, name="db")
    def rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
        with django_db_blocker.unblock():
            yield
            forget()
            connection.close()

    return rows
