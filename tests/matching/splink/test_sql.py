"""The SQL of Splink's levels: what is read, what it answers, what is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.features import Features
from matching.splink.checking import is_symmetric
from matching.splink.evaluate import condition
from matching.splink.sql import SqlError, parse
from matching.splink.tables import reader

FIELDS = {"first": reader("given_name")[1], "last": reader("family_name")[1]}
names = st.text("ab", max_size=4)
people = st.builds(Features, given=names, family=names)
ATOMS = (
    "first_l = first_r",
    "first_l = last_r",
    "jaro_winkler_similarity(first_l, first_r) >= 0.8",
    "levenshtein(last_l, last_r) <= 1",
    "first_l IS NULL OR first_r IS NULL",
    "substring(last_l, 1, 1) = substring(last_r, 1, 1)",
)
conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        inner.map(lambda part: f"NOT ({part})"),
    ),
    max_leaves=6,
)


def holds(sql: str, left: Features, right: Features) -> bool | None:
    return condition(parse(sql), FIELDS)(left, right)


def looks_both_ways(sql: str) -> bool:
    return is_symmetric(parse(sql))


def named(given: str, family: str = "") -> Features:
    return Features(given=given, family=family)


@given(sql=conditions, left=people, right=people)
def test_an_answer_is_the_same_whichever_record_comes_first(
    sql: str, left: Features, right: Features
) -> None:
    assert holds(sql, left, right) == holds(sql, right, left)


@given(sql=conditions.filter(looks_both_ways), left=people, right=people)
def test_not_turns_true_and_false_and_leaves_the_unknown(
    sql: str, left: Features, right: Features
) -> None:
    plain = holds(sql, left, right)

    assert holds(f"NOT ({sql})", left, right) == (None if plain is None else not plain)


@pytest.mark.parametrize(
    ("sql", "answer"),
    [
        ("first_l = first_r", None),
        ("first_l IS NULL OR first_r IS NULL", True),
        ("first_l = first_r AND last_l = last_r", None),
        ("first_l = first_r AND last_l <> last_r", False),
        ("first_l = first_r OR last_l = last_r", True),
        ("first_l = first_r OR last_l != last_r", None),
        ("NOT first_l = first_r", None),
        ("first_l IS NOT NULL", False),
    ],
)
def test_a_blank_is_unknown_as_in_sql(sql: str, answer: bool | None) -> None:
    assert condition(parse(sql), FIELDS)(named("", "hall"), named("", "hall")) is answer


@pytest.mark.parametrize(
    ("sql", "left", "right"),
    [
        ('"first_l" = "last_r" AND "first_r" = "last_l"', ("ab", "ba"), ("ba", "ab")),
        ("`first_l` = `first_r`", ("ab", ""), ("ab", "x")),
        ("upper(first_l) = 'AB'", ("ab", ""), ("x", "")),
        ("NULLIF(regexp_extract(first_l, '^[a-z]', 0), '') = 'a'", ("ab", ""), ("x", "")),
        ("regexp_extract(first_l, '(a)(b)', 2) = 'b'", ("ab", ""), ("x", "")),
        ("damerau_levenshtein(first_l, first_r) <= 1", ("abc", ""), ("acb", "")),
        ("cast(first_l as varchar) = first_r", ("ab", ""), ("ab", "")),
        ("length(first_l) - length(first_r) = 0", ("ab", ""), ("cd", "")),
        ("first_l = 'o''neill'", ("o'neill", ""), ("x", "")),
        ("ABS(EPOCH(try_strptime(first_l, '%Y-%m-%d')) - EPOCH(try_strptime(first_r, "
         "'%Y-%m-%d'))) <= 86400.0", ("2001-02-28", ""), ("2001-03-01", "")),
    ],
)  # fmt: skip
def test_what_splink_writes_is_understood(
    sql: str, left: tuple[str, str], right: tuple[str, str]
) -> None:
    assert holds(sql, named(*left), named(*right)) is True
    assert holds(sql, named("q"), named("wxyz")) is not True


def test_a_condition_that_favours_a_side_holds_in_either_direction() -> None:
    sql = "first_l = last_r"

    assert not is_symmetric(parse(sql))
    assert holds(sql, named("ab", "cd"), named("xy", "ab"))
    assert holds(sql, named("xy", "ab"), named("ab", "cd"))


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("first_l", "not a condition"),
        ("first_l = ", "the end"),
        ("first_l = first_r extra", "extra"),
        ("first = first_r", "names no side"),
        ("city_l = city_r", "city"),
        ("soundex(first_l) = soundex(first_r)", "soundex is not supported"),
        ("levenshtein(first_l, first_r) <= 'x'", "compares a number <= a text"),
        ("levenshtein(first_l) <= 1", "takes text, text"),
        ("regexp_extract(first_l, '(') = 'x'", "the pattern"),
        ("regexp_extract(first_l, 'a', 1) = 'x'", "no group 1"),
        ("first_l = (first_r = last_r)", "a condition stands"),
        ("first_l ; drop", "not understood from “; drop”"),
        ("(" * 60 + "first_l = first_r" + ")" * 60, "nested"),
        ("cast(first_l as date) = first_r", "casts to date"),
        ("first_l = first_r AND " * 300 + "first_l = first_r", "longer"),
    ],
)
def test_what_is_not_supported_is_named(sql: str, words: str) -> None:
    with pytest.raises(SqlError, match="(?s)" + words.replace("(", r"\(")):
        condition(parse(sql), FIELDS)


@given(text=st.text(max_size=30))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        parsed: Any = parse(text)
    except SqlError:
        return
    assert parsed is not None
