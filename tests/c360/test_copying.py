"""Rows put into a table by COPY arrive as they were."""

import json

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from c360.sql.arrays import text_array
from c360.sql.copying import NULL, copy_rows, escaped, escaped_json

pytestmark = pytest.mark.django_db

storable = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@pytest.fixture(autouse=True)
def a_table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE note (id bigint PRIMARY KEY, words text)")


def notes() -> list[tuple[int, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, words FROM note ORDER BY id")
        return list(cursor.fetchall())


@settings(max_examples=60)
@given(st.lists(storable))
def test_any_text_arrives_as_it_was(texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM note")

    copy_rows("note (id, words)", ((str(n), escaped(each)) for n, each in enumerate(texts)))

    assert notes() == list(enumerate(texts))


@settings(max_examples=60)
@given(value=st.dictionaries(storable, storable), ascii_only=st.booleans())
def test_any_json_arrives_as_it_was(value: dict[str, str], ascii_only: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM note")
    told = json.dumps(value, ensure_ascii=ascii_only)

    copy_rows("note (id, words)", [("1", escaped_json(told))])

    assert notes() == [(1, told)]


def test_nothing_is_no_empty_text() -> None:
    copy_rows("note (id, words)", [("1", NULL), ("2", ""), ("3", escaped(NULL))])

    assert notes() == [(1, None), (2, ""), (3, NULL)]


def test_more_rows_than_go_into_one_message_all_arrive() -> None:
    copy_rows("note (id)", ((str(n),) for n in range(1_234)))

    assert len(notes()) == 1_234


def test_a_row_that_is_there_already_is_refused_with_all_others() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows("note (id)", [("1",), ("2",), ("1",)])

    assert notes() == []


@settings(max_examples=60)
@given(st.lists(storable))
def test_an_array_of_any_texts_is_read_back(texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [text_array(texts)])
        assert cursor.fetchone() == (texts,)
