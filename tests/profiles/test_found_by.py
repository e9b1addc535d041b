"""The words by which search finds a customer, as the database makes them."""

import json
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db

Facts = tuple[str | None, list[str] | None, list[str] | None, dict[str, Any]]


def words(facts: Facts, *, function: str = "c360_found_by") -> set[str]:
    """What the database makes of names, sounds, postal codes and golden values."""
    names, sounds, codes, golden = facts
    with connection.cursor() as cursor:
        asked = f"{function}(%s, %s::varchar[], %s::varchar[], %s::jsonb)"
        parameters = [names, sounds, codes, json.dumps(golden)]
        cursor.execute(f"SELECT tsvector_to_array({asked})", parameters)
        return set(cursor.fetchone()[0])


def lives_in(city: str) -> dict[str, Any]:
    return {"address": {"value": {"city": city}}}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (("anna", [], [], {}), {"nanna"}),
        (("o'neil-west", [], [], {}), {"no'neil-west", "no", "nneil", "nwest", "noneil-west"}),
        (("", ["AN", "NL"], [], {}), {"sAN", "sNL"}),
        (("", [], ["CT16 1AA", "10115"], {}), {"cCT16 1AA", "c10115"}),
        ((None, None, None, lives_in("Málaga")), {"pmalaga"}),
        (
            ("", [], [], lives_in("Stoke-on-Trent")),
            {"pstoke-on-trent", "pstoke", "pon", "ptrent"},
        ),
        (("", [], [], {"birth_date": {"value": "1984-05-01"}}), {"b1984-05-01"}),
        (("", [], [], lives_in("Leeds\n\nYork")), {"pleeds", "york"}),  # no source can say so
        (("", [], [], {}), set()),
    ],
)
def test_a_customer_is_found_by_each_word_and_its_parts(
    facts: Facts, expected: set[str]
) -> None:
    assert words(facts) - {"n", "p"} == expected


LETTERS = st.text("ab c-.'éÉßłŻÿİОя1", max_size=30)
SOUNDS = st.none() | st.lists(st.text("AN0", min_size=1, max_size=4), max_size=3)
CODES = st.none() | st.lists(st.text("AB1 '\"\\", min_size=1, max_size=6), max_size=3)
GOLDEN = st.fixed_dictionaries(
    {},
    optional={
        "address": st.fixed_dictionaries(
            {"value": st.fixed_dictionaries({}, optional={"city": LETTERS})}
        ),
        "birth_date": st.fixed_dictionaries({"value": st.text("0123456789-", max_size=12)}),
    },
)


@settings(max_examples=200, deadline=None)
@given(facts=st.tuples(st.none() | LETTERS, SOUNDS, CODES, GOLDEN))
def test_the_words_are_those_that_rows_stored_before_have(facts: Facts) -> None:
    first = import_module("profiles.migrations.0001_initial").FOUND_BY
    with connection.cursor() as cursor:
        cursor.execute(
            first.replace("CREATE FUNCTION c360_", "CREATE OR REPLACE FUNCTION old_")
        )

    assert words(facts) == words(facts, function="old_found_by")
