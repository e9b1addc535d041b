"""What a text in the search box is taken for."""

import pytest

from profiles.finding.question import Kind, read


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("anna kowalska", Kind.NAME),
        ("O'Brien", Kind.NAME),
        ("anna 1984", Kind.NAME),
        ("Müller", Kind.NAME),
        ("anna@example.com", Kind.EMAIL),
        ("07700 900909", Kind.PHONE),
        ("+44 (0)7700 900-909", Kind.PHONE),
        ("ls1 4ab", Kind.POSTCODE),
        ("HP-104421", Kind.NUMBER),
        ("order 104421", Kind.NUMBER),
        ("#T-881", Kind.NUMBER),
        ("104421", Kind.NUMBER),
        ("ls1", Kind.POSTCODE),
        ("2/3/1984", Kind.BORN),
        ("1984-13-02", Kind.NUMBER),
        ("anna 0909", Kind.NAME),
        ("P-7K3M9QW2XA4T", Kind.PROFILE),
        ("p-7k3m9qw2xa4t", Kind.PROFILE),
        ("a", Kind.NOTHING),
        ("  ", Kind.NOTHING),
        ("%%", Kind.NOTHING),
    ],
)
def test_the_kind_of_a_text_is_recognised(typed: str, kind: Kind) -> None:
    assert read(typed, "GB").kind is kind


@pytest.mark.parametrize(
    "typed", ["07700 900909", "+44 7700 900909", "0044 7700 900909", "(07700) 900-909"]
)
def test_every_way_of_writing_a_phone_number_reads_the_same(typed: str) -> None:
    assert "+447700900909" in read(typed, "GB").identifiers


def test_digits_are_looked_for_as_a_number_and_as_the_end_of_a_phone() -> None:
    question = read("900909", "GB")

    assert question.number == "900909"
    assert question.digits == "900909"


def test_a_word_before_a_number_is_not_part_of_it() -> None:
    assert read("Order HP-104421", "GB").number == "HP-104421"


def test_a_year_beside_a_name_is_a_year_of_birth() -> None:
    question = read("anna 1984", "GB")

    assert question.words == ("anna",)
    assert question.born == "1984"


def test_a_very_long_text_is_cut() -> None:
    assert len(read("a" * 10_000, "GB").text) == 120


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("anna leeds 1984", "born", "1984"),
        ("anna 02/03/1984", "born", "1984-03-02"),
        ("kowalska LS1", "postcode", "LS1 "),
        ("kowalska ls1 4", "postcode", "LS1 4"),
        ("kowalska ls14ab", "postcode", "LS1 4AB"),
        ("smith 0909", "digits", "0909"),
        ("smith a.smith84", "mailbox", "a.smith84"),
        ("smith a.smith@", "mailbox", "a.smith@"),
        ("akowalska84", "mailbox", "akowalska84"),
    ],
)
def test_what_stands_beside_a_name_is_told_apart(typed: str, field: str, value: str) -> None:
    assert getattr(read(typed, "GB"), field) == value


def test_all_words_of_a_name_and_a_town_are_kept() -> None:
    assert read("Smith, Market Oxley", "GB").words == ("smith", "market", "oxley")
