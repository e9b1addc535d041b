"""A side-by-side shows what differs first, and marks exactly the characters that do."""

from hypothesis import given
from hypothesis import strategies as st

from matching.core.differences import Result, Value, compare, compare_field, mark

WORDS = st.text(alphabet="abc é1@.-", max_size=12)


def shown(value: Value) -> str:
    """The value with its marked characters in brackets."""
    return "".join(f"[{text}]" if differs else text for text, differs in value.pieces)


def marked(left: str, right: str) -> tuple[str, str]:
    first, second = mark(left, right)
    return shown(first), shown(second)


def test_the_letter_that_differs_is_marked() -> None:
    assert marked("Anna", "Anne") == ("Ann[a]", "Ann[e]")


def test_swapped_letters_are_marked_together() -> None:
    assert marked("anna@example.com", "anna@exmaple.com") == (
        "anna@ex[am]ple.com",
        "anna@ex[ma]ple.com",
    )


def test_letters_are_marked_on_the_side_that_has_them() -> None:
    assert marked("1 High St", "1 High Street") == ("1 High St", "1 High St[reet]")


def test_swapped_day_and_month_show_as_two_marks() -> None:
    assert marked("1984-03-02", "1984-02-03") == ("1984-0[3]-0[2]", "1984-0[2]-0[3]")


def test_values_with_little_in_common_are_marked_whole() -> None:
    assert marked("Leeds", "Brighton") == ("[Leeds]", "[Brighton]")


def test_equal_values_carry_no_mark() -> None:
    assert marked("Kowalska", "Kowalska") == ("Kowalska", "Kowalska")


def test_a_screen_reader_hears_what_stands_on_the_other_side() -> None:
    left, right = mark("Anna", "Anne")

    assert (left.marked, left.instead) == ("a", "e")
    assert (right.marked, right.instead) == ("e", "a")


def test_an_accent_is_one_letter_however_it_is_composed() -> None:
    assert compare_field("Name", ["Jose\u0301"], ["José"]).result is Result.SAME


def test_what_differs_comes_first_and_what_is_missing_on_both_is_left_out() -> None:
    rows = compare(
        [
            ("City", ["Leeds"], ["Leeds"]),
            ("Middle name", [], []),
            ("Phone", ["+44 7700 900900"], []),
            ("Name", ["Anna"], ["Anne"]),
            ("Postcode", ["LS1 4AB"], ["BN1 1AA"]),
        ]
    )

    assert [(row.label, row.result) for row in rows] == [
        ("Name", Result.CLOSE),
        ("Postcode", Result.DIFFERS),
        ("Phone", Result.ONE_SIDE),
        ("City", Result.SAME),
    ]


def test_case_accents_and_spaces_count_as_written_differently() -> None:
    row = compare_field("Name", ["MÜLLER"], ["Muller"])

    assert row.result is Result.WRITTEN
    assert row.agrees


def test_a_shared_value_among_several_is_named_and_stands_beside_its_twin() -> None:
    row = compare_field("E-mail", ["a@example.com", "b@example.net"], ["b@example.net"])

    assert row.result is Result.SHARED
    assert [value.text for value in row.left] == ["b@example.net", "a@example.com"]


def test_the_most_alike_values_are_put_side_by_side() -> None:
    row = compare_field("Phone", ["0113 496 0001", "07700 900900"], ["07700 900901"])

    assert row.result is Result.CLOSE
    assert shown(row.left[0]) == "07700 90090[0]"


@given(WORDS, WORDS)
def test_marks_never_change_what_is_read(left: str, right: str) -> None:
    first, second = mark(left, right)

    assert (first.text, second.text) == (left, right)
    if left != right:
        assert any(differs for _, differs in (*first.pieces, *second.pieces))


@given(WORDS.filter(bool), WORDS.filter(bool))
def test_it_does_not_matter_which_record_stands_on_the_left(left: str, right: str) -> None:
    result = compare_field("Name", [left], [right]).result

    assert result is compare_field("Name", [right], [left]).result
